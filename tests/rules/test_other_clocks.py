from datetime import date

import pytest
from pydantic import TypeAdapter
from rule_builders import product

from insurance.calendar import load_calendar
from insurance.rules.deadlines import (
    ClaimFacts,
    Clock,
    agreed_clocks,
    agreed_time,
    clocks,
    complaint_clock,
    complaint_review_clock,
    limitation_clock,
    surrender_refund_clock,
)
from insurance.rules.terms import AgreedTime

CALENDAR = load_calendar()


@pytest.mark.parametrize(
    ("payable", "decide", "pay"), [(0, 1, 1), (3_000_00, 1, 1), (3_000_01, 10, 3), (80_000_00, 10, 3)]
)
def test_small_sums_are_promised_in_one_working_day(payable, decide, pay):
    time = agreed_time(product(1).agreed_times, payable)
    assert (time.decide_working_days, time.pay_working_days) == (decide, pay)


def test_the_promise_counts_working_days_over_a_holiday():
    decide, pay = agreed_clocks(
        AgreedTime(5, 3), date(2026, 9, 29), CALENDAR, date(2026, 10, 12), agreed_on=date(2026, 10, 12)
    )
    assert (decide.clock, decide.starts_on, decide.due_on, decide.state) == (
        "agreed_decision",
        date(2026, 9, 29),
        date(2026, 10, 12),
        "running",
    )
    assert (pay.clock, pay.starts_on, pay.due_on, pay.state) == (
        "agreed_payment",
        date(2026, 10, 12),
        date(2026, 10, 15),
        "running",
    )


def test_without_agreement_there_is_no_promise_to_pay_yet():
    (decide,) = agreed_clocks(AgreedTime(1, 1), date(2026, 3, 2), CALENDAR, date(2026, 3, 4))
    assert (decide.due_on, decide.state) == (date(2026, 3, 3), "broken")


def test_a_promise_is_met_by_acting_in_time():
    decide, pay = agreed_clocks(
        AgreedTime(1, 1),
        date(2026, 3, 2),
        CALENDAR,
        date(2026, 5, 4),
        decided_on=date(2026, 3, 3),
        agreed_on=date(2026, 3, 3),
        paid_on=date(2026, 3, 5),
    )
    assert (decide.state, pay.state) == ("met", "broken")
    assert decide.article == pay.article == "产品约定的理赔时效"


def test_a_promise_to_pay_is_met_by_paying_in_time():
    day, later = date(2026, 3, 3), date(2026, 5, 4)
    _, pay = agreed_clocks(AgreedTime(1, 1), day, CALENDAR, later, agreed_on=day, paid_on=date(2026, 3, 4))
    assert pay.state == "met"


def test_a_surrender_is_refunded_within_thirty_days_of_the_notice():
    clock = surrender_refund_clock(date(2026, 1, 16), CALENDAR, date(2026, 2, 24))
    assert (clock.clock, clock.article, clock.unrolled_on, clock.due_on, clock.state) == (
        "surrender_refund",
        "保险法第四十七条",
        date(2026, 2, 15),
        date(2026, 2, 24),
        "running",
    )
    assert surrender_refund_clock(date(2026, 1, 16), CALENDAR, date(2026, 3, 1), date(2026, 2, 25)).state == "broken"
    assert surrender_refund_clock(date(2026, 1, 16), CALENDAR, date(2026, 3, 1), date(2026, 2, 24)).state == "met"
    assert clock.starts_on == date(2026, 1, 16)


def test_limitation_ends_two_years_after_knowing():
    clock = limitation_clock(date(2024, 5, 1), CALENDAR, date(2026, 5, 7))
    assert (clock.clock, clock.starts_on, clock.unrolled_on, clock.due_on, clock.state) == (
        "limitation",
        date(2024, 5, 1),
        date(2026, 5, 1),
        date(2026, 5, 6),
        "broken",
    )
    assert clock.article == "保险法第二十六条"
    assert limitation_clock(date(2024, 5, 1), CALENDAR, date(2026, 5, 7), date(2025, 1, 1)).state == "met"


@pytest.mark.parametrize(
    ("extensions", "raw", "due"),
    [
        (0, date(2026, 3, 17), date(2026, 3, 17)),
        (1, date(2026, 4, 1), date(2026, 4, 1)),
        (2, date(2026, 5, 1), date(2026, 5, 6)),
    ],
)
def test_a_complaint_has_15_then_30_then_60_days(extensions, raw, due):
    clock = complaint_clock(date(2026, 3, 2), CALENDAR, date(2026, 3, 10), extensions=extensions)
    assert (clock.clock, clock.unrolled_on, clock.due_on, clock.state) == ("complaint", raw, due, "running")
    assert (clock.article, clock.starts_on) == ("银行业保险业消费投诉处理管理办法", date(2026, 3, 2))
    assert complaint_clock(date(2026, 3, 2), CALENDAR, date(2026, 9, 1), decided_on=date(2026, 3, 17)).state == "met"
    assert complaint_clock(date(2026, 3, 2), CALENDAR, date(2026, 3, 18)).state == "broken"


def test_a_complaint_review_has_30_days():
    clock = complaint_review_clock(date(2026, 3, 2), CALENDAR, date(2026, 4, 2))
    assert (clock.clock, clock.due_on, clock.state) == ("complaint_review", date(2026, 4, 1), "broken")
    assert (clock.article, clock.starts_on) == ("银行业保险业消费投诉处理管理办法", date(2026, 3, 2))
    assert complaint_review_clock(date(2026, 3, 2), CALENDAR, date(2026, 4, 2), date(2026, 4, 1)).state == "met"


def test_clocks_name_their_articles_and_travel_as_json():
    facts = ClaimFacts(date(2026, 3, 2), decided_on=date(2026, 3, 9), outcome="refused")
    found = clocks(facts, CALENDAR, date(2026, 3, 10))
    assert [(c.clock, c.article) for c in found] == [
        ("determination", "保险法第二十三条、解释（二）第十五条"),
        ("refusal_notice", "保险法第二十四条"),
        ("advance_payment", "保险法第二十五条"),
    ]
    (payment,) = [
        c
        for c in clocks(ClaimFacts(date(2026, 3, 2), agreed_on=date(2026, 3, 9)), CALENDAR, date(2026, 3, 10))
        if c.clock == "payment"
    ]
    assert (payment.article, payment.due_on) == ("保险法第二十三条", date(2026, 3, 19))
    adapter = TypeAdapter(tuple[Clock, ...])
    assert adapter.validate_json(adapter.dump_json(found)) == found


def test_a_refusal_has_no_payment_clock_even_with_an_agreement():
    facts = ClaimFacts(date(2026, 3, 2), decided_on=date(2026, 3, 9), outcome="refused", agreed_on=date(2026, 3, 10))
    assert "payment" not in {clock.clock for clock in clocks(facts, CALENDAR, date(2026, 3, 10))}


def test_later_agreement_counts_instead_of_the_full_decision():
    facts = ClaimFacts(date(2026, 3, 2), decided_on=date(2026, 3, 9), outcome="full", agreed_on=date(2026, 3, 11))
    payment = next(clock for clock in clocks(facts, CALENDAR, date(2026, 3, 12)) if clock.clock == "payment")
    assert payment.starts_on == date(2026, 3, 11)
