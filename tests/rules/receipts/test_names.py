import pytest

from insurance.rules.receipts.names import masked_agrees, resemblance

NUMBER = "360102201203151249"


@pytest.mark.parametrize(
    ("printed", "name"),
    [("黄小雨", "黄小雨"), ("黄 小 雨", "黄小雨"), ("阿依古丽•买买提", "阿依古丽·买买提"), ("Li Ming", "LI MING")],
)
def test_a_name_printed_as_it_is_known_is_the_same(printed, name):
    assert resemblance(printed, name) == "same"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("李字航", "李宇航"),
        ("赵诺", "赵一诺"),
        ("赵一一诺", "赵一诺"),
        ("杨辰", "杨晨"),
        ("阿依古丽买买提", "阿依古丽·买买提"),
    ],
)
def test_one_look_alike_character_is_neither_the_same_name_nor_another(printed, name):
    assert resemblance(printed, name) == resemblance(name, printed) == "one_character"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("黄小明", "黄小雨"),
        ("李字辰", "李宇晨"),
        ("赵诺", "赵大诺"),
        ("黄建国", "黄小雨"),
        ("赵诺", "赵一一诺"),
        ("", "赵诺"),
    ],
)
def test_a_sibling_or_a_parent_is_another_person(printed, name):
    assert resemblance(printed, name) == "other"


@pytest.mark.parametrize(
    "masked", ["360102********1249", "**************1249", "36010220120315****", "3601022012********", NUMBER]
)
def test_a_partly_hidden_number_agrees_when_all_that_is_seen_is_equal(masked):
    assert masked_agrees(masked, NUMBER) is True


def test_the_last_character_may_be_a_small_x():
    assert masked_agrees("360102********123x", "36010220120315123X") is True


@pytest.mark.parametrize("masked", ["360102********1248", "430102********1249"])
def test_a_visible_difference_is_told(masked):
    assert masked_agrees(masked, NUMBER) is False


@pytest.mark.parametrize("masked", [None, "", "*" * 18, "***************249", "360102*******1249", "G12****78"])
def test_another_length_or_too_little_to_see_says_nothing(masked):
    assert masked_agrees(masked, NUMBER) is None
