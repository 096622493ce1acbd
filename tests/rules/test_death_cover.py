from dataclasses import replace
from datetime import date

import pytest
from rule_builders import application, insured, product

from insurance.rules.application import Consent, Insured
from insurance.rules.death_cover import elsewhere_fen
from insurance.rules.eligibility import OnFile, check_application
from tests.rules.applying import ADULT, REQUIRED, SHARED, TODAY, check, errors, warnings, with_check


def pupil(born: date) -> Insured:
    number = with_check(f"360102{born:%Y%m%d}124")
    return insured(id_number=number, birth_date=born, school_type="primary", school_code="2136000001")


def test_at_the_cap_nothing_more_is_accepted():
    young = pupil(date(2017, 3, 15))
    assert errors(insured=young, existing_death_cover_fen=200_000_00) == [
        ("existing_death_cover_fen", "minor_death_cap")
    ]
    assert warnings(insured=young, existing_death_cover_fen=200_000_00) == []
    assert "200000.00" in check(insured=young, existing_death_cover_fen=200_000_00).errors[0].message
    assert errors(insured=young, existing_death_cover_fen=199_999_99) == []
    assert warnings(insured=young, existing_death_cover_fen=199_999_99) == [
        ("existing_death_cover_fen", "death_cover_reduced")
    ]
    reduced = check(insured=young, existing_death_cover_fen=50_000_00)
    assert reduced.death_cover.accepted_fen == 150_000_00
    assert [(w.field, w.code) for w in reduced.warnings] == [("existing_death_cover_fen", "death_cover_reduced")]
    assert "150000.00" in reduced.warnings[0].message


def test_death_cover_of_known_policies_counts_when_the_form_forgot_it():
    young = insured(id_number=with_check("36010220170315124"), birth_date=date(2017, 3, 15))
    known = OnFile(death_cover_fen=200_000_00)
    assert ("existing_death_cover_fen", "minor_death_cap") in errors(known, insured=young)
    # what the form says already includes it
    assert (
        check(
            OnFile(death_cover_fen=50_000_00), insured=young, existing_death_cover_fen=80_000_00
        ).death_cover.accepted_fen
        == 120_000_00
    )


def test_death_cover_that_others_bought_refuses_and_is_told_to_nobody():
    young = insured(id_number=with_check("36010220170315124"), birth_date=date(2017, 3, 15))
    refused = check(OnFile(everybodys_death_cover_fen=80_000_00), insured=young)
    assert [(e.field, e.code) for e in refused.errors][-1] == ("existing_death_cover_fen", "minor_death_cap")
    assert refused.death_cover.existing_fen == 0
    assert "80000" not in refused.errors[-1].message and "death_cover_reduced" not in {w.code for w in refused.warnings}
    # a form that says so is taken, for the difference
    told = check(OnFile(everybodys_death_cover_fen=80_000_00), insured=young, existing_death_cover_fen=80_000_00)
    assert ("existing_death_cover_fen", "minor_death_cap") not in [(e.field, e.code) for e in told.errors]
    assert told.death_cover.accepted_fen == 120_000_00


@pytest.mark.parametrize(
    ("told", "ours", "elsewhere"), [(0, 0, 0), (150, 0, 150), (150, 150, 0), (150, 200, 0), (350, 200, 150)]
)
def test_of_what_was_told_our_own_books_part_is_not_elsewhere(told, ours, elsewhere):
    assert elsewhere_fen(told, ours) == elsewhere


def test_a_negative_death_cover_is_refused():
    assert errors(existing_death_cover_fen=-1) == [("existing_death_cover_fen", "negative")]


def test_the_age_counts_on_the_first_day_of_cover():
    child = pupil(date(2016, 9, 1))
    asked = {"insured": child, "existing_death_cover_fen": 200_000_00}
    assert errors(**asked, requested_effective_date=date(2026, 8, 31)) != []
    assert errors(**asked, requested_effective_date=date(2026, 9, 1)) == []


def test_a_product_without_death_cover_has_no_cap():
    without = tuple(c for c in product(1).coverages if "death" not in c.pays)
    # nor does anybody have to agree to it
    asked = application(insured=insured(**ADULT), existing_death_cover_fen=900_000_00)
    result = check_application(replace(product(1), coverages=without), asked, TODAY)
    assert result.errors == () and result.death_cover.product_fen == 0
    child = check_application(
        replace(product(1), coverages=without), application(existing_death_cover_fen=900_000_00), TODAY
    )
    assert child.errors == ()


@pytest.mark.parametrize("relationship", ["parent", "other_guardian"])
@pytest.mark.parametrize(
    ("on_file", "said", "expected"),
    [
        (False, (), REQUIRED),
        (False, (True,), []),
        (False, (False,), REQUIRED),
        (False, (True, False), REQUIRED),
        (True, (), []),
    ],
)
def test_a_grown_up_student_agrees_to_death_cover_whoever_buys(relationship, on_file, said, expected):
    consents = (SHARED, *(Consent("insured_consent", agreed) for agreed in said))
    known = OnFile(insured_consent=on_file)
    assert errors(known, relationship=relationship, insured=insured(**ADULT), consents=consents) == expected


def test_what_a_student_says_does_not_stand_for_the_parents_of_a_minor():
    consents = (SHARED, Consent("child_data", True), Consent("insured_consent", True))
    assert errors(relationship="other_guardian", consents=consents) == [("relationship", "guardian_death_cover")]
