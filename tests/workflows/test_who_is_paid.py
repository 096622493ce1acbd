from dataclasses import replace
from datetime import timedelta

import pytest

from insurance.rules.cover import shanghai_day
from tests.workflows.process_clocks import HALF, calls, decided, doubtful, down
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import LEAD, refusal_of
from workflows.client import MoveRefused
from workflows.messages import (
    ClaimOutcome,
    DecisionOrder,
    Establishing,
    PayeeOrder,
    PayeesSeen,
    RefundAccount,
    Undoing,
)

pytestmark = pytest.mark.servers

MOTHER = payee("mother@example.com", "李秀英")
UNPROVED, BY_PAPER = replace(MOTHER, proof="none"), replace(MOTHER, proof="paper")
LARGE_DEATH = 30_000_00


def seen(world, claim_id):
    """What a lead confirms who looks at the claim now."""
    return PayeesSeen(LEAD, world.claim(claim_id).case.payees_seq)


def findings(world, claim_id):
    return [finding.code for finding in world.claim(claim_id).case.assessment.findings]


def addressed(world, claim_id, kind):
    return {n.subject for key, n in world.books.notices.items() if key.startswith(f"{claim_id}:") and n.kind == kind}


async def decided_in_full(world, claim_id, *who):
    for person in who:
        await world.update(f"{claim_id}-r1", "take", person)
        await world.update(f"{claim_id}-r1", "decide", DecisionOrder(person, "full", (), ""))


async def test_a_claim_for_somebody_whom_the_policy_does_not_know_is_looked_at(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(BY_PAPER,))
    await world.until_state(f"{claim_id}-r1", "open")
    assert findings(world, claim_id) == ["payee_known"]
    await decided_in_full(world, claim_id, adjuster())
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_a_payee_who_is_named_in_review_is_shown_to_whoever_reviews(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(claim_id, "set_payee", PayeeOrder((UNPROVED,)))
    assert "payee_known" in findings(world, claim_id)
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert "payee_known" not in findings(world, claim_id)


async def test_an_account_that_belongs_to_another_name_is_paid_nothing_and_the_family_is_told_why(world):
    world.transfers["9106"] = "name_mismatch"
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee("somebody9106"),))
    await world.until_state(claim_id, "payee_needed")
    assert world.payments.movements == []
    (tried,) = world.claim(claim_id).case.payouts
    assert (tried.state, tried.reason_code) == ("failed", "name_mismatch")
    assert tried.reason == "收款账户与填写的姓名不一致，没有付款"
    (asked,) = (n.text for n in world.books.notices.values() if n.kind == "payee_needed")
    assert "姓名不一致" in asked and "赔款一分不少" in asked
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_an_advance_to_another_name_moves_nothing_either(world):
    world.transfers["9106"] = "name_mismatch"
    claim_id = await doubtful(world, payees=(payee("somebody9106"),))
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    assert world.payments.movements == []
    asked, *_ = (n.text for n in world.books.notices.values() if n.kind == "payee_needed")
    assert "姓名不一致" in asked


async def given_back(world):
    surrender_id = await world.surrender(await world.policy())
    await world.update(surrender_id, "confirm")
    await world.until_state(surrender_id, "payee_needed")
    return surrender_id


async def not_issued(world):
    world.insurer.faults.add("issue", "refuse")
    purchase_id = await world.awaiting_payment()
    await world.pay(purchase_id, account_closed=True)
    await world.until_state(purchase_id, "payee_needed")
    return purchase_id


