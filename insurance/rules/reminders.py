"""Reminders (提醒): who is told when about a clock that runs, and to whom it goes up when it is broken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from insurance.rules.case_file import CaseFile
from insurance.rules.claim_clocks import STAFF, clocks_of, done_on, facts_of
from insurance.rules.cover import shanghai_day
from insurance.rules.days import SHANGHAI
from insurance.rules.deadlines import Calendar, Clock
from insurance.rules.periods import end_of_day

CallKind = Literal["half_time", "two_days_before", "due_day", "overdue", "escalated", "advance"]

# people read their messages in the morning
HOUR = time(9)
OVERDUE_AFTER = timedelta(days=1)
ESCALATED_AFTER = timedelta(days=3)

CLOCK_NAMES = {
    "determination": "核定",
    "payment": "支付赔款",
    "refusal_notice": "送达拒赔通知",
    "advance_payment": "先予支付",
    "agreed_decision": "约定的审核",
    "agreed_payment": "约定的支付",
    "surrender_refund": "退保退款",
}


@dataclass(frozen=True)
class Call:
    """Something to say at an instant about a clock. `overdue` goes to the adjusters' lead, `escalated` to the insurer's operator,
    the rest to whose turn it is; `advance` is the day on which the certain part must be paid (保险法 25)."""

    at: datetime
    kind: CallKind
    clock: str
    due_on: date


def calls_of(case: CaseFile, calendar: Calendar, as_of: date) -> tuple[Call, ...]:
    """Every call of the clocks that are not done and do not wait for the family, past ones too, in order of time."""
    if facts_of(case) is None:
        return ()
    clocks = [c for c in clocks_of(case, calendar, as_of) if c.clock in STAFF and c.state != "paused"]
    found = [call for clock in clocks if done_on(case, clock) is None for call in _calls_outside_waits(clock)]
    return tuple(sorted(found, key=lambda call: (call.at, call.clock, call.kind)))


def _calls_outside_waits(clock: Clock) -> Iterator[Call]:
    """What fell into a time in which it stood still was nobody's to hear; an advance that waited for an account begins by itself when
    there is one."""
    for call in calls_about(clock):
        day = shanghai_day(call.at)
        is_begun = any(p.because == "payee" and p.to_on == day for p in clock.pauses) and call.kind == "advance"
        if not is_begun and not any(p.to_on and p.from_on < day < p.to_on for p in clock.pauses):
            yield call


def key_of(call: Call) -> str:
    """Tells it from others of the same claim at the same instant."""
    return f"{call.clock}:{call.kind}"


def is_passed_over(call: Call, calls: Iterable[Call], now: datetime) -> bool:
    """Of one clock's calls that are said late, after an undone decision or days without a worker, the newest says it all. The advance
    is more than words."""
    return call.kind != "advance" and any(c.clock == call.clock and call.at < c.at <= now for c in calls)


def text_of(call: Call, now: datetime) -> str:
    """For staff and for the timeline."""
    return text_about(CLOCK_NAMES[call.clock], call, now, overdue="已报理赔主管", escalated="已报保险公司负责人")


def text_about(name: str, call: Call, now: datetime, *, overdue: str, escalated: str) -> str:
    """True on the day on which it is said. `name`: what the clock asks for; `overdue`, `escalated`: to whom it went up."""
    day = f"{call.due_on.month}月{call.due_on.day}日"
    days_left = (call.due_on - shanghai_day(now)).days
    left = _left(name, day, days_left)
    return {
        "half_time": f"{name}的时限已过一半，最后一日为{day}" if days_left > 0 else left,
        "two_days_before": left,
        "due_day": left,
        "overdue": f"{name}已超过时限（{day}），{overdue}",
        "escalated": f"{name}仍未完成（时限{day}），{escalated}",
        "advance": "自收齐材料起满六十日仍未核定，先支付可以确定的部分",
    }[call.kind]


_FEW = {1: "一", 2: "两"}


def _left(name: str, day: str, days_left: int) -> str:
    if days_left < 0:
        return f"{day}是{name}的最后一日，已过{-days_left}天"
    if days_left == 0:
        return f"今天是{name}的最后一日"
    return f"距离{name}的最后一日{day}还有{_FEW.get(days_left, days_left)}天"


def calls_about(clock: Clock) -> Iterator[Call]:
    """Every call about one clock that is not done, in order of time."""
    due = clock.due_on
    half = clock.starts_on + (due - clock.starts_on) / 2
    early = due - timedelta(days=2)
    if half < early:
        yield _call("half_time", half, clock)
    if early > clock.starts_on:
        yield _call("two_days_before", early, clock)
    yield _call("advance" if clock.clock == "advance_payment" else "due_day", due, clock)
    yield _call("overdue", due + OVERDUE_AFTER, clock)
    yield _call("escalated", due + ESCALATED_AFTER, clock)


def _call(kind: CallKind, day: date, clock: Clock) -> Call:
    return Call(datetime.combine(day, HOUR, SHANGHAI), kind, clock.clock, clock.due_on)


def family_reminders(since: datetime, ends: datetime) -> tuple[datetime, ...]:
    """When a family whose turn it is hears of it again: at half time, two days before the end, and on its day."""
    half, early, last = since + (ends - since) / 2, ends - timedelta(days=2), ends - timedelta(hours=12)
    fits = (half, half < early), (early, early > since), (last, last > since)
    return tuple(at for at, is_so in fits if is_so)


def time_for_answer_ends(since: datetime, days: float) -> datetime:
    """24:00 of the last day that a family has when its time begins at `since`."""
    return end_of_day(shanghai_day(since + timedelta(days=days)))


def last_day(ends: datetime) -> str:
    """The last day of a time that ends at an instant, in words."""
    day = (ends - timedelta(microseconds=1)).astimezone(SHANGHAI)
    return f"{day.month}月{day.day}日"
