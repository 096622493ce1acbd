from dataclasses import replace
from datetime import timedelta

import pytest

from insurance.rules.benefit import Settlement
from insurance.rules.case import Assessment, AssessmentGrounds
from insurance.rules.serious import (
    BECAUSE,
    MILESTONES,
    STAGES,
    TO_DO,
    Reached,
    School,
    SeriousFile,
    next_late,
    promises_of,
    school_notice,
    serious_because,
    stage_of,
)
from insurance.rules.settlement import Line
from insurance.rules.status import LABELS, allowed
from tests.records import NOW, report

LARGE = 50_000_00
SCHOOL = School("2143000001", "黄**", "三年级二班", True)


def assessment(payable=800_00, coverage="accident_medical", students=0):
    line = Line(coverage, "", "", payable, (), payable, 0)
    grounds = AssessmentGrounds({}, (), 0, incident_students=students)
    return Assessment(Settlement(payable, (line,), ()), (), (), False, grounds)


@pytest.mark.parametrize(
    ("state", "assessed", "students", "because"),
    [
        ("outpatient", None, 0, ()),
        ("deceased", None, 0, ("death",)),
        ("disabled", None, 0, ("disability",)),
        ("outpatient", assessment(), 0, ()),
        ("outpatient", assessment(LARGE - 1), 0, ()),
        ("outpatient", assessment(LARGE), 0, ("large_sum",)),
        ("inpatient", assessment(30_000_00, "critical_illness"), 0, ("critical_illness",)),
        ("inpatient", assessment(0, "critical_illness"), 0, ()),
        ("outpatient", None, 2, ()),
        ("outpatient", None, 3, ("incident",)),
        ("outpatient", assessment(students=3), 0, ("incident",)),
        ("deceased", assessment(LARGE, students=4), 0, ("death", "incident", "large_sum")),
    ],
)
def test_a_claim_is_serious_for_what_happened_for_its_sum_and_for_three_students_of_one_event(
    state, assessed, students, because
):
    assert serious_because(report(patient_state=state), assessed, students, LARGE) == because
    assert set(because) <= set(BECAUSE)


def test_a_claim_for_a_critical_illness_is_serious_from_its_report_on():
    assert serious_because(report(critical_illness=True), None, 0, LARGE) == ("critical_illness",)


def test_every_state_of_a_claim_says_where_its_case_is_or_leaves_it():
    assert {state: stage_of(state) for state in LABELS["claim"]} == {
        "reported": None, "submitted": None, "reading": None, "assessing": "assessing", "in_review": "assessing",
        "supplement_requested": "documents", "decided": "decided", "agreed": "decided", "disputed": "assessing",
        "paying": "decided", "payee_needed": "decided", "paid": "paid", "closed": "closed", "reopened": "assessing",
        "withdrawn": "closed",
    }  # fmt: skip


def test_a_case_may_go_ahead_to_any_later_stage():
    for place, stage in enumerate(STAGES):
        assert all(allowed("serious_case", stage, later) for later in STAGES[place + 1 :])


# --- milestones -----------------------------------------------------------------------------------------------------------


def case(state="notified", *reached, claim_state="reported", **changes):
    """`reached`: (stage, days after the finding)."""
    steps = tuple(Reached(stage, NOW + timedelta(days=days), "x") for stage, days in (("notified", 0), *reached))
    return replace(
        SeriousFile("cl-1-s", "cl-1", "P", "xiangjiang", ("death",), NOW, state, claim_state, SCHOOL, steps), **changes
    )


def due(file):
    call = next_late(file)
    return call and (call.name, (call.at - NOW) / timedelta(days=1))


@pytest.mark.parametrize(
    ("state", "reached", "expected"),
    [
        ("notified", [], ("in_contact", 1)),
        ("in_contact", [("in_contact", 0.5)], ("documents", 3)),
        ("documents", [("in_contact", 0.5), ("documents", 2)], ("assessing", 32)),
        ("assessing", [("in_contact", 0.5), ("documents", 2), ("assessing", 9)], ("decided", 39)),
        ("decided", [("in_contact", 0.5), ("assessing", 9), ("decided", 12)], None),
        ("decided", [("in_contact", 0.5), ("assessing", 9), ("decided", 12), ("agreed", 13)], ("paid", 23)),
        ("paid", [("in_contact", 0.5), ("decided", 12), ("agreed", 13), ("paid", 14)], ("closed", 17)),
        ("closed", [("closed", 17)], None),
        # the claim was faster than the call to the family, which is still owed
        ("assessing", [("assessing", 0.1)], ("in_contact", 1)),
        # further papers, and assessed anew
        ("documents", [("in_contact", 0.5), ("assessing", 9), ("documents", 12)], ("assessing", 42)),
        ("assessing", [("in_contact", 0.5), ("assessing", 9), ("decided", 12), ("assessing", 15)], ("decided", 45)),
    ],
)
def test_every_stage_has_a_time_by_which_the_next_one_is_due(state, reached, expected):
    assert due(case(state, *reached)) == expected


def test_no_payment_is_late_while_the_family_is_asked_for_an_account():
    steps = [("in_contact", 0.5), ("decided", 12), ("agreed", 13)]
    assert due(case("decided", *steps, claim_state="payee_needed")) is None
    assert due(case("decided", *steps, claim_state="paying")) == ("paid", 23)


def test_what_is_late_is_called_again_each_week():
    late = case(reminded=(("in_contact", NOW + timedelta(days=1)),))
    assert due(replace(late, reached=(*late.reached, Reached("documents", NOW, "x")))) == ("in_contact", 8)


def test_a_call_of_an_earlier_round_is_no_call_of_this_one():
    steps = [("in_contact", 0.5), ("assessing", 1), ("decided", 40), ("closed", 41), ("assessing", 100)]
    assert due(case("assessing", *steps, reminded=(("decided", NOW + timedelta(days=31)),))) == ("decided", 130)


def test_every_promise_says_when_it_was_due_and_when_it_was_kept():
    kept = promises_of(case("documents", ("in_contact", 2), ("documents", 2.5)))
    days = [(p.name, (p.due_at - NOW).days, p.reached_at and (p.reached_at - NOW) / timedelta(days=1)) for p in kept]
    assert days == [("in_contact", 1, 2.0), ("documents", 3, 2.5), ("assessing", 32, None)]


def test_every_milestone_names_its_source():
    assert all(milestone.source and milestone.within > timedelta(0) for milestone in MILESTONES)


# --- what a school is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STAGES)
def test_a_school_is_told_the_stage_and_what_to_do(state):
    text = school_notice(SCHOOL, LABELS["serious_case"][state], state)
    assert text.startswith("三年级二班黄**的理赔大案：")
    assert TO_DO[state] in text
    assert not [word for word in ("元", "诊断", "身故", "伤残", "重大疾病") if word in text]
