from datetime import UTC, datetime

import pytest

from insurance.rules.case import DecidedLine
from insurance.rules.decision import NotDecidable, decide_by_adjuster, given
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


def test_lines_give_the_same_whatever_their_order_and_with_or_without_zeros():
    medical, hospital = DecidedLine("accident_medical", 5_00), DecidedLine("illness_hospital", 3_00)
    assert given((medical, hospital)) == given((hospital, DecidedLine("dental", 0), medical))
    assert given((medical,)) != given((medical, hospital))
