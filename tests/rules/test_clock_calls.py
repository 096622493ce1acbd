from datetime import UTC, date, datetime, timedelta

import pytest

from insurance.rules.reminders import Call, calls_of, family_reminders, is_passed_over, last_day, text_of
from tests.rules.clocked import CALENDAR, case, decision, on


def said(found, clock):
    return [(call.kind, call.at.date()) for call in found if call.clock == clock]


def test_thirty_days_are_called_at_half_time_two_days_before_on_the_day_and_when_they_are_over():
    found = calls_of(case(), CALENDAR, date(2026, 3, 2))
    assert said(found, "determination") == [
        ("half_time", date(2026, 3, 17)),
        ("two_days_before", date(2026, 3, 30)),
        ("due_day", date(2026, 4, 1)),
        ("overdue", date(2026, 4, 2)),
        ("escalated", date(2026, 4, 4)),
    ]


def test_one_working_day_is_called_on_the_day_alone():
    found = calls_of(case(), CALENDAR, date(2026, 3, 2))
    assert [kind for kind, _ in said(found, "agreed_decision")] == ["due_day", "overdue", "escalated"]


def test_the_sixtieth_day_is_the_day_of_the_advance():
    assert ("advance", date(2026, 5, 6)) in said(calls_of(case(), CALENDAR, date(2026, 3, 2)), "advance_payment")


def test_what_is_done_or_waits_for_the_family_is_not_called():
    waiting = case(state="supplement_requested", notice_delivered_at=on(5))
    assert {call.clock for call in calls_of(waiting, CALENDAR, date(2026, 3, 6))} == {"advance_payment"}
    decided = case(state="decided", decision=decision("full", on(3)), agreed_at=on(3))
    assert {call.clock for call in calls_of(decided, CALENDAR, date(2026, 3, 3))} == {"payment", "agreed_payment"}


def test_calls_come_in_the_order_of_time_and_in_the_morning():
    found = calls_of(case(), CALENDAR, date(2026, 3, 2))
    assert [call.at for call in found] == sorted(call.at for call in found)
    assert {call.at.hour for call in found} == {9}


@pytest.mark.parametrize("call", calls_of(case(), CALENDAR, date(2026, 3, 2)))
def test_every_call_has_words(call: Call):
    assert text_of(call, call.at)


@pytest.mark.parametrize(
    ("kind", "day", "text"),
    [
        ("half_time", 10, "核定的时限已过一半，最后一日为3月16日"),
        ("two_days_before", 14, "距离核定的最后一日3月16日还有两天"),
        ("two_days_before", 15, "距离核定的最后一日3月16日还有一天"),
        ("two_days_before", 16, "今天是核定的最后一日"),
        ("due_day", 16, "今天是核定的最后一日"),
        ("due_day", 17, "3月16日是核定的最后一日，已过1天"),
        ("half_time", 30, "3月16日是核定的最后一日，已过14天"),
        ("overdue", 30, "核定已超过时限（3月16日），已报理赔主管"),
    ],
)
def test_what_is_said_is_true_on_the_day_on_which_it_is_said(kind, day, text):
    assert text_of(Call(on(9), kind, "determination", date(2026, 3, 16)), on(day)) == text


def test_of_a_clock_s_calls_that_are_late_the_newest_is_said_and_an_advance_is_always_begun():
    calls = calls_of(case(), CALENDAR, date(2026, 3, 2))

    def left(now):
        return [(c.clock, c.kind) for c in calls if c.at <= now and not is_passed_over(c, calls, now)]

    assert left(on(3)) == [("agreed_decision", "due_day")]
    assert left(on(31)) == [("agreed_decision", "escalated"), ("determination", "two_days_before")]
    assert left(on(20, 5))[-2:] == [("advance_payment", "advance"), ("advance_payment", "escalated")]


def test_a_family_hears_of_its_turn_at_half_time_two_days_before_and_on_the_last_day():
    since = on(1)
    found = family_reminders(since, since + timedelta(days=30))
    assert [(at - since) / timedelta(days=1) for at in found] == [15.0, 28.0, 29.5]


def test_a_short_time_has_fewer_reminders():
    assert family_reminders(on(1), on(2)) == (on(2) - timedelta(hours=12),)


def test_the_last_day_of_a_time_is_a_day_in_china():
    assert last_day(datetime(2026, 3, 30, 16, tzinfo=UTC)) == "3月30日"
    assert last_day(datetime(2026, 3, 30, 17, tzinfo=UTC)) == "3月31日"