@pytest.mark.parametrize("owed", [given_back, not_issued])
async def test_a_refund_to_another_name_moves_nothing_and_the_family_is_told_why(world, owed):
    world.transfers["9106"] = "name_mismatch"
    process_id = await owed(world)
    await world.update(process_id, "set_account", RefundAccount("alipay", "somebody9106", "黄建国"))
    await world.until(lambda: world.books.told(process_id).count("payee_needed") == 2, "asked again")
    asked = [
        n.text for key, n in world.books.notices.items() if key.startswith(process_id) and n.kind == "payee_needed"
    ]
    assert ["姓名不一致" in text and "退款一分不少" in text for text in asked] == [False, True]
    assert asked[-1] in {event.text for event in world.books.events[process_id].values()}
    await world.update(process_id, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"))
    assert (await world.end_of(process_id)).state == "refunded"


async def named_after_the_decision(world):
    """An automatic decision, and then a payee of whom the policy knows nothing."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "add_document", await world.paper("power_of_attorney"))
    await world.update(claim_id, "set_payee", PayeeOrder((BY_PAPER,)))
    await world.until_told(claim_id, "payee_to_confirm")
    return claim_id


async def test_once_a_claim_is_decided_a_payee_needs_a_proof_and_the_lead_looks_before_the_money_goes(world):
    world.transfers["9102"] = "failed"
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee("father9102"),))
    await world.until_state(claim_id, "payee_needed")
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "set_payee", PayeeOrder((UNPROVED,)))
    assert (refusal.value.code, refusal.value.detail) == ("payee_unproven", "name")
    await world.update(claim_id, "add_document", await world.paper("relationship_proof"))
    with pytest.raises(MoveRefused):
        await world.update(claim_id, "add_document", await world.paper("medical_receipt"))
    assert await refusal_of(world, claim_id, "confirm_payees", seen(world, claim_id)) == "illegal_move"
    await world.update(claim_id, "set_payee", PayeeOrder((BY_PAPER,)))
    await world.until_told(claim_id, "payee_to_confirm")
    assert addressed(world, claim_id, "payee_to_confirm") == {"role:lead:xiangjiang", "parent-1"}
    assert [p.state for p in world.claim(claim_id).case.payouts] == ["failed"]
    await world.update(claim_id, "confirm_payees", seen(world, claim_id))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_a_lead_who_does_not_look_is_told_again_and_the_clock_runs_on(world):
    claim_id = await named_after_the_decision(world)
    await world.let_pass(days=15)
    case = world.claim(claim_id).case
    assert (case.state, case.payouts, case.payees_to_confirm) == ("payee_needed", (), (BY_PAPER,))
    assert world.books.told(claim_id).count("look_reminded") == 2
    assert calls(world, claim_id)
    assert "payee_reminded" not in world.books.told(claim_id)


async def test_only_a_lead_confirms_and_only_whom_they_were_shown(world):
    claim_id = await named_after_the_decision(world)
    assert (
        await refusal_of(world, claim_id, "confirm_payees", replace(seen(world, claim_id), actor=adjuster()))
        == "lead_required"
    )
    shown = seen(world, claim_id)
    await world.update(
        claim_id, "set_payee", PayeeOrder((replace(BY_PAPER, name=BY_PAPER.name[0] + "五" * (len(BY_PAPER.name) - 1)),))
    )
    await world.until(lambda: world.books.told(claim_id).count("payee_to_confirm") == 2, "looked at anew")
    assert await refusal_of(world, claim_id, "confirm_payees", shown) == "payees_changed"
    # whom the policy knows needs no look
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_a_lead_who_finds_something_undoes_the_decision(world):
    claim_id = await named_after_the_decision(world)
    await world.update(claim_id, "undo", Undoing(LEAD, "授权委托书不是家长签的"))
    await world.until_state(f"{claim_id}-r1", "open")
    assert "payee_known" in findings(world, claim_id)
    await decided_in_full(world, claim_id, adjuster())
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_whoever_was_confirmed_may_take_it_to_another_account(world):
    world.transfers["9102"] = "failed"
    claim_id = await named_after_the_decision(world)
    await world.update(claim_id, "set_payee", PayeeOrder((replace(BY_PAPER, account="m9102"),)))
    await world.until(lambda: world.books.told(claim_id).count("payee_to_confirm") == 2, "looked at anew")
    await world.update(claim_id, "confirm_payees", seen(world, claim_id))
    await world.until_told(claim_id, "payee_needed")
    await world.until(lambda: len(world.claim(claim_id).case.payouts) == 1, "bounced")
    await world.until(lambda: world.claim(claim_id).case.payee_wanted, "another account is asked for")
    await world.update(claim_id, "set_payee", PayeeOrder((BY_PAPER,)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_what_is_undisputed_waits_for_a_look_at_who_was_named_after_the_decision_and_the_lead_hears_again(world):
    claim_id = await doubtful(world)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", HALF))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "add_document", await world.paper("power_of_attorney"))
    await world.update(claim_id, "set_payee", PayeeOrder((BY_PAPER,)))
    await world.update(claim_id, "dispute")
    await world.until_told(claim_id, "payee_to_confirm")
    await world.let_pass(days=15)
    assert world.claim(claim_id).case.payouts == ()
    assert world.books.told(claim_id).count("look_reminded") == 2
    await world.update(claim_id, "confirm_payees", seen(world, claim_id))
    await world.until_told(claim_id, "advance_paid")
    assert [p.amount_fen for p in world.claim(claim_id).case.payouts] == [840_00]


async def test_who_is_named_after_a_dispute_waits_for_the_look_as_well(world):
    claim_id = await doubtful(world, payees=())
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", HALF))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    await world.until_state(claim_id, "in_review")
    await world.update(claim_id, "add_document", await world.paper("power_of_attorney"))
    await world.update(claim_id, "set_payee", PayeeOrder((BY_PAPER,)))
    await world.until_told(claim_id, "payee_to_confirm")
    assert world.claim(claim_id).case.payouts == ()
    barred = replace(seen(world, claim_id), actor=replace(LEAD, subject="parent-1"))
    assert await refusal_of(world, claim_id, "confirm_payees", barred) == "conflict_of_interest"
    await world.update(claim_id, "confirm_payees", seen(world, claim_id))
    await world.until_told(claim_id, "advance_paid")


async def test_nothing_is_advanced_to_somebody_whom_nothing_proves(world):
    claim_id = await world.report()
    receipts = world.receipt(), world.receipt(sure=False)
    await world.hand_in(claim_id, *receipts, payees=(UNPROVED,))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.let_pass(days=80)
    await world.until_told(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((UNPROVED,)))
    await world.until(lambda: world.books.told(claim_id).count("payee_needed") == 2, "asked once more")
    assert world.claim(claim_id).case.payouts == ()
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.until_told(claim_id, "advance_paid")
    assert [p.state for p in world.claim(claim_id).case.payouts] == ["paid"]


async def in_review_after_eighty_days(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.let_pass(days=80)
    await world.until_told(claim_id, "clock_advance")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    return claim_id


async def paid_to_heirs(world, claim_id):
    """What was paid in all, after a death was established."""
    for kind in ("heirs_statement", "relationship_proof"):
        await world.update(claim_id, "add_document", await world.paper(kind))
    heirs = replace(payee(share="0.5"), proof="paper"), replace(MOTHER, share="0.5", proof="paper")
    await world.update(claim_id, "set_payee", PayeeOrder(heirs))
    assert "payee_known" in findings(world, claim_id)
    await world.update(f"{claim_id}-r1", "decide", DecisionOrder(adjuster(), "full", (), ""))
    await decided_in_full(world, claim_id, adjuster("adjuster-2"))
    return (await world.end_of(claim_id)).paid_fen


async def test_after_a_death_what_the_father_had_in_advance_is_part_of_the_sum_and_no_heirs_place(world):
    claim_id = await in_review_after_eighty_days(world)
    await world.until_told(claim_id, "advance_paid")
    died_on = shanghai_day(world.time) - timedelta(days=82)
    await world.update(claim_id, "establish", Establishing(adjuster(), "见死亡证明", died_on=died_on))
    assert world.claim(claim_id).case.payees == ()
    assert addressed(world, claim_id, "heirs_needed") == {"parent-1"}
    assert await paid_to_heirs(world, claim_id) == LARGE_DEATH + 1680_00
    rest = LARGE_DEATH + 1680_00 - 800_00
    assert [fen for _, fen in world.books.money(claim_id)] == [800_00, rest // 2, rest // 2]


async def test_a_death_established_while_an_advance_is_on_its_way_asks_for_heirs_all_the_same(world, monkeypatch):
    monkeypatch.setattr(world.payments, "transfer", down)
    claim_id = await in_review_after_eighty_days(world)
    died_on = shanghai_day(world.time) - timedelta(days=82)
    await world.update(claim_id, "establish", Establishing(adjuster(), "见死亡证明", died_on=died_on))
    assert world.claim(claim_id).case.payees == ()
    with pytest.raises(MoveRefused):
        await world.update(claim_id, "set_payee", PayeeOrder((BY_PAPER,)))
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until(lambda: world.books.told(claim_id).count("payee_needed") == 1, "heirs are asked for")
    assert await paid_to_heirs(world, claim_id) == LARGE_DEATH + 1680_00
    # theirs, to the fen
    assert world.books.money(claim_id)[0] == ("payout", 800_00)
    assert sum(fen for _, fen in world.books.money(claim_id)) == LARGE_DEATH + 1680_00


async def test_after_a_death_established_in_review_the_heirs_are_asked_for_and_paid_their_shares(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    who, second = adjuster(), adjuster("adjuster-2")
    await world.update(f"{claim_id}-r1", "take", who)
    died_on = shanghai_day(world.time) - timedelta(days=1)
    await world.update(claim_id, "establish", Establishing(who, "见死亡证明", died_on=died_on))
    assert world.claim(claim_id).case.payees == ()
    assert addressed(world, claim_id, "heirs_needed") == {"parent-1"}
    for kind in ("heirs_statement", "relationship_proof"):
        await world.update(claim_id, "add_document", await world.paper(kind))
    heirs = replace(payee(share="0.5"), proof="paper"), replace(MOTHER, share="0.5", proof="paper")
    await world.update(claim_id, "set_payee", PayeeOrder(heirs))
    # seen once more, the family is not asked again
    await world.update(claim_id, "establish", Establishing(who, "见死亡证明、病历", died_on=died_on))
    assert len(world.claim(claim_id).case.payees) == 2
    await world.update(f"{claim_id}-r1", "decide", DecisionOrder(who, "full", (), ""))
    await decided_in_full(world, claim_id, second)
    paid = (await world.end_of(claim_id)).paid_fen
    assert paid == LARGE_DEATH + 1680_00
    assert [fen for _, fen in world.books.money(claim_id)] == [paid // 2, paid // 2]


async def test_a_payee_without_proof_who_is_named_while_a_decision_is_stored_is_looked_at(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    started, go_on = world.books.hold("review_decided")
    deciding = await world.begin(f"{claim_id}-r1", "decide", DecisionOrder(adjuster(), "full", (), ""))
    await started.wait()
    await world.update(claim_id, "set_payee", PayeeOrder((UNPROVED,)))
    go_on.set()
    await deciding.result()
    await world.until_state(f"{claim_id}-r2", "open")
    assert "payee_known" in findings(world, claim_id)
    assert world.claim(claim_id).case.payouts == ()


async def test_whoever_decides_to_pay_does_not_pay_somebody_whom_nothing_proves(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(UNPROVED,))
    await world.until_state(f"{claim_id}-r1", "open")
    await decided_in_full(world, claim_id, adjuster())
    await world.until_state(claim_id, "payee_needed")
    assert world.claim(claim_id).case.payouts == ()
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_a_paper_also_proves_who_was_named_before_it_came(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(UNPROVED,))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(claim_id, "add_document", await world.paper("power_of_attorney"))
    assert [p.proof for p in world.claim(claim_id).case.payees] == ["paper"]
    await decided_in_full(world, claim_id, adjuster())
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 800_00)


async def test_another_paper_proves_nobody(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(UNPROVED,))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(claim_id, "add_document", await world.paper("guardian_id"))
    assert [p.proof for p in world.claim(claim_id).case.payees] == ["none"]
