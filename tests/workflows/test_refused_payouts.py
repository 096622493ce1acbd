from dataclasses import replace
from datetime import timedelta

import pytest

from insurance.adapters.ports import PaymentsRefused, Transfer
from insurance.rules.case import DecidedLine
from insurance.rules.cover import shanghai_day
from insurance.rules.payees import CALLED_OFF, NOT_TAKEN
from tests.workflows.process_clocks import CERTAIN, calls, decided, doubtful, down, refused, taken, transfers
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import refusal_of
from workflows.client import MoveRefused
from workflows.messages import ClaimOutcome, Correction, DecisionOrder, Establishing, PayeeOrder

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


async def refuses(order):
    raise PaymentsRefused("refused_by_gateway")


async def refused_advance(world, monkeypatch):
    """A claim in review whose advance the gateway refuses to take."""
    monkeypatch.setattr(world.payments, "transfer", refuses)
    claim_id = await taken(world)
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payout_refused")
    await world.let_pass(days=3)
    return claim_id


LOW = DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", (DecidedLine("accident_medical", 500_00),))


@pytest.mark.parametrize(("order", "paid"), [(refused(adjuster()), []), (LOW, [(500_00, False)])])
async def test_an_advance_that_was_refused_is_called_off_by_a_decision(world, monkeypatch, order, paid):
    claim_id = await refused_advance(world, monkeypatch)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, order)
    await world.until_told(claim_id, "advance_called_off")
    (off,) = world.claim(claim_id).case.payouts
    assert (off.state, off.called_off, off.reason) == ("failed", True, CALLED_OFF)
    monkeypatch.undo()
    await world.let_pass(days=2)
    assert transfers(world, claim_id) == []
    if paid:
        await world.update(claim_id, "accept")
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", sum(fen for fen, _ in paid))
    assert transfers(world, claim_id) == paid
    assert world.books.limits[claim_id].lines == tuple(DecidedLine("accident_medical", fen) for fen, _ in paid)
    assert "payee_needed" not in world.books.told(claim_id)


async def test_an_advance_that_was_refused_is_paid_as_it_is_certain_after_a_correction(world, monkeypatch):
    claim_id = await refused_advance(world, monkeypatch)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    sure = next(r for r in world.books.receipts.values() if r.fields.total == "1100.00")
    order = Correction(adjuster(), sure.receipt_id, {"total": "600.00"}, "见票据")
    await world.update(claim_id, "correct", order)
    await world.until_told(claim_id, "advance_called_off")
    monkeypatch.undo()
    await world.let_pass(days=2)
    await world.until_told(claim_id, "advance_paid")
    (paid,) = transfers(world, claim_id)
    assert 0 < paid[0] < CERTAIN
    assert "payee_needed" not in world.books.told(claim_id)


async def test_whoever_is_no_more_to_be_paid_gets_nothing_that_was_refused_before(world, monkeypatch):
    claim_id = await refused_advance(world, monkeypatch)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    died_on = shanghai_day(world.time) - timedelta(days=82)
    await world.update(claim_id, "establish", Establishing(adjuster(), "见死亡证明", died_on=died_on))
    await world.until_told(claim_id, "payee_needed")
    monkeypatch.undo()
    await world.let_pass(days=2)
    assert [(p.state, p.former, p.reason) for p in world.claim(claim_id).case.payouts] == [("failed", True, CALLED_OFF)]
    assert world.books.money(claim_id) == []
    (asked,) = [n.text for n in world.books.notices.values() if n.kind == "payee_needed"]
    assert asked.startswith("请填写收款账户")


async def refuses_one(world, monkeypatch, account):
    really = world.payments.transfer

    async def chooses(order):
        return await (refuses(order) if order.account == account else really(order))

    monkeypatch.setattr(world.payments, "transfer", chooses)


async def test_another_account_is_heard_while_a_refused_payout_waits_for_its_next_try(world, monkeypatch):
    await refuses_one(world, monkeypatch, "stuck@example.com")
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee("stuck@example.com"),))
    await world.until_told(claim_id, "payout_refused")
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "set_payee", PayeeOrder((replace(payee(name="李秀英"), proof="none"),)))
    assert refusal.value.code == "payee_unproven"
    await world.update(claim_id, "set_payee", PayeeOrder((replace(payee(name="李秀英"), proof="paper"),)))
    await world.until_told(claim_id, "payee_to_confirm")
    assert world.books.money(claim_id) == []
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)
    assert [(p.out_biz_no, p.state, p.called_off) for p in world.claim(claim_id).case.payouts] == [
        (f"{claim_id}-1-0-0", "failed", True),
        (f"{claim_id}-1-0-1", "paid", False),
    ]


async def test_an_account_is_not_changed_while_it_is_being_paid_to(world, monkeypatch):
    monkeypatch.setattr(world.payments, "transfer", down)
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.until_state(claim_id, "paying")
    other = PayeeOrder((payee("other@example.com"),))
    assert await refusal_of(world, claim_id, "set_payee", other) == "payout_under_way"
    monkeypatch.undo()
    await world.let_pass(hours=13)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_another_account_gets_an_advance_that_was_refused(world, monkeypatch):
    await refuses_one(world, monkeypatch, "stuck@example.com")
    claim_id = await doubtful(world, payees=(payee("stuck@example.com"),))
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payout_refused")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_what_the_gateway_took_after_all_is_booked_and_paid_to_nobody_else(world, monkeypatch):
    really = world.payments.transfer

    async def takes_and_denies(order):
        await really(order)
        raise PaymentsRefused("refused_by_gateway")

    monkeypatch.setattr(world.payments, "transfer", takes_and_denies)
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.until_told(claim_id, "payout_refused")
    await world.update(claim_id, "set_payee", PayeeOrder((payee("other@example.com"),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)
    assert [fen for kind, _, fen in world.payments.movements if kind == "transfer"] == [800_00]
