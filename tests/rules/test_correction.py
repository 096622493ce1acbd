from dataclasses import replace
from datetime import date

import pytest
from rule_builders import application, for_people, product
from test_eligibility import with_check

from insurance.rules.correction import (
    LABELS,
    as_bought,
    changes,
    changes_insured_person,
    check_correction,
    corrected,
    differing_values,
)
from insurance.rules.eligibility import OnFile

TODAY, FIRST_DAY = date(2026, 10, 20), date(2026, 9, 1)
BEFORE = application(requested_effective_date=FIRST_DAY)
# the same child, two figures of whose number were mixed up
BORN_LATER = {"id_number": with_check("36010220120316124"), "birth_date": date(2012, 3, 16)}


def errors(before=BEFORE, on_file=None, terms=None, **sides):
    after = corrected(before, sides.get("applicant", {}), sides.get("insured", {}))
    found = check_correction(terms or product(1), before, after, TODAY, on_file or OnFile())
    assert all(for_people(error.message) for error in found)
    return [(error.field, error.code) for error in found]


@pytest.mark.parametrize(
    "sides",
    [
        {"insured": {"name": "黄小宇"}},
        {"insured": BORN_LATER},
        {"insured": {"school_code": "3136000002", "school_type": "senior", "school_region": "360103"}},
        {"insured": {"class_name": "初三（1）班"}},
        {"applicant": {"mobile": "13800005678", "email": "new@example.com"}},
        {"applicant": {"name": "黄建明"}},
        {"applicant": {"mobile": "13800005678"}, "insured": {"class_name": "初三（1）班"}},
    ],
)
def test_wrong_details_are_put_right(sides):
    assert errors(**sides) == []


@pytest.mark.parametrize(
    ("sides", "error"),
    [
        ({"insured": {"name": "1234"}}, ("insured.name", "bad_format")),
        ({"insured": {"id_number": "360102201203151248"}}, ("insured.id_number", "bad_check_digit")),
        ({"insured": {"birth_date": date(2012, 3, 16)}}, ("insured.birth_date", "differs_from_id_number")),
        ({"insured": {"gender": "male"}}, ("insured.gender", "differs_from_id_number")),
        ({"insured": {"school_code": "1"}}, ("insured.school_code", "bad_format")),
        ({"insured": {"class_name": " "}}, ("insured.class_name", "bad_format")),
        ({"applicant": {"mobile": "12345"}}, ("applicant.mobile", "bad_format")),
        ({"applicant": {"email": "nowhere"}}, ("applicant.email", "bad_format")),
    ],
)
def test_what_is_put_in_place_is_checked_as_at_the_purchase(sides, error):
    assert error in errors(**sides)


def test_nothing_new_is_no_correction():
    assert errors(insured={"name": BEFORE.insured.name}) == [("body", "nothing_to_correct")]


