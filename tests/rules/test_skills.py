from dataclasses import replace
from pathlib import Path

import pytest

from insurance.rules.assessment import assess
from insurance.rules.benefit import Settlement
from insurance.rules.case import Assessment, AssessmentGrounds, Finding
from insurance.rules.decision import needs_second_adjuster
from insurance.rules.settlement import Line
from insurance.rules.skills import SKILLS, SUSPICIOUS, needed_skill
from tests.rules.test_findings import amended, claim, receipt

LARGE, SMALL = 20_000_00, 3_000_00


def assessment(payable=800_00, coverage="accident_medical", codes=(), claimed=1000_00):
    line = Line(coverage, "", "", payable, (), payable, 0)
    findings = tuple(Finding(code, "") for code in codes)
    return Assessment(
        Settlement(payable, (line,), ()), findings, (), False, AssessmentGrounds({}, (), 0), claimed_fen=claimed
    )


@pytest.mark.parametrize(
    ("patient_state", "changes", "skill"),
    [
        ("outpatient", {}, "medical"),
        ("recovering", {"codes": ("receipts_read",)}, "medical"),
        ("inpatient", {}, "inpatient"),
        ("discharged", {}, "inpatient"),
        ("outpatient", {"coverage": "illness_hospital"}, "inpatient"),
        ("outpatient", {"codes": ("same_receipt_elsewhere",)}, "suspicion"),
        ("inpatient", {"codes": ("accident_told_once",)}, "suspicion"),
        ("inpatient", {"coverage": "critical_illness"}, "critical_illness"),
        ("outpatient", {"coverage": "accident_death"}, "death"),
        ("outpatient", {"coverage": "accident_disability"}, "disability"),
        ("disabled", {"codes": ("same_receipt_elsewhere",)}, "disability"),
        ("deceased", {"coverage": "critical_illness"}, "death"),
    ],
)
def test_a_review_asks_for_the_rarest_skill_of_its_case(patient_state, changes, skill):
    assert needed_skill(patient_state, assessment(**changes)) == skill


def test_a_claim_for_a_critical_illness_goes_to_who_knows_them_before_it_is_established():
    assert needed_skill("inpatient", assessment(), critical_illness=True) == "critical_illness"


def test_a_line_that_pays_nothing_asks_for_no_skill():
    assert needed_skill("outpatient", assessment(0, "critical_illness")) == "medical"


def test_every_skill_has_a_chinese_name_and_every_suspicion_is_a_finding_that_is_documented():
    assert set(SKILLS) == {"medical", "inpatient", "disability", "death", "critical_illness", "suspicion"}
    documented = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    assert [code for code in SUSPICIOUS if f"`{code}`" not in documented] == []


# --- two adjusters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "payable", "claimed", "two"),
    [
        ("full", LARGE, 0, True),
        ("full", LARGE - 1, 0, False),
        ("partial", LARGE, 0, True),
        ("refused", LARGE, 0, True),
        ("refused", SMALL, SMALL, False),
        ("refused", SMALL, 9000_00, True),
        ("refused", SMALL + 1, 9000_00, True),
        ("refused", 0, SMALL, False),
        ("refused", 0, SMALL + 1, True),
        ("full", SMALL + 1, 9000_00, False),
        ("partial", SMALL + 1, 9000_00, False),
    ],
)
def test_two_adjusters_decide_large_sums_and_refusals_of_all_but_small_claims(outcome, payable, claimed, two):
    decided = {"full": payable, "partial": payable - 1_00, "refused": 0}[outcome]
    assert needs_second_adjuster(assessment(payable, claimed=claimed), outcome, decided, LARGE, SMALL) is two


def test_nobody_alone_refuses_a_death_a_disability_or_a_critical_illness():
    assert needs_second_adjuster(assessment(0), "refused", 0, LARGE, SMALL, is_grave=True)
    assert not needs_second_adjuster(assessment(SMALL), "full", SMALL, LARGE, SMALL, is_grave=True)


def test_a_review_of_before_needs_no_second_one_for_a_refusal():
    assert not needs_second_adjuster(assessment(0, claimed=9000_00), "refused", 0, LARGE, None)


@pytest.mark.parametrize(("decided", "two"), [(1, True), (4000_00 - 1, True), (4000_00, False)])
def test_nobody_alone_takes_more_than_a_small_sum_from_what_the_terms_pay(decided, two):
    assert needs_second_adjuster(assessment(7000_00), "partial", decided, LARGE, SMALL) is two


def test_what_a_correction_takes_away_counts_as_taken():
    corrected = assess(claim(amended(receipt("9000.00"), total="200.00")))
    assert (corrected.claimed_fen, corrected.settlement.payable_fen) == (9000_00, 80_00)
    assert corrected.read_payable_fen > SMALL
    assert needs_second_adjuster(corrected, "full", 80_00, LARGE, SMALL)
    assert needs_second_adjuster(corrected, "refused", 0, LARGE, SMALL)
    more = assess(claim(amended(receipt("200.00"), total="9000.00")))
    assert not needs_second_adjuster(more, "full", more.settlement.payable_fen, LARGE, SMALL)


def test_nobody_alone_refuses_what_nobody_could_read():
    unread = receipt("9000.00")
    unread = replace(unread, fields=replace(unread.fields, total=None), read_fields=replace(unread.fields, total=None))
    unknown = assess(claim(unread))
    assert (unknown.claimed_fen, unknown.unread_totals) == (0, 1)
    assert needs_second_adjuster(unknown, "refused", 0, LARGE, SMALL)
    known = assess(claim(amended(unread, total="200.00")))
    assert not needs_second_adjuster(known, "refused", 0, LARGE, SMALL)


def test_what_is_claimed_counts_every_receipt_once():
    first, second = receipt("1280.50"), receipt("300.00")
    copy = replace(first, receipt_id="copy-0", document_id="copy")
    assert assess(claim(first, second, copy)).claimed_fen == 1580_50
