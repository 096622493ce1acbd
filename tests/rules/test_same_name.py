import pytest

from insurance.rules.persons import same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [("李志明", " 李 志明"), ("买买提•艾力", "买买提·艾力"), ("LI MING", "Li Ming"), ("Ｌi Ming", "LIMING")],
)
def test_what_keyboards_differ_in_makes_no_other_name(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(("one", "other"), [("李志明", "李志朋"), ("李志明", "李明"), ("LI MING", "LI MIN")])
def test_another_character_makes_another_name(one: str, other: str) -> None:
    assert not same_name(one, other)
