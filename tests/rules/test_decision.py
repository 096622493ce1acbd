from dataclasses import replace
from datetime import UTC, datetime

import pytest

from insurance.rules.case import DecidedLine
from insurance.rules.decision import NotDecidable, check_words, decide_by_adjuster, given
from tests.rules.test_skills import assessment

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DUE = DecidedLine("accident_medical", 800_00)


def decide(outcome, lines):
    reasons = () if outcome == "full" else ("item_not_covered",)
    return decide_by_adjuster(assessment(800_00), outcome, reasons, "", lines, ("adj-1",), NOW)


@pytest.mark.parametrize(
    ("outcome", "line"),
    [("full", DecidedLine("accident_medical", 1)), ("full", DecidedLine("dental", 800_00)), ("refused", DUE)],
)
def test_sums_that_contradict_the_outcome_are_refused_and_not_dropped(outcome, line):
    with pytest.raises(NotDecidable) as refusal:
        decide(outcome, (line,))
    assert (refusal.value.code, refusal.value.field) == ("lines_contradict", "lines")


def test_sums_that_say_the_same_as_the_outcome_are_taken():
    assert decide("full", (DUE,)).payable_fen == 800_00
    assert decide("refused", ()).payable_fen == 0


@pytest.mark.parametrize(
    ("outcome", "payable_fen", "code", "comment", "is_said"),
    [
        ("refused", 0, "other", "", False),
        ("refused", 0, "other", "  ", False),
        ("refused", 800_00, "other", "", False),
        ("partial", 800_00, "other", "", False),
        ("refused", 0, "other", "事故发生在保单之外", True),
        ("refused", 0, "item_not_covered", "", False),
        ("refused", 800_00, "item_not_covered", "", True),
        ("refused", 0, "outside_period", "", True),
        ("full", 800_00, None, "", True),
    ],
)
def test_what_is_taken_away_says_why_in_a_clause_or_in_words(outcome, payable_fen, code, comment, is_said):
    lines = (DecidedLine("accident_medical", 1_00),) if outcome == "partial" else None
    found = assessment(payable_fen)
    found = found if payable_fen else replace(found, settlement=replace(found.settlement, lines=()))
    decision = decide_by_adjuster(found, outcome, [code] if code else [], comment, lines, ("adj-1",), NOW)
    if is_said:
        check_words(decision, found.settlement)
        return
    with pytest.raises(NotDecidable) as refusal:
        check_words(decision, found.settlement)
    assert (refusal.value.code, refusal.value.field) == ("comment_required", "comment")


def test_lines_give_the_same_whatever_their_order_and_with_or_without_zeros():
    medical, hospital = DecidedLine("accident_medical", 5_00), DecidedLine("illness_hospital", 3_00)
    assert given((medical, hospital)) == given((hospital, DecidedLine("dental", 0), medical))
    assert given((medical,)) != given((medical, hospital))
