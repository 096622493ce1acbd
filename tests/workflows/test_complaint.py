from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from activities.complaints import ComplaintRecord
from insurance.calendar import load_calendar
from insurance.rules.complaints import Answer, ComplaintFile, clocks_of, why_not_by
from insurance.rules.cover import SHANGHAI, shanghai_day
from insurance.rules.deadlines import complaint_clock, complaint_review_clock, days_after, end_of_day
from tests.workflows.process_orders import complaint_order
from workflows.client import MoveRefused, ProcessEnded
from workflows.messages import Actor, ComplaintAnswering, ComplaintExtension, ComplaintOutcome, Objection

LEAD, OPERATOR = Actor("adjuster", "lead-1", lead=True), Actor("operator", "operator-1")
COMPLAINED_ABOUT = Actor("adjuster", "adjuster-1", lead=True)
CALENDAR = load_calendar()
ROLE_LEAD, ROLE_OPERATOR = "role:lead:xiangjiang", "role:operator:xiangjiang"

servers = pytest.mark.servers


def answering(who=LEAD, outcome="upheld"):
    return ComplaintAnswering(who, outcome, "已重新核对，将补付差额")


def complaint_of(world, complaint_id) -> ComplaintFile:
    record = world.books.records[complaint_id]
    assert isinstance(record, ComplaintRecord)
    return record.complaint


def told(world, complaint_id, kind):
    found = [n for key, n in world.books.notices.items() if key.startswith(f"{complaint_id}:") and n.kind == kind]
    return [n.subject for n in found]


async def taken(world, who=LEAD, **changes):
    complaint_id = await world.complain(**changes)
    await world.update(complaint_id, "take", who)
    return complaint_id


async def answered(world):
    complaint_id = await taken(world)
    await world.update(complaint_id, "answer", answering())
    await world.until_state(complaint_id, "decided")
    return complaint_id


async def refusal_of(world, complaint_id, update, arg):
    with pytest.raises(MoveRefused) as refusal:
        await world.update(complaint_id, update, arg)
    return refusal.value.code


async def until(world, at):
    """Lets time pass to just after an instant."""
    await world.let_pass(seconds=(at - world.time).total_seconds() + 60)


def half(start: date, due: date) -> date:
    return start + (due - start) / 2


def morning(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=9)


# --- rules --------------------------------------------------------------------------------------------------------------


def complaint(**changes):
    received = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    return replace(complaint_order(received).complaint, **changes)


def test_nobody_answers_a_complaint_about_themselves():
    assert why_not_by(complaint(), "adjuster-1", True, False) == "conflict_of_interest"
    assert why_not_by(complaint(), "lead-1", True, False) is None


def test_who_leads_nobody_answers_no_complaint():
    assert why_not_by(complaint(), "adjuster-2", False, False) == "lead_required"
    assert why_not_by(complaint(subject="lead-9"), "lead-9", True, False) == "conflict_of_interest"


def test_a_review_is_its_superiors_and_not_of_whoever_answered():
    asked = complaint(
        state="review_requested",
        answer=Answer("not_upheld", "不成立", "operator-1", datetime(2026, 3, 9, tzinfo=SHANGHAI)),
    )
    assert why_not_by(asked, "lead-1", True, False) == "superior_required"
    assert why_not_by(asked, "operator-1", False, True) == "conflict_of_interest"
    assert why_not_by(asked, "operator-2", False, True) is None


def test_a_complaint_that_is_taken_back_ends_on_that_day():
    back = complaint(state="withdrawn", updated_at=datetime(2026, 3, 5, 10, tzinfo=SHANGHAI))
    assert [clock.state for clock in clocks_of(back, CALENDAR, date(2026, 9, 1))] == ["met"]


# --- the way of a complaint ---------------------------------------------------------------------------------------------


@servers
async def test_a_complaint_goes_to_the_insurers_desk_at_once_and_the_family_hears_so(world):
    complaint_id = await world.complain()
    assert told(world, complaint_id, "complaint_received") == ["parent-1", ROLE_LEAD]


