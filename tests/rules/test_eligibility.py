from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter
from rule_builders import applicant, application, for_people, insured, product

from insurance.rules.application import Consent
from insurance.rules.eligibility import Eligibility, OnFile, check_application, first_day_errors
from tests.rules.applying import ADULT, REQUIRED, SHARED, TODAY, check, errors, warnings, with_check


@pytest.mark.parametrize(
    ("first_day", "known", "codes"),
    [
        (date(2026, 8, 20), OnFile(), []),
        (date(2026, 8, 21), OnFile(), ["insured_consent_required"]),
        (date(2026, 8, 21), OnFile(insured_consent=True), []),
    ],
)
def test_who_comes_of_age_until_cover_begins_has_a_say(first_day, known, codes):
    asked = application(insured=insured(birth_date=date(2008, 8, 21)))
    assert [error.code for error in first_day_errors(product(1), asked, TODAY, first_day, known)] == codes


def test_a_parent_may_insure_a_child():
    result = check()
    assert result.errors == () and result.warnings == ()
    assert result.death_cover.accepted_fen == 200_000_00


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, ("applicant.name", "bad_format")),
        ({"name": "  "}, ("applicant.name", "bad_format")),
        ({"name": "1234"}, ("applicant.name", "bad_format")),
        ({"name": "黄\n明"}, ("applicant.name", "bad_format")),
        ({"name": "黄" * 51}, ("applicant.name", "bad_format")),
        ({"mobile": "123"}, ("applicant.mobile", "bad_format")),
        ({"email": "nowhere"}, ("applicant.email", "bad_format")),
        ({"gender": "female"}, ("applicant.gender", "differs_from_id_number")),
        ({"gender": "x"}, ("applicant.gender", "unknown_value")),
        ({"birth_date": date(1981, 5, 13)}, ("applicant.birth_date", "differs_from_id_number")),
        ({"id_number": "360102198105123451"}, ("applicant.id_number", "bad_check_digit")),
        ({"id_type": "library_card"}, ("applicant.id_type", "unknown_value")),
        ({"id_type": "passport", "id_number": "!"}, ("applicant.id_number", "bad_format")),
        ({"id_type": "residence_permit", "id_number": "123"}, ("applicant.id_number", "bad_format")),
    ],
)
def test_what_is_wrong_with_the_applicant_is_named_by_field(changes, error):
    assert errors(applicant=applicant(**changes)) == [error]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "?"}, ("insured.name", "bad_format")),
        ({"id_number": "360102201203151248"}, ("insured.id_number", "bad_check_digit")),
        ({"school_code": "12"}, ("insured.school_code", "bad_format")),
        ({"school_region": "99"}, ("insured.school_region", "bad_format")),
        ({"school_type": "evening"}, ("insured.school_type", "unknown_value")),
        ({"class_name": " "}, ("insured.class_name", "bad_format")),
        ({"class_name": "三" * 51}, ("insured.class_name", "bad_format")),
    ],
)
def test_what_is_wrong_with_the_insured_is_named_by_field(changes, error):
    assert errors(insured=insured(**changes)) == [error]


def test_names_and_classes_of_fifty_characters_fit():
    assert errors(insured=insured(class_name="三" * 50, name="黄" * 50), applicant=applicant(email="")) == []


def test_everything_is_said_at_once():
    found = errors(
        applicant=applicant(mobile="1", name=""), insured=insured(class_name="", school_region="1"), relationship="aunt"
    )
    assert len(found) == 5


def test_a_birth_date_in_the_future_or_before_1900_can_not_be():
    passport = {"id_type": "passport", "id_number": "E12345678"}
    assert errors(insured=insured(**passport, birth_date=date(2026, 8, 21))) == [
        ("insured.birth_date", "bad_birth_date")
    ]
    assert errors(applicant=applicant(**passport, birth_date=date(1899, 12, 31))) == [
        ("applicant.birth_date", "bad_birth_date")
    ]
    assert errors(insured=insured(**passport, birth_date=TODAY)) == []
    assert errors(applicant=applicant(**passport, birth_date=date(1900, 1, 1))) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"relationship": "aunt"}, ("relationship", "unknown_value")),
        ({"relationship": "self"}, ("relationship", "not_the_same_person")),
        ({"relationship": "other_guardian"}, ("relationship", "guardian_death_cover")),
    ],
)
def test_who_may_insure_a_minor(changes, error):
    assert error in errors(**changes)


