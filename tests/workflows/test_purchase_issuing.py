from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from insurance.rules.cover import shanghai_day
from tests.workflows.process_orders import PREMIUM, application
from tests.workflows.process_purchases import PAID, PAID_BACK, UNDERWRITTEN, money, record, told_to
from workflows.messages import PurchaseOutcome

pytestmark = pytest.mark.servers

INSURERS, OURS, FAMILY = "role:operator:xiangjiang", "role:operator", "parent-1"


async def down(order):
    """Away for days, and asked every hour."""
    raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=1))


@pytest.fixture
def silence(world, monkeypatch):
    """Of the insurer about policies, until it is undone."""
    with monkeypatch.context() as insurer:
        insurer.setattr(world.insurer, "issue", down)
        yield insurer


async def paid(world, **changes):
    """For a cover that begins in two days."""
    begins = shanghai_day(world.time) + timedelta(days=2)
    form = replace(application(), requested_effective_date=begins)
    purchase_id = await world.awaiting_payment(application=form, **changes)
    await world.pay(purchase_id)
    await world.until_state(purchase_id, "paid")
    return purchase_id


async def test_a_policy_that_does_not_come_is_told_to_whom_it_concerns_and_may_still_come(world, silence):
    purchase_id = await paid(world)
    await world.let_pass(hours=48)
    for kind in ("issue_late", "cover_not_begun", "issue_escalated"):
        await world.until_told(purchase_id, kind)
    for kind in ("issue_late", "cover_not_begun"):
        assert sorted(told_to(world, purchase_id, kind)) == [FAMILY, INSURERS]
    assert told_to(world, purchase_id, "issue_escalated") == [OURS]
    assert record(world, purchase_id).state == "paid"
    silence.undo()
    await world.let_pass(hours=2)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert money(world, purchase_id) == PAID


async def test_a_premium_without_a_policy_goes_back_in_full_after_three_days(world, silence):
    purchase_id = await paid(world)
    await world.let_pass(days=3)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    back = record(world, purchase_id)
    assert (back.reason_code, back.refunded_fen) == ("issue_overdue", PREMIUM)
    assert money(world, purchase_id) == PAID_BACK
    # it may have issued what it never answered
    assert told_to(world, purchase_id, "issue_given_up") == [INSURERS]


async def test_a_refusal_that_comes_late_is_the_reason_that_the_family_reads(world, silence):
    purchase_id = await paid(world)
    await world.let_pass(hours=5)
    silence.undo()
    world.insurer.faults.add("issue", "refuse", code="proposal_expired")
    await world.let_pass(hours=2)
    assert (await world.end_of(purchase_id)).state == "refunded"
    assert record(world, purchase_id).reason_code == "proposal_expired"
    assert told_to(world, purchase_id, "issue_given_up") == []


async def test_an_order_from_before_waits_for_its_policy_as_it_did(world, silence):
    purchase_id = await paid(world, issue_days=None)
    await world.let_pass(days=4)
    assert world.books.told(purchase_id)[-1] == "paid"
    silence.undo()
    await world.let_pass(hours=2)
    assert (await world.end_of(purchase_id)).state == "issued"


async def test_a_policy_under_another_ones_number_is_none_and_the_premium_goes_back(world):
    world.books.numbers_taken = True
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    assert await world.end_of(purchase_id) == PurchaseOutcome("refunded", None)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "refunding", "refunded"]
    back = record(world, purchase_id)
    assert (back.reason_code, back.policy_no, back.effective_date) == ("policy_no_taken", None, None)
    assert money(world, purchase_id) == PAID_BACK
    assert sorted(told_to(world, purchase_id, "policy_no_taken")) == [OURS, INSURERS]
    assert told_to(world, purchase_id, "issued") == [] and "issued" not in world.books.told(purchase_id)