@servers
async def test_a_named_person_answers_who_was_not_complained_about(world):
    complaint_id = await world.complain()
    assert await refusal_of(world, complaint_id, "take", COMPLAINED_ABOUT) == "conflict_of_interest"
    assert await refusal_of(world, complaint_id, "take", Actor("adjuster", "adjuster-2")) == "lead_required"
    assert await refusal_of(world, complaint_id, "answer", answering()) == "not_holder"
    await world.update(complaint_id, "take", LEAD)
    assert await refusal_of(world, complaint_id, "take", LEAD) == "already_taken"
    await world.update(complaint_id, "answer", answering())
    answer = complaint_of(world, complaint_id).answer
    assert (answer.by, answer.outcome, answer.text) == ("lead-1", "upheld", "已重新核对，将补付差额")
    assert told(world, complaint_id, "complaint_answered") == ["parent-1"]
    events = world.books.events[complaint_id].values()
    assert [(e.event, e.by) for e in events][-1] == ("complaint_answered", "adjuster:lead-1")
    # the words stand in the record alone
    assert not [e for e in events if "差额" in e.text]


@servers
async def test_somebody_else_takes_it_in_place_of_who_has_it(world):
    complaint_id = await taken(world)
    await world.update(complaint_id, "take", OPERATOR)
    assert await refusal_of(world, complaint_id, "answer", answering()) == "not_holder"


@servers
async def test_a_complaint_is_taken_back_and_ends(world):
    complaint_id = await taken(world)
    await world.update(complaint_id, "withdraw")
    assert await world.end_of(complaint_id) == ComplaintOutcome("withdrawn")
    assert told(world, complaint_id, "complaint_withdrawn") == ["lead-1", ROLE_LEAD]
    with pytest.raises(ProcessEnded):
        await world.update(complaint_id, "withdraw")


# --- its clocks, in skipped time ----------------------------------------------------------------------------------------


@servers
async def test_whoever_has_it_is_reminded_at_half_time_two_days_before_and_on_the_day(world):
    complaint_id = await taken(world)
    received = shanghai_day(world.time)
    due = complaint_clock(received, CALENDAR, received).due_on
    for kind, day in (
        ("half_time", half(received, due)), ("two_days_before", due - timedelta(days=2)), ("due_day", due),
    ):  # fmt: skip
        await until(world, morning(day) - timedelta(minutes=5))
        assert told(world, complaint_id, f"complaint_{kind}") == []
        await until(world, morning(day))
        await world.until_told(complaint_id, f"clock_{kind}")
        assert told(world, complaint_id, f"complaint_{kind}") == ["lead-1", ROLE_LEAD]


@servers
async def test_what_is_not_answered_in_time_goes_up_and_the_family_hears_where_else_to_turn(world):
    complaint_id = await taken(world)
    received = shanghai_day(world.time)
    due = complaint_clock(received, CALENDAR, received).due_on
    await until(world, morning(due + timedelta(days=1)))
    await world.until_told(complaint_id, "clock_overdue")
    assert told(world, complaint_id, "complaint_overdue") == [ROLE_OPERATOR, "parent-1"]
    overdue = [
        n.text for n in world.books.notices.values() if n.kind == "complaint_overdue" and n.subject == "parent-1"
    ]
    assert "12378" in overdue[0]
    assert await refusal_of(world, complaint_id, "extend", ComplaintExtension(LEAD, "复杂")) == "too_late"
    await until(world, morning(due + timedelta(days=3)))
    assert told(world, complaint_id, "complaint_escalated") == [ROLE_OPERATOR]


@servers
async def test_what_stays_unanswered_is_called_every_week(world):
    complaint_id = await world.complain()
    received = shanghai_day(world.time)
    due = complaint_clock(received, CALENDAR, received).due_on
    for weeks in (0, 1, 2):
        await until(world, morning(due + timedelta(days=3 + 7 * weeks)))
        assert told(world, complaint_id, "complaint_escalated") == [ROLE_OPERATOR] * (weeks + 1)
    await world.update(complaint_id, "take", LEAD)
    await world.update(complaint_id, "answer", answering())
    (clock,) = clocks_of(complaint_of(world, complaint_id), CALENDAR, shanghai_day(world.time))
    assert clock.state == "broken"


