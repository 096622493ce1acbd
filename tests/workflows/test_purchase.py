from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from tests.workflows.process_purchases import PAID, UNDERWRITTEN, money, record
from workflows.messages import PurchaseOutcome

pytestmark = pytest.mark.servers


async def test_a_paid_purchase_becomes_a_policy_from_the_day_after(world):
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    outcome = await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == [*UNDERWRITTEN, "paid", "issued"]
    assert outcome == PurchaseOutcome("issued", record(world, purchase_id).policy_no)
    assert ("policy", f"{purchase_id}-issue", outcome.policy_no) in world.insurer.entries
    assert money(world, purchase_id) == PAID
    assert world.books.noticed(purchase_id) == ["payment_open", "issued"]


async def test_a_declined_proposal_costs_nothing(world):
    purchase_id = await world.buy(child="黄拒保")
    assert await world.end_of(purchase_id) == PurchaseOutcome("declined", None)
    assert record(world, purchase_id).reason_code == "underwriting_rule"
    assert record(world, purchase_id).payment_url is None


async def test_the_family_is_told_why_it_was_declined(world):
    purchase_id = await world.buy(child="黄拒保")
    await world.end_of(purchase_id)
    (notice,) = [n for key, n in world.books.notices.items() if key.startswith(f"{purchase_id}:")]
    assert (notice.subject, notice.kind) == ("parent-1", "declined")
    assert record(world, purchase_id).reason in notice.text and "没有产生任何费用" in notice.text


@pytest.mark.parametrize(("verdict", "pages"), [("accepted", 1), ("declined", 0)])
async def test_there_is_nothing_to_pay_before_the_insurer_has_answered(world, monkeypatch, verdict, pages):
    made, really = [], world.payments.page_pay_url
    monkeypatch.setattr(world.payments, "page_pay_url", lambda order: made.append(order) or really(order))
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries, "asked")
    await world.let_pass(hours=2)
    assert (made, record(world, purchase_id).payment_url) == ([], None)
    await world.insurer_decides(purchase_id, verdict)
    await world.until_state(purchase_id, "awaiting_payment" if pages else "declined")
    assert len(made) == pages
    if pages:
        await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert money(world, purchase_id) == []


async def test_a_proposal_that_the_insurer_will_not_take_is_declined_with_its_code(world):
    world.insurer.faults.add("underwrite", "refuse", code="product_suspended")
    purchase_id = await world.buy()
    await world.end_of(purchase_id)
    assert (record(world, purchase_id).state, record(world, purchase_id).reason_code) == (
        "declined",
        "product_suspended",
    )


async def test_a_pending_answer_comes_by_callback(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")


async def test_a_pending_answer_is_fetched_when_no_callback_comes(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "declined", tells=False)
    await world.let_pass(minutes=1)
    assert await world.end_of(purchase_id) == PurchaseOutcome("declined", None)


async def test_a_callback_is_heard_while_the_insurer_can_not_be_reached(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    world.insurer.faults.add("query_underwriting", "down", times=100_000)
    await world.let_pass(minutes=3)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")


async def test_a_callback_is_heard_when_the_answer_to_the_proposal_is_lost(world):
    world.insurer.faults.add("underwrite", "lose_answer", times=100_000)
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.insurer_decides(purchase_id, "accepted")
    await world.until_state(purchase_id, "awaiting_payment")


async def test_an_insurer_that_can_not_be_asked_again_for_a_day_ends_as_declined(world, monkeypatch):
    async def down(request_id):
        raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(minutes=1))

    monkeypatch.setattr(world.insurer, "query_underwriting", down)
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.let_pass(hours=25)
    await world.end_of(purchase_id)
    assert record(world, purchase_id).reason_code == "insurer_no_answer"


async def test_no_answer_for_a_day_ends_as_declined(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until(lambda: world.insurer.entries)
    await world.let_pass(hours=25)
    assert await world.end_of(purchase_id) == PurchaseOutcome("declined", None)
    assert record(world, purchase_id).reason_code == "insurer_no_answer"
    assert await world.events_in_history(purchase_id) < 1_000


async def test_an_insurer_that_is_down_for_a_day_ends_as_declined(world, monkeypatch):
    async def down(proposal):
        # so that the day has few attempts
        raise ApplicationError("down", type="unavailable", next_retry_delay=timedelta(hours=5))

    monkeypatch.setattr(world.insurer, "underwrite", down)
    purchase_id = await world.buy()
    await world.let_pass(hours=25)
    await world.end_of(purchase_id)
    assert record(world, purchase_id).reason_code == "insurer_no_answer"


async def test_an_insurer_that_is_down_for_a_moment_is_asked_again(world):
    world.insurer.faults.add("underwrite", "down", times=2)
    purchase_id = await world.buy()
    await world.let_pass(seconds=10)
    await world.until_state(purchase_id, "awaiting_payment")


async def test_an_insurer_whose_answer_is_lost_issues_one_policy(world):
    world.insurer.faults.add("issue", "lose_answer", times=2)
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id)
    await world.let_pass(seconds=10)
    assert (await world.end_of(purchase_id)).state == "issued"
    assert [kind for kind, *_ in world.insurer.entries].count("policy") == 1


async def test_a_purchase_is_cancelled_while_the_insurer_thinks(world):
    purchase_id = await world.buy(child="黄待核")
    await world.until_state(purchase_id, "underwriting")
    await world.update(purchase_id, "cancel")
    await world.end_of(purchase_id)
    assert world.books.walked(purchase_id) == ["underwriting", "cancelled"]