@pytest.mark.parametrize("side", ["applicant", "insured"])
def test_another_name_with_another_number_is_another_person(side):
    number = {"applicant": with_check("36010219810513345"), "insured": with_check("36010220120316124")}[side]
    born = {"applicant": date(1981, 5, 13), "insured": date(2012, 3, 16)}[side]
    assert errors(**{side: {"name": "李四", "id_number": number, "birth_date": born}}) == [
        (f"{side}.name", "another_person")
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_another_person_does_not_come_in_two_steps(order):
    first, second = ({"name": "李四"}, BORN_LATER)[::order]
    now = corrected(BEFORE, {}, first)
    bought = as_bought(now, changes(BEFORE, now))
    assert bought.insured.name == BEFORE.insured.name and bought.insured.id_number == BEFORE.insured.id_number
    found = check_correction(product(1), now, corrected(now, {}, second), TODAY, OnFile(), bought)
    assert [error.code for error in found] == ["another_person"]
    assert check_correction(product(1), now, corrected(now, {}, {"class_name": "x"}), TODAY, OnFile(), bought) == ()
    # and back again
    assert check_correction(product(1), now, BEFORE, TODAY, OnFile(), bought) == ()


def test_of_several_corrections_the_first_says_what_was_bought():
    once = corrected(BEFORE, {}, {"name": "黄小宇"})
    twice = corrected(once, {}, {"name": "黄小羽"})
    past = (*changes(BEFORE, once), *changes(once, twice))
    assert as_bought(twice, past).insured.name == BEFORE.insured.name


def test_who_insures_themselves_is_not_called_two_ways():
    alone = replace(BEFORE, relationship="self")
    assert [e.field for e in differing_values(alone, {"name": "李铭"}, {"name": "李明"})] == ["insured.name"]
    assert differing_values(alone, {"name": "李铭"}, {"name": "李铭"}) == ()
    assert differing_values(alone, {"name": "李铭", "mobile": "13800005678"}, {"class_name": "x"}) == ()
    assert differing_values(BEFORE, {"name": "李铭"}, {"name": "李明"}) == ()


def test_an_age_that_makes_another_cap_is_no_correction():
    nine_years_old = {"id_number": with_check("36010220161001124"), "birth_date": date(2016, 10, 1)}
    terms = product("changsha-2024-plan-4")
    already = replace(BEFORE, existing_death_cover_fen=100_000_00)
    assert errors(already, terms=terms, insured=nine_years_old) == [("insured.birth_date", "changes_cover")]
    assert errors(BEFORE, terms=terms, insured=nine_years_old) == []


def test_a_number_under_which_the_child_has_death_cover_already_is_no_correction():
    known = OnFile(death_cover_fen=450_000_00)
    number = {"id_number": with_check("36010220120315126")}
    assert errors(on_file=known, insured=number) == [("insured.id_number", "changes_cover")]


def test_cover_that_was_bought_since_keeps_nobody_from_correcting_a_class():
    assert errors(on_file=OnFile(death_cover_fen=500_000_00), insured={"class_name": "初三（1）班"}) == []


def test_a_child_who_turns_out_grown_up_must_have_consented():
    guardian = replace(BEFORE, relationship="other_guardian")
    grown_up = {"id_number": with_check("36010220080315124"), "birth_date": date(2008, 3, 15)}
    consents = OnFile(parents_consent=True)
    assert ("relationship", "insured_consent_required") in errors(guardian, consents, insured=grown_up)
    assert errors(guardian, OnFile(True, True), insured=grown_up) == []


def test_a_student_who_turns_out_to_have_been_a_child_when_it_began_could_not_contract():
    def person(born):
        return {
            "id_number": with_check(f"430102{born:%Y%m%d}001"),
            "birth_date": born,
            "gender": "male",
            "name": "李明",
        }

    old, new = person(date(2008, 8, 31)), person(date(2008, 9, 2))
    before = replace(
        BEFORE,
        relationship="self",
        applicant=replace(BEFORE.applicant, **old),
        insured=replace(BEFORE.insured, **old, school_type="senior", school_code="3443010001"),
    )
    assert errors(before, applicant=new, insured=new) == [("relationship", "minor_applicant")]
    assert errors(before, applicant=old | person(date(2008, 9, 1)), insured=person(date(2008, 9, 1))) == []


def test_a_school_type_that_the_product_does_not_cover_is_refused():
    only_young = replace(product(1), school_types=("kindergarten", "junior"))
    assert errors(terms=only_young, insured={"school_type": "senior"}) == [
        ("insured.school_type", "school_type_not_covered")
    ]


def test_what_was_wrong_before_keeps_nobody_from_correcting_something_else():
    before = replace(BEFORE, insured=replace(BEFORE.insured, school_code="unknown"))
    assert errors(before, applicant={"mobile": "13800005678"}) == []
    assert errors(before, insured={"school_code": "still wrong"}) == [("insured.school_code", "bad_format")]


def test_who_insures_themselves_is_corrected_on_both_sides_at_once():
    person = {
        "id_number": with_check("43010220050821001"), "birth_date": date(2005, 8, 21), "gender": "male", "name": "李明",
    }  # fmt: skip
    before = replace(
        BEFORE,
        relationship="self",
        applicant=replace(BEFORE.applicant, **person),
        insured=replace(BEFORE.insured, **person, school_type="university", school_code="4143010001"),
    )
    after = corrected(before, {}, {"name": "李铭"})
    assert (after.applicant.name, after.insured.name) == ("李铭", "李铭")
    assert [c.field for c in changes(before, after)] == ["applicant.name", "insured.name"]
    assert check_correction(product(1), before, after, TODAY, OnFile()) == ()


def test_every_field_that_can_change_has_a_label_and_its_old_and_new_value():
    after = corrected(BEFORE, {"email": None, "mobile": "13800005678"}, BORN_LATER)
    found = {change.field: (change.old, change.new) for change in changes(BEFORE, after)}
    assert found["insured.birth_date"] == ("2012-03-15", "2012-03-16")
    assert found["applicant.mobile"] == ("13700005678", "13800005678")
    assert set(found) <= set(LABELS)


@pytest.mark.parametrize(("insured", "person"), [({"class_name": "x"}, False), ({"name": "黄小宇"}, True), (BORN_LATER, True)])  # fmt: skip
def test_it_is_known_whether_the_insured_is_named_otherwise(insured, person):
    assert changes_insured_person(changes(BEFORE, corrected(BEFORE, {}, insured))) is person
