from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from insurance.rules.case import DecidedLine
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import end_of_day
from tests.workflows.process_orders import accident, adjuster, payee
from workflows.client import MoveRefused
from workflows.messages import (
    CaseStep,
    ClaimOutcome,
    DecisionOrder,
    IncidentLink,
    PapersOrder,
    PayeeOrder,
    SchoolNoted,
    SeriousOutcome,
)

pytestmark = pytest.mark.servers

WHO = adjuster("adjuster-7")
# 80 % of what exceeds 100 yuan: 50,000 yuan
LARGE = "62600.00"


def full(who):
    return DecisionOrder(who, "full", (), "")


async def away_for_days(*_):
    raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=12))


async def injured_for_life(world, **changes):
    """A claim that is serious from its report on, and its case."""
    claim_id = await world.report(report=accident(world.time, patient_state="disabled"), **changes)
    case_id = f"{claim_id}-s"
    await world.until_state(case_id, "notified")
    await world.until_told(claim_id, "serious_case_opened")
    return claim_id, case_id


async def large_claim(world, total=LARGE):
    """A claim whose sum makes it serious, in review."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(total, sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    return claim_id, f"{claim_id}-s"


async def decided_by_two(world, claim_id, order=full, number=1):
    review_id = f"{claim_id}-r{number}"
    for who in (adjuster("adjuster-1"), adjuster("adjuster-2")):
        await world.update(review_id, "take", who)
        await world.update(review_id, "decide", order(who))


async def refusal_of(world, process_id, update, arg=None):
    with pytest.raises(MoveRefused) as refusal:
        await world.update(process_id, update, arg)
    return refusal.value.code


def case_of(world, case_id):
    return world.books.records[case_id].case


def told_school(world, case_id):
    return [n.kind for key, n in world.books.notices.items() if key.startswith(f"{case_id}:") and n.kind != "case_late"]


def calls(world, case_id):
    return [n for key, n in world.books.notices.items() if key.startswith(f"{case_id}:") and n.kind == "case_late"]


# --- begun when the rule says so ------------------------------------------------------------------------------------------


async def test_a_disability_is_a_serious_case_from_its_report_on(world):
    _, case_id = await injured_for_life(world)
    assert case_of(world, case_id).because == ("disability",)


async def test_a_large_sum_is_one_when_it_is_found(world):
    _, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    assert world.books.walked(case_id) == ["notified", "assessing"]
    assert case_of(world, case_id).because == ("large_sum",)


async def test_a_claim_like_any_other_is_none_and_has_nothing_of_it_in_its_history(world):
    claim_id, case_id = await large_claim(world, "62598.74")
    assert case_id not in world.books.records
    history = await world.client.get_workflow_handle(claim_id).fetch_history()
    assert "serious" not in history.to_json()


async def test_a_claim_that_is_linked_to_an_event_with_three_students_is_one_while_it_is_reviewed(world):
    claim_id, case_id = await large_claim(world, "1100.00")
    await world.processes.tell_incident(claim_id, IncidentLink("in-1", 2))
    await world.processes.tell_incident(claim_id, IncidentLink("in-1", 3))
    await world.until_state(case_id, "assessing")
    assert case_of(world, case_id).because == ("incident",)


async def test_a_reason_that_comes_later_is_told_and_the_first_one_stays(world):
    claim_id, case_id = await injured_for_life(world)
    await world.processes.tell_incident(claim_id, IncidentLink("in-1", 3))
    await world.until_told(case_id, "case_because")
    assert case_of(world, case_id).because == ("disability", "incident")


# --- the way of a case ------------------------------------------------------------------------------------------------------


async def test_a_case_goes_from_the_first_call_to_its_end_with_the_claim(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO, "母亲接听"))
    await decided_by_two(world, claim_id)
    assert (await world.end_of(claim_id)).state == "closed"
    assert await world.end_of(case_id) == SeriousOutcome("closed")
    assert world.books.walked(case_id) == ["notified", "assessing", "decided", "paid", "closed"]
    reached = [(r.stage, r.by) for r in case_of(world, case_id).reached]
    assert reached == [
        ("notified", "system"), ("assessing", "system"), ("in_contact", "adjuster:adjuster-7"), ("decided", "system"),
        ("agreed", "system"), ("paid", "system"), ("closed", "system"),
    ]  # fmt: skip


async def test_adjusters_call_the_family_and_tell_the_list_of_papers(world):
    _, case_id = await injured_for_life(world)
    await world.update(case_id, "in_contact", CaseStep(WHO, "母亲接听"))
    assert await refusal_of(world, case_id, "in_contact", CaseStep(WHO)) == "illegal_move"
    await world.update(case_id, "documents", CaseStep(WHO, "伤残鉴定书、病历"))
    assert await refusal_of(world, case_id, "documents", CaseStep(WHO)) == "illegal_move"
    assert world.books.walked(case_id) == ["notified", "in_contact", "documents"]
    assert [(r.stage, r.comment) for r in case_of(world, case_id).reached[1:]] == [
        ("in_contact", "母亲接听"), ("documents", "伤残鉴定书、病历"),
    ]  # fmt: skip


async def test_a_request_for_papers_brings_the_case_back_to_them(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await world.update(f"{claim_id}-r1", "request_documents", PapersOrder(adjuster(), ("diagnosis",), ""))
    await world.until_state(case_id, "documents")


async def test_a_claim_that_is_withdrawn_ends_its_case(world):
    claim_id, case_id = await injured_for_life(world)
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert await world.end_of(case_id) == SeriousOutcome("closed")


async def test_a_refused_claim_owes_no_payment_and_closes_its_case(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await decided_by_two(
        world, claim_id, lambda who: DecisionOrder(who, "refused", ("event_not_covered",), "不属于保险责任")
    )
    await world.until_state(case_id, "decided")
    # the test server never ends a sleep in which both a process and the one that began it end
    until = end_of_day(shanghai_day(world.claim(claim_id).case.state_since + timedelta(days=30)))
    while (left := until - world.time) > timedelta(0):
        await world.let_pass(seconds=min(left, timedelta(days=1)).total_seconds())
    assert calls(world, case_id) == []
    assert await world.end_of(case_id) == SeriousOutcome("closed")


async def test_a_case_goes_on_where_it_was_when_its_claim_is_opened_again(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    half = DecidedLine("accident_medical", 100_00)
    await decided_by_two(world, claim_id, lambda who: DecisionOrder(who, "partial", ("item_not_covered",), "", (half,)))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 100_00)
    assert await world.end_of(case_id) == SeriousOutcome("closed")
    before = len(world.books.told(case_id))
    await world.reopen(claim_id)
    await world.until_state(case_id, "assessing")
    assert len(world.books.told(case_id)) > before
    await world.until_state(f"{claim_id}-r2", "open")
    for who in (adjuster("adjuster-3"), adjuster("adjuster-4")):
        await world.update(f"{claim_id}-r2", "take", who)
        await world.update(f"{claim_id}-r2", "decide", full(who))
    assert (await world.end_of(claim_id)).state == "closed"
    assert await world.end_of(case_id) == SeriousOutcome("closed")
    assert world.books.walked(case_id)[-4:] == ["assessing", "decided", "paid", "closed"]


async def test_a_case_outlives_a_long_history_of_its_claim(world):
    claim_id, case_id = await injured_for_life(world, longest_history=10)
    for _ in range(3):
        await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
        await world.let_pass(days=31)
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await world.update(claim_id, "withdraw")
    assert await world.end_of(case_id) == SeriousOutcome("closed")
    assert world.books.told(claim_id).count("serious_case_opened") == 1


# --- milestones: each of them late, in skipped time ---------------------------------------------------------------------


async def test_a_family_that_nobody_called_within_24_hours_is_told_to_the_lead(world):
    _, case_id = await injured_for_life(world)
    await world.let_pass(hours=23, minutes=50)
    assert calls(world, case_id) == []
    await world.let_pass(minutes=20)
    await world.until_told(case_id, "case_late")
    assert [(n.subject, n.text) for n in calls(world, case_id)] == [
        ("role:lead:xiangjiang", "大案时限已到，尚未与家庭取得联系")
    ]


async def test_what_is_late_is_called_again_every_week_until_it_is_done(world):
    _, case_id = await injured_for_life(world)
    await world.let_pass(days=1, hours=1)
    await world.update(case_id, "documents", CaseStep(WHO))
    await world.let_pass(days=6)
    assert len(calls(world, case_id)) == 1
    await world.let_pass(days=1)
    assert len(calls(world, case_id)) == 2
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await world.let_pass(days=14)
    assert len(calls(world, case_id)) == 2


async def test_a_list_of_papers_that_was_not_told_within_three_days_is_called(world):
    _, case_id = await injured_for_life(world)
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await world.let_pass(days=2, hours=23)
    assert calls(world, case_id) == []
    await world.let_pass(hours=2)
    assert {n.subject for n in calls(world, case_id)} == {"adjuster-7", "role:lead:xiangjiang"}
    assert "一次性告知所需材料" in calls(world, case_id)[0].text


async def test_papers_that_are_not_there_after_thirty_days_are_called(world):
    _, case_id = await injured_for_life(world)
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await world.update(case_id, "documents", CaseStep(WHO))
    await world.let_pass(days=29, hours=23)
    assert calls(world, case_id) == []
    await world.let_pass(hours=2)
    assert "收齐材料" in calls(world, case_id)[0].text


async def test_a_decision_that_takes_more_than_thirty_days_is_called(world):
    _, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await world.let_pass(days=29, hours=23)
    assert calls(world, case_id) == []
    await world.let_pass(hours=2)
    assert "作出核定" in calls(world, case_id)[0].text


async def test_a_payment_that_waits_for_the_familys_account_is_not_late(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(LARGE, sure=False))
    case_id = f"{claim_id}-s"
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await decided_by_two(world, claim_id)
    await world.until_state(claim_id, "payee_needed")
    await world.let_pass(days=20)
    assert calls(world, case_id) == []
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(case_id) == SeriousOutcome("closed")


async def test_a_payment_that_was_agreed_and_takes_more_than_ten_days_is_called(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO))
    world.transfers[payee().account[-4:]] = "pending"
    await decided_by_two(world, claim_id)
    await world.until_told(case_id, "case_agreed")
    await world.let_pass(days=9, hours=23)
    assert calls(world, case_id) == []
    await world.let_pass(hours=2)
    assert "支付赔款" in calls(world, case_id)[0].text


async def test_a_case_that_is_paid_and_not_closed_within_three_days_is_called(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO))
    world.insurer.close_claim = away_for_days
    await decided_by_two(world, claim_id)
    await world.until_state(case_id, "paid")
    await world.let_pass(days=2, hours=23)
    assert calls(world, case_id) == []
    await world.let_pass(hours=2)
    assert [(n.subject, "办结" in n.text) for n in calls(world, case_id)] == [
        ("adjuster-7", True), ("role:lead:xiangjiang", True),
    ]  # fmt: skip


# --- the school ---------------------------------------------------------------------------------------------------------


async def test_a_school_is_told_at_once_and_at_each_step_by_class_and_masked_name(world):
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await world.update(case_id, "in_contact", CaseStep(WHO))
    await decided_by_two(world, claim_id)
    assert await world.end_of(case_id) == SeriousOutcome("closed")
    assert told_school(world, case_id) == [
        "serious_case_notified", "serious_case_decided", "serious_case_paid", "serious_case_closed",
    ]  # fmt: skip
    for key, notice in world.books.notices.items():
        if key.startswith(f"{case_id}:"):
            assert notice.subject == "school:3136000001"
            assert notice.text.startswith("初二（3）班黄**的理赔大案")


async def test_a_school_hears_nothing_when_the_family_did_not_allow_it(world):
    world.books.school_may_be_told = False
    claim_id, case_id = await large_claim(world)
    await world.until_state(case_id, "assessing")
    await decided_by_two(world, claim_id)
    assert await world.end_of(case_id) == SeriousOutcome("closed")
    assert told_school(world, case_id) == []


async def test_a_note_of_the_school_is_told_to_whoever_is_in_contact_once(world):
    _, case_id = await injured_for_life(world)
    await world.update(case_id, "in_contact", CaseStep(WHO))
    for note_id in ("no-1", "no-1", "no-2"):
        await world.processes.tell_school_note(case_id, SchoolNoted(note_id))
    await world.until(lambda: world.books.told(case_id).count("school_noted") == 2, "both notes")
    told = [n.subject for n in world.books.notices.values() if n.kind == "case_noted"]
    assert told == ["adjuster-7", "role:lead:xiangjiang"] * 2
