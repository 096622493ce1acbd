import pytest

from insurance.adapters.ports import Transfer
from insurance.rules.payees import NOT_TAKEN
from tests.workflows.process_clocks import calls, doubtful
from tests.workflows.process_orders import payee
from workflows.messages import ClaimOutcome

pytestmark = pytest.mark.servers


def addressed(world, claim_id, kind):
    return [n.subject for key, n in world.books.notices.items() if key.startswith(f"{claim_id}:") and n.kind == kind]


async def test_what_the_gateway_refuses_for_the_payers_sake_is_paid_later_and_the_clock_runs(world):
    world.payments.faults.add("transfer", "refuse", times=20)
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.until_told(claim_id, "payout_refused")
    await world.let_pass(days=9)
    case = world.claim(claim_id).case
    assert (case.state, case.payee_waits) == ("paying", ())
    assert [(p.state, p.reason) for p in case.payouts] == [("paying", NOT_TAKEN)]
    assert calls(world, claim_id)
    assert "payee_needed" not in world.books.told(claim_id)
    assert addressed(world, claim_id, "payout_refused") == ["role:operator:xiangjiang"] * 2
    await world.let_pass(days=20)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)
    (paid,) = world.claim(claim_id).case.payouts
    assert (paid.out_biz_no, paid.state, paid.reason) == (f"{claim_id}-1-0-0", "paid", None)


async def test_a_transfer_that_failed_for_the_payers_sake_is_paid_under_another_number(world, monkeypatch):
    really = world.payments.transfer

    async def fails_first(order):
        if order.out_biz_no.endswith("-0"):
            return Transfer(order.out_biz_no, "failed", reason_code="refused_by_gateway", reason="PAYER_STATUS_ERROR")
        return await really(order)

    monkeypatch.setattr(world.payments, "transfer", fails_first)
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.until_told(claim_id, "payout_refused")
    await world.let_pass(hours=2)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)
    assert "payee_needed" not in world.books.walked(claim_id)
    assert [(p.state, p.reason) for p in world.claim(claim_id).case.payouts] == [("failed", NOT_TAKEN), ("paid", None)]
    assert world.books.money(claim_id) == [("payout", 800_00)]


async def test_an_advance_that_the_gateway_refuses_for_the_payers_sake_asks_the_family_for_nothing(world):
    world.payments.faults.add("transfer", "refuse", times=2)
    claim_id = await doubtful(world, payees=(payee(),))
    await world.let_pass(days=80)
    await world.until_told(claim_id, "advance_paid")
    assert "payee_needed" not in world.books.told(claim_id)
    assert world.claim(claim_id).case.advance_waits == ()
    assert addressed(world, claim_id, "payout_refused") == ["role:operator:xiangjiang"]