def test_another_guardian_may_with_the_parents_consent_on_file():
    assert errors(OnFile(parents_consent=True), relationship="other_guardian") == []


def test_another_guardian_of_an_adult_needs_that_students_consent():
    student = insured(**ADULT)
    assert errors(OnFile(parents_consent=True), relationship="other_guardian", insured=student) == [
        ("relationship", "insured_consent_required")
    ]
    assert errors(OnFile(insured_consent=True), relationship="other_guardian", insured=student) == []


def test_students_insure_themselves_from_18_on():
    birth = date(2008, 8, 21)
    same = {"id_number": with_check("43010220080821001"), "gender": "male", "name": "黄小雨"}
    person = applicant(**same, birth_date=birth)
    student = insured(**same, birth_date=birth, school_type="senior", school_code="3443010001")
    asked = {"applicant": person, "insured": student, "relationship": "self"}
    assert check_application(product(1), application(**asked), birth.replace(year=2026)).errors == ()
    # on the eve of the 18th birthday, however late cover begins
    for first_day in (None, date(2027, 8, 20)):
        assert errors(**asked, requested_effective_date=first_day) == [("relationship", "minor_applicant")]


def test_the_same_document_can_not_be_parent_and_child():
    both = {"id_number": "360102198105123450", "birth_date": date(1981, 5, 12), "gender": "male"}
    assert ("insured.id_number", "same_person") in errors(insured=insured(**both))
    assert ("insured.id_number", "same_person") in errors(
        applicant=applicant(id_number=" 360102198105123450 "), insured=insured(**both)
    )


def test_a_parent_is_an_adult_and_older_than_the_child():
    minor = {"id_number": with_check("36010220100512345"), "birth_date": date(2010, 5, 12), "gender": "male"}
    assert errors(applicant=applicant(**minor)) == [("applicant.birth_date", "minor_applicant")]
    young = {"id_number": with_check("36010220120315335"), "birth_date": date(2012, 3, 15), "gender": "male"}
    assert ("applicant.birth_date", "not_older") in errors(applicant=applicant(**young))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 8, 20), [("effective_date", "too_early")]),
        (date(2026, 8, 21), []),
        (date(2027, 8, 20), []),
        (date(2027, 8, 21), [("effective_date", "too_late")]),
        (None, []),
    ],
)
def test_cover_begins_between_tomorrow_and_a_year_from_now(day, expected):
    assert errors(requested_effective_date=day) == expected


def test_a_product_that_is_not_for_this_school_type_is_refused():
    terms = replace(product(1), school_types=("primary",))
    found = check_application(terms, application(), TODAY).errors
    assert [(e.field, e.code) for e in found] == [("insured.school_type", "school_type_not_covered")]
    assert for_people(found[0].message)


@pytest.mark.parametrize(
    ("consents", "count"),
    [
        ([("child_data", True), ("share_with_insurer", True), ("school_feedback", False)], 0),
        ([("child_data", True), ("share_with_insurer", False)], 1),
        ([("share_with_insurer", True)], 1),
        ([], 2),
    ],
)
def test_two_consents_are_needed_and_feedback_to_the_school_is_free(consents, count):
    found = errors(consents=tuple(Consent(kind, agreed) for kind, agreed in consents))
    assert found == [("consents", "consent_required")] * count


def test_an_adult_needs_no_guardians_consent():
    own = (Consent("share_with_insurer", True), Consent("insured_consent", True))
    assert errors(insured=insured(**ADULT), consents=own) == []


