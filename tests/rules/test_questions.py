from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_builders import DAY, accident, ask, cover, for_people, illness, product, questions, receipt

from insurance.calendar import load_calendar
from insurance.rules.deadlines import ClaimFacts, clocks
from insurance.rules.questions import clocks_problems, settlement_problems, surrender_problems
from insurance.rules.surrender import surrender_value

BEFORE = DAY - timedelta(days=1)


def problems(event=None, receipts=(), on=None, **changes) -> list[tuple[str, str]]:
    found = settlement_problems(product(1), on or cover(), event or accident(), list(receipts), **changes)
    assert all(for_people(problem.message) for problem in found)
    return [(problem.field, problem.code) for problem in found]


def test_an_ordinary_question_is_taken():
    event = accident(died_on=DAY, critical_illness=DAY, disability_grades=(1, 10), prior_disability_grade=10)
    assert problems(event, [receipt(1), receipt(0, pool_pay_fen=5)], used_fen={"accident_medical": 0}) == []


@pytest.mark.parametrize(
    ("receipts", "expected"),
    [
        ([receipt(-1)], [("receipts.0.total_fen", "negative")]),
        ([receipt(1), receipt(1, pool_pay_fen=-1)], [("receipts.1.pool_pay_fen", "negative")]),
        ([receipt(1, other_pay_fen=-1)], [("receipts.0.other_pay_fen", "negative")]),
        ([receipt(1, self_expense_fen=-1)], [("receipts.0.self_expense_fen", "negative")]),
        ([receipt(10**13)], []),
        ([receipt(10**13 + 1)], [("receipts.0.total_fen", "too_large")]),
        ([receipt(1, date=BEFORE)], [("receipts.0.date", "before_event")]),
        ([receipt(1, date=date(2200, 1, 1))], [("receipts.0.date", "impossible_date")]),
    ],
)
def test_receipts_that_can_not_be_are_named(receipts, expected):
    assert problems(receipts=receipts) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (accident(died_on=BEFORE), [("event.died_on", "before_event")]),
        (illness(critical_illness=BEFORE), [("event.critical_illness", "before_event")]),
        (illness(sudden_death=True), [("event.died_on", "required")]),
        (illness(sudden_death=True, died_on=DAY), []),
        (accident(disability_grades=(0,)), [("event.disability_grades.0", "bad_grade")]),
        (accident(disability_grades=(1, 11)), [("event.disability_grades.1", "bad_grade")]),
        (accident(prior_disability_grade=0), [("event.prior_disability_grade", "bad_grade")]),
        (accident(died_on=date(2200, 1, 1)), [("event.died_on", "impossible_date")]),
        (accident(date=date(1899, 12, 31)), [("event.date", "impossible_date")]),
    ],
)
def test_events_that_can_not_be_are_named(event, expected):
    assert problems(event) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (cover(insured_birth_date=date(2025, 9, 2)), [("insured_birth_date", "after_effective_date")]),
        (cover(insured_birth_date=date(2025, 9, 1)), []),
        (cover(effective_date=date(9999, 12, 31)), [("effective_date", "impossible_date")]),
        (cover(insured_birth_date=date(1, 1, 1)), [("insured_birth_date", "impossible_date")]),
    ],
)
def test_covers_that_can_not_be_are_named(on, expected):
    assert problems(on=on) == expected


def test_sums_and_coverages_that_can_not_be_are_named():
    assert problems(other_insurer_paid_fen=-1, other_death_benefit_fen=-1) == [
        ("other_insurer_paid_fen", "negative"),
        ("other_death_benefit_fen", "negative"),
    ]
    assert problems(used_fen={"rabies": 5, "accident_medical": -1}) == [
        ("used_fen.rabies", "unknown_coverage"),
        ("used_fen.accident_medical", "negative"),
    ]


def test_surrender_days_must_be_possible():
    assert surrender_problems(date(2025, 9, 1), date(2025, 12, 10)) == ()
    assert surrender_problems(date(1900, 1, 1), date(2199, 12, 31)) == ()
    assert [p.field for p in surrender_problems(date(1, 1, 1), date(9999, 12, 31))] == [
        "effective_date",
        "requested_on",
    ]


FACTS = ClaimFacts(date(2026, 3, 2))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"notice_delivered_on": date(2026, 3, 1)}, [("notice_delivered_on", "before_it_can_be")]),
        ({"notice_delivered_on": date(2026, 3, 2), "supplement_received_on": date(2026, 3, 2)}, []),
        (
            {"notice_delivered_on": date(2026, 3, 5), "supplement_received_on": date(2026, 3, 4)},
            [("supplement_received_on", "before_it_can_be")],
        ),
        ({"supplement_received_on": date(2026, 3, 4)}, [("notice_delivered_on", "required")]),
        ({"decided_on": date(2026, 3, 1)}, [("decided_on", "before_it_can_be")]),
        ({"agreed_on": date(2026, 3, 1)}, [("agreed_on", "before_it_can_be")]),
        ({"decided_on": date(2026, 3, 9), "agreed_on": date(2026, 3, 8)}, [("agreed_on", "before_it_can_be")]),
        ({"agreed_on": date(2026, 3, 8)}, []),
        ({"decided_on": date(2026, 3, 9), "outcome": "refused"}, []),
        ({"agreed_on": date(2026, 3, 9), "outcome": "refused"}, [("agreed_on", "refused")]),
        ({"agreed_on": date(2500, 1, 1)}, [("agreed_on", "impossible_date")]),
    ],
)
def test_claim_days_that_can_not_be_are_named(changes, expected):
    found = clocks_problems(replace(FACTS, **changes), date(2026, 3, 10))
    assert [(problem.field, problem.code) for problem in found] == expected
    assert all(for_people(problem.message) for problem in found)


def test_the_day_of_asking_must_be_possible():
    (problem,) = clocks_problems(FACTS, date(1, 1, 1))
    assert (problem.field, problem.message) == ("as_of", "日期应在1900-01-01到2199-12-31之间")


RULES = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ANY_DAY = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@RULES
@given(questions(), ANY_DAY, ANY_DAY)
def test_a_question_without_problems_always_has_an_answer(question, effective, birth):
    question["cover"] = replace(question["cover"], effective_date=effective, insured_birth_date=min(birth, effective))
    ask(question)


@RULES
@given(ANY_DAY, ANY_DAY, st.booleans(), st.integers(0, 10**10))
def test_a_surrender_is_always_between_nothing_and_the_premium(effective, requested, paid, premium):
    value = surrender_value(product(2), premium, effective, requested, paid)
    assert 0 <= value.refund_fen <= premium
    assert sum(step.amount_fen for step in value.steps) == value.refund_fen


@RULES
@given(
    ANY_DAY,
    st.lists(st.integers(0, 400), min_size=5, max_size=5),
    st.sampled_from(["full", "partial", "refused", None]),
    ANY_DAY,
)
def test_clocks_always_have_an_answer(received, gaps, outcome, as_of):
    days = [min(received + timedelta(days=gap), date(2199, 12, 31)) for gap in gaps]
    facts = ClaimFacts(received, min(days[:2]), max(days[:2]), days[2], outcome, days[3], days[4])
    for clock in clocks(facts, load_calendar(), as_of):
        assert clock.due_on >= clock.unrolled_on >= clock.starts_on
        assert clock.paused_days >= 0
