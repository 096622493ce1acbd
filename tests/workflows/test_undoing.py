import asyncio
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from insurance.calendar import load_calendar
from insurance.rules.claim_clocks import clocks_of
from insurance.rules.cover import shanghai_day
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import LEAD, PAYABLE, full, held, partial, refusal_of, refused
from workflows.messages import ClaimOutcome, PayeeOrder, Undoing

pytestmark = pytest.mark.servers

UNDOING = Undoing(LEAD, "金额有误")
OTHER = adjuster("adjuster-2")
FATHER = (payee(),)


async def in_review(world, *, sure=False, payees=FATHER):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=sure), payees=payees)
    return claim_id


async def decided(world, order, **how):
    claim_id = await in_review(world, **how)
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(f"{claim_id}-r1", "take", order.actor)
    await world.update(f"{claim_id}-r1", "decide", order)
    return claim_id


async def waiting_for_an_account(world, **how):
    """Decided in full by adjuster-1, agreed, and nobody to be paid yet."""
    claim_id = await decided(world, full(adjuster()), payees=(), **how)
    await world.until_state(claim_id, "payee_needed")
    return claim_id


async def test_a_lead_undoes_a_decision_before_the_family_answers(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    assert await refusal_of(world, claim_id, "undo", Undoing(adjuster(), "看错了")) == "lead_required"
    await world.update(claim_id, "undo", UNDOING)
    await world.until_state(f"{claim_id}-r2", "open")
    assert await refusal_of(world, f"{claim_id}-r2", "take", adjuster()) == "conflict_of_interest"
    await world.update(f"{claim_id}-r2", "take", OTHER)
    await world.update(f"{claim_id}-r2", "decide", full(OTHER))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_what_is_decided_after_an_undoing_can_be_disputed_though_what_was_undone_had_been(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    for number, end in ((2, "undo"), (3, "dispute")):
        who = adjuster(f"adjuster-{number}")
        await world.until_state(f"{claim_id}-r{number}", "open")
        await world.update(f"{claim_id}-r{number}", "take", who)
        await world.update(f"{claim_id}-r{number}", "decide", refused(who))
        await world.until_state(claim_id, "decided")
        await world.update(claim_id, end, UNDOING if end == "undo" else None)
    await world.until_state(f"{claim_id}-r4", "open")


async def test_a_full_decision_is_undone_while_it_waits_for_an_account(world):
    claim_id = await waiting_for_an_account(world)
    await world.let_pass(days=3)
    await world.update(claim_id, "undo", UNDOING)
    review_id = f"{claim_id}-r2"
    await world.until_state(review_id, "open")
    assert world.books.walked(claim_id)[-2:] == ["payee_needed", "in_review"]
    assert held(world, claim_id) == ("reserved", PAYABLE)
    undone = next(e for e in world.books.events[claim_id].values() if e.event == "decision_undone")
    assert (undone.by, undone.reason) == ("adjuster:lead-1", "金额有误")
    assert world.books.noticed(claim_id).count("decision_undone") == 1
    assert await refusal_of(world, review_id, "take", adjuster()) == "conflict_of_interest"
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.update(review_id, "take", OTHER)
    await world.update(review_id, "decide", partial(OTHER))
    await world.until_state(claim_id, "decided")
    assert held(world, claim_id) == ("reserved", 400_00)
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_an_automatic_decision_is_undone_before_it_is_paid(world):
    world.transfers["9102"] = "failed"
    claim_id = await in_review(world, sure=True, payees=(payee("father9102"),))
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "undo", UNDOING)
    await world.until_state(f"{claim_id}-r1", "open")
    assert [d.by for d in world.claim(claim_id).case.undone] == ["automatic"]


async def test_days_that_an_undone_decision_waited_for_an_account_are_not_given_to_the_next(world):
    claim_id = await waiting_for_an_account(world)
    await world.let_pass(days=20)
    await world.update(claim_id, "undo", UNDOING)
    await world.until_state(f"{claim_id}-r2", "open")
    await world.update(f"{claim_id}-r2", "take", OTHER)
    await world.update(f"{claim_id}-r2", "decide", full(OTHER))
    await world.until_state(claim_id, "payee_needed")
    case = world.claim(claim_id).case
    clocks = {c.clock: c for c in clocks_of(case, load_calendar(), shanghai_day(world.time))}
    assert clocks["payment"].paused_days == 0
    assert clocks["payment"].unrolled_on == shanghai_day(case.agreed_at) + timedelta(days=10)


async def test_of_two_undoings_the_second_does_not_undo_what_is_decided_next(world):
    claim_id = await world.report_to_a_slow_database()
    await world.hand_in(claim_id, world.receipt(sure=False))
    review_id = f"{claim_id}-r1"
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "decide", full(adjuster()))
    await world.until_state(claim_id, "payee_needed")
    assessing, go_on = world.books.hold("assessing")
    first = await world.begin(claim_id, "undo", UNDOING)
    await assessing.wait()
    again = asyncio.create_task(refusal_of(world, claim_id, "undo", UNDOING))
    await asyncio.sleep(1.5)
    go_on.set()
    await first.result()
    assert await again == "illegal_move"
    await world.until_state(f"{claim_id}-r2", "open")
    assert [d.outcome for d in world.claim(claim_id).case.undone] == ["full"]


async def test_what_is_paid_or_may_be_on_its_way_is_not_undone(world, monkeypatch):
    async def away(order):
        raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=12))

    monkeypatch.setattr(world.payments, "transfer", away)
    claim_id = await decided(world, full(adjuster()))
    await world.until_state(claim_id, "paying")
    assert await refusal_of(world, claim_id, "undo", UNDOING) == "illegal_move"
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.end_of(claim_id)


async def test_once_one_heir_is_paid_nothing_is_undone(world):
    claim_id = await world.with_one_of_two_heirs_paid()
    assert await refusal_of(world, claim_id, "undo", UNDOING) == "illegal_move"