@pytest.mark.parametrize(
    ("school_type", "code", "birth", "expected"),
    [
        ("junior", "3136000001", 2012, []),
        ("junior", "2136000001", 2012, ["school_code_differs"]),
        ("special", "5136000001", 2026, []),
        ("junior", "9136000001", 2012, []),
        ("primary", "2136000001", 2010, ["unusual_age"]),
        ("kindergarten", "1136000001", 2020, []),
        ("kindergarten", "1136000001", 2018, ["unusual_age"]),
        ("senior", "3436000001", 2013, []),
        ("senior", "3436000001", 2014, ["unusual_age"]),
        ("special", "5136000001", 2019, []),
    ],
)
def test_an_unusual_age_or_school_code_only_warns(school_type, code, birth, expected):
    child = insured(
        id_type="passport",
        id_number="E12345678",
        birth_date=date(birth, 3, 15),
        school_type=school_type,
        school_code=code,
    )
    assert errors(insured=child) == []
    fields = {"unusual_age": "insured.school_type", "school_code_differs": "insured.school_code"}
    assert warnings(insured=child) == [(fields[code], code) for code in expected]


def of_age_on(day: date) -> dict[str, Any]:
    number = with_check(f"430102{day.year - 18}{day:%m%d}001")
    return {"id_number": number, "birth_date": day.replace(year=day.year - 18), "gender": "male"}


def test_on_the_18th_birthday_a_child_is_an_adult_and_so_is_a_parent():
    grown = insured(**of_age_on(TODAY), school_type="senior", school_code="3443010001")
    own = (SHARED, Consent("insured_consent", True))
    assert errors(insured=grown, consents=own) == []
    assert errors(insured=grown) == REQUIRED
    assert errors(applicant=applicant(**of_age_on(TODAY))) == []
    tomorrow = of_age_on(TODAY + timedelta(days=1))
    assert errors(applicant=applicant(**tomorrow)) == [("applicant.birth_date", "minor_applicant")]


GUARDIANS = Consent("child_data", True)
OWN = Consent("insured_consent", True)


@pytest.mark.parametrize("begins", [TODAY + timedelta(days=1), date(2027, 8, 20)])
def test_who_comes_of_age_between_application_and_cover_is_asked_and_so_are_the_parents(begins):
    grown = insured(**of_age_on(begins), school_type="senior", school_code="3443010001")
    asked = {"insured": grown, "requested_effective_date": begins}
    assert errors(**asked, consents=(SHARED, GUARDIANS, OWN)) == []
    assert errors(**asked, consents=(SHARED, GUARDIANS)) == REQUIRED
    assert errors(**asked, consents=(SHARED, OWN)) == [("consents", "consent_required")]
    guardian = asked | {"relationship": "other_guardian", "consents": (SHARED, GUARDIANS, OWN)}
    assert errors(**guardian) == [("relationship", "guardian_death_cover")]
    assert errors(OnFile(parents_consent=True), **guardian) == []
    # the cap is of the age that cover begins with
    assert check(**asked).death_cover.cap_fen is None


def test_a_class_may_be_one_letter_and_a_document_of_another_kind():
    assert errors(insured=insured(class_name="A", id_type="other", id_number="h1234567")) == []
    same = {"id_type": "passport", "id_number": "e12345678"}
    person = applicant(id_type="passport", id_number="E12345678")
    assert errors(applicant=person, insured=insured(**same)) == [("insured.id_number", "same_person")]


@pytest.mark.parametrize(
    ("first", "last", "warned"),
    [
        (date(2025, 9, 1), date(2026, 8, 20), False),
        (date(2025, 9, 1), date(2026, 8, 21), True),
        (date(2027, 8, 20), date(2028, 8, 19), True),
        (date(2027, 8, 21), date(2028, 8, 20), False),
    ],
)
def test_a_second_policy_for_the_same_days_is_warned_of(first, last, warned):
    expected = [("insured.id_number", "double_insurance")] if warned else []
    assert warnings(OnFile(policies=((first, last),))) == expected
    told = [warning.message for warning in check(OnFile(policies=((first, last),))).warnings]
    assert all("买两份不会多赔" in text and "生效前退保，保费全额退回" in text for text in told)


def test_the_result_travels_as_json():
    adapter = TypeAdapter(Eligibility)
    result = check(insured=insured(**ADULT), existing_death_cover_fen=1)
    assert adapter.validate_json(adapter.dump_json(result)) == result