@servers
async def test_a_complex_one_has_thirty_days_and_with_its_superiors_approval_sixty(world):
    complaint_id = await taken(world)
    received = shanghai_day(world.time)
    await world.update(complaint_id, "extend", ComplaintExtension(LEAD, "须向医院核实"))
    assert told(world, complaint_id, "complaint_extended") == ["parent-1"]
    first = complaint_clock(received, CALENDAR, received, extensions=1).due_on
    await until(world, morning(first - timedelta(days=1)))
    assert told(world, complaint_id, "complaint_overdue") == []
    assert await refusal_of(world, complaint_id, "extend", ComplaintExtension(LEAD, "x")) == "superior_required"
    await world.update(complaint_id, "take", OPERATOR)
    await world.update(complaint_id, "extend", ComplaintExtension(OPERATOR, "等待鉴定"))
    assert await refusal_of(world, complaint_id, "extend", ComplaintExtension(OPERATOR, "x")) == "illegal_move"
    last = complaint_clock(received, CALENDAR, received, extensions=2).due_on
    await until(world, morning(last))
    assert told(world, complaint_id, "complaint_overdue") == []
    await until(world, morning(last + timedelta(days=1)))
    await world.until_told(complaint_id, "clock_overdue")
    assert complaint_of(world, complaint_id).extended_because == ("须向医院核实", "等待鉴定")


@servers
async def test_an_answer_stands_when_nobody_asks_for_a_review_within_thirty_days(world):
    complaint_id = await answered(world)
    last = days_after(shanghai_day(world.time), 30, CALENDAR).due_on
    await until(world, end_of_day(last) - timedelta(hours=1))
    assert "complaint_closed" not in world.books.told(complaint_id)
    await until(world, end_of_day(last))
    assert await world.end_of(complaint_id) == ComplaintOutcome("decided")
    assert world.books.told(complaint_id)[-1] == "complaint_closed"


@servers
async def test_a_review_is_answered_by_the_superior_who_did_not_answer_before(world):
    complaint_id = await answered(world)
    await world.update(complaint_id, "ask_review", Objection("没有说明依据的条款"))
    assert told(world, complaint_id, "complaint_review_requested") == [ROLE_OPERATOR]
    assert await refusal_of(world, complaint_id, "take", Actor("adjuster", "lead-2", lead=True)) == "superior_required"
    await world.update(complaint_id, "take", OPERATOR)
    await world.update(complaint_id, "answer", answering(OPERATOR, "not_upheld"))
    assert await world.end_of(complaint_id) == ComplaintOutcome("reviewed")
    found = complaint_of(world, complaint_id)
    assert (found.answer.by, found.review_answer.by) == ("lead-1", "operator-1")
    assert world.books.walked(complaint_id) == ["received", "decided", "review_requested", "reviewed"]


@servers
async def test_a_review_that_is_not_answered_within_thirty_days_is_called(world):
    complaint_id = await answered(world)
    await world.update(complaint_id, "ask_review", Objection("没有说明依据的条款"))
    asked = shanghai_day(world.time)
    due = complaint_review_clock(asked, CALENDAR, asked).due_on
    await until(world, morning(due))
    await world.until_told(complaint_id, "clock_due_day")
    assert told(world, complaint_id, "complaint_due_day") == [ROLE_OPERATOR]
    await until(world, morning(due + timedelta(days=1)))
    await world.until_told(complaint_id, "clock_overdue")
    assert [c.state for c in clocks_of(complaint_of(world, complaint_id), CALENDAR, shanghai_day(world.time))] == [
        "met", "broken",
    ]  # fmt: skip
    assert told(world, complaint_id, "complaint_overdue") == [ROLE_OPERATOR, "parent-1"]
    await until(world, morning(due + timedelta(days=3)))
    await world.until_told(complaint_id, "clock_escalated")
    assert told(world, complaint_id, "complaint_escalated") == [ROLE_OPERATOR, "role:operator"]


@servers
async def test_who_looks_again_at_an_operators_answer_is_found_by_the_platform_and_the_desk_hears_what_came_of_it(
    world,
):
    complaint_id = await taken(world, OPERATOR)
    await world.update(complaint_id, "answer", answering(OPERATOR, "not_upheld"))
    await world.update(complaint_id, "ask_review", Objection("没有说明依据的条款"))
    # the insurer may have no other operator, and that one may not answer twice
    assert told(world, complaint_id, "complaint_review_requested") == [ROLE_OPERATOR, "role:operator"]
    assert await refusal_of(world, complaint_id, "take", OPERATOR) == "conflict_of_interest"
    platform = Actor("operator", "platform-1")
    await world.update(complaint_id, "take", platform)
    await world.update(complaint_id, "answer", answering(platform))
    assert await world.end_of(complaint_id) == ComplaintOutcome("reviewed")
    assert told(world, complaint_id, "complaint_reviewed") == [ROLE_LEAD, ROLE_OPERATOR]
