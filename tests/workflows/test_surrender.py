import pytest

from workflows.client import MoveRefused
from workflows.messages import RefundAccount, SurrenderOutcome

pytestmark = pytest.mark.servers

REFUND = 60_00
ENDED = ["quoted", "confirmed", "terminated"]
ACCOUNT = RefundAccount("alipay", "father@example.com", "黄建国")


def policy_of(world, surrender_id):
    return world.books.policies[world.books.records[surrender_id].policy_no]


def refunds(world, surrender_id):
    return [m.amount_fen for key, m in world.books.movements.items() if key.startswith(f"back:{surrender_id}")]


async def bought_here(world, **how):
    """A surrender of a policy whose premium came through our gateway."""
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, **how)
    await world.end_of(purchase_id)
    return await world.surrender(await world.policy(), out_trade_no=f"{purchase_id}-1")


# --- quote ------------------------------------------------------------------------------------------------------------


async def test_a_quote_that_nobody_confirms_expires_and_the_policy_stays(world):
    surrender_id = await world.surrender(await world.policy())
    await world.let_pass(minutes=31)
    assert (await world.end_of(surrender_id)).state == "cancelled"
    assert world.books.told(surrender_id) == ["quoted", "quote_expired"]
    assert policy_of(world, surrender_id).surrender_id is None


async def test_a_quote_is_cancelled(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "cancel")
    assert (await world.end_of(surrender_id)).state == "cancelled"
    assert world.books.told(surrender_id) == ["quoted", "cancelled"]


async def test_a_policy_with_an_open_claim_can_not_be_surrendered(world):
    policy_no = await world.policy()
    claim_id = await world.report(policy_no)
    surrender_id = await world.surrender(policy_no)
    await world.update(surrender_id, "confirm")
    assert (await world.end_of(surrender_id)).state == "rejected"
    assert world.books.records[surrender_id].rejected_code == "claim_open"
    await world.update(claim_id, "withdraw")


async def test_of_two_surrenders_of_one_policy_the_second_is_rejected(world):
    policy_no = await world.policy()
    first, second = await world.surrender(policy_no), await world.surrender(policy_no)
    await world.update(first, "confirm")
    await world.update(second, "confirm")
    assert (await world.end_of(second)).state == "rejected"
    assert world.books.records[second].rejected_code == "surrender_open"


async def test_an_insurer_that_will_not_end_the_policy_leaves_it_free_for_claims(world):
    world.insurer.faults.add("cancel_policy", "refuse", code="policy_ended")
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    assert (await world.end_of(surrender_id)).state == "rejected"
    assert world.books.walked(surrender_id) == ["quoted", "confirmed", "rejected"]
    assert world.books.records[surrender_id].rejected_code == "policy_ended"
    assert policy_of(world, surrender_id).surrender_id is None
    assert policy_of(world, surrender_id).ended_reason is None


# --- refund -----------------------------------------------------------------------------------------------------------


async def test_a_premium_goes_back_by_its_original_route(world):
    surrender_id = await bought_here(world)
    await world.update(surrender_id, "confirm")
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "refunded"]
    assert refunds(world, surrender_id) == [REFUND]
    record = world.books.records[surrender_id]
    assert (record.refund_due_on - record.requested_on).days == 30
    assert policy_of(world, surrender_id).ended_reason == "surrendered"
    assert [kind for kind, *_ in world.insurer.entries].count("cancellation") == 1
    assert world.books.noticed(surrender_id) == ["surrendered", "refunded"]


async def test_a_refund_that_the_original_account_can_not_take_goes_to_another_one_once(world):
    surrender_id = await bought_here(world, account_closed=True)
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "payee_needed", "refunded"]
    assert refunds(world, surrender_id) == [REFUND]


async def test_a_refund_whose_answer_is_lost_is_given_once(world):
    surrender_id = await bought_here(world)
    world.payments.faults.add("refund", "lose_answer")
    world.payments.faults.add("query_refund", "refuse", times=2)
    await world.update(surrender_id, "confirm")
    await world.let_pass(minutes=1)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert world.books.walked(surrender_id) == [*ENDED, "refunded"]
    assert refunds(world, surrender_id) == [REFUND]


async def test_a_policy_sold_elsewhere_is_refunded_to_an_account(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.let_pass(days=15)
    assert world.books.told(surrender_id).count("payee_reminded") == 2
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)


async def test_an_account_that_can_not_take_the_refund_is_asked_for_again(world):
    world.transfers["9102"] = "failed"
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    await world.update(surrender_id, "set_account", RefundAccount("bank", "62220000009102", "黄建国"))
    await world.until(lambda: world.books.told(surrender_id).count("payee_needed") == 2, "asked again")
    assert refunds(world, surrender_id) == []
    await world.update(surrender_id, "set_account", ACCOUNT)
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", REFUND)
    assert refunds(world, surrender_id) == [REFUND]


async def test_nothing_to_refund_moves_nothing(world):
    surrender_id = await world.surrender(await world.policy(), refund_fen=0)
    await world.update(surrender_id, "confirm")
    assert await world.end_of(surrender_id) == SurrenderOutcome("refunded", 0)
    assert refunds(world, surrender_id) == []


async def test_a_surrender_that_is_confirmed_can_not_be_cancelled(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    for update, arg in (("cancel", None), ("confirm", None)):
        with pytest.raises(MoveRefused) as refusal:
            await world.update(surrender_id, update, arg)
        assert refusal.value.code == "illegal_move"
