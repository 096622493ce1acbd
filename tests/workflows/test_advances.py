import pytest

from insurance.calendar import load_calendar
from insurance.rules.case import DecidedLine
from insurance.rules.claim_clocks import clocks_of
from insurance.rules.cover import shanghai_day
from tests.workflows.process_clocks import (
    ALL,
    CERTAIN,
    HALF,
    addressed,
    calls,
    decided,
    doubtful,
    down,
    full,
    refused,
    taken,
    transfers,
)
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import refusal_of
from workflows.client import MoveRefused
from workflows.messages import ClaimOutcome, DecisionOrder, Establishing, PapersOrder, PayeeOrder, Undoing

pytestmark = pytest.mark.servers


def advance_clock(case, world):
    clocks = clocks_of(case, load_calendar(), shanghai_day(world.time))
    return next(clock for clock in clocks if clock.clock == "advance_payment")


async def after_sixty_days(world, claim_id, told="advance_paid"):
    await world.let_pass(days=80)
    await world.until_told(claim_id, told)


async def test_after_sixty_days_what_is_certain_is_paid_and_the_rest_with_the_decision(world):
    claim_id = await taken(world)
    await after_sixty_days(world, claim_id)
    assert world.claim(claim_id).case.advance_paid
    assert world.claim(claim_id).case.state == "in_review"
    assert transfers(world, claim_id) == [(CERTAIN, True)]
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert transfers(world, claim_id) == [(CERTAIN, True), (ALL - CERTAIN, False)]


async def test_an_advance_waits_for_an_account_and_is_paid_when_there_is_one(world):
    claim_id = await doubtful(world, payees=())
    await after_sixty_days(world, claim_id, "payee_needed")
    assert transfers(world, claim_id) == []
    await world.let_pass(days=15)
    await world.until(lambda: world.books.told(claim_id).count("payee_reminded") >= 2, "reminded every week")
    waiting = world.claim(claim_id).case
    assert advance_clock(waiting, world).state == "paused"
    # it is the family's turn: nobody is told that the insurer is late
    assert not {call for call in calls(world, claim_id) if "advance" in call} - {"clock_advance"}
    await world.update(claim_id, "set_payee", PayeeOrder((payee("x9102"),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]
    paid = advance_clock(world.claim(claim_id).case, world)
    assert (paid.state, paid.paused_days) == ("met", (paid.pauses[0].to_on - paid.pauses[0].from_on).days)
    assert paid.paused_days > 7


async def test_an_advance_that_bounces_asks_for_another_account(world):
    world.transfers["9102"] = "failed"
    claim_id = await doubtful(world, payees=(payee("x9102"),))
    await after_sixty_days(world, claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_a_decision_makes_an_advance_needless_that_still_waits_for_an_account(world):
    claim_id = await taken(world, payees=())
    await after_sixty_days(world, claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert transfers(world, claim_id) == [(ALL, False)]


def half(who):
    return DecisionOrder(who, "partial", ("item_not_covered",), "", HALF)


async def disputed(world, order, *, after_days=10, **how):
    """A claim in its second review."""
    claim_id = await taken(world, **how)
    await decided(world, claim_id, order)
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=after_days)
    await world.update(claim_id, "dispute")
    await world.until_state(f"{claim_id}-r2", "open")
    return claim_id


async def decided_by_another(world, claim_id, order):
    await world.update(f"{claim_id}-r2", "take", order.actor)
    await world.update(f"{claim_id}-r2", "decide", order)


async def test_a_family_that_disputes_waits_no_longer_for_what_nobody_disputes_than_one_that_accepts(world):
    accepting = await taken(world)
    await decided(world, accepting, half(adjuster()))
    await world.until_state(accepting, "decided")
    await world.update(accepting, "accept")
    await world.end_of(accepting)
    disputing = await disputed(world, half(adjuster()), after_days=0)
    await world.until_told(disputing, "advance_paid")
    paid_at = [next(p.paid_at for p in world.claim(i).case.payouts) for i in (accepting, disputing)]
    assert shanghai_day(paid_at[1]) == shanghai_day(paid_at[0])
    assert transfers(world, disputing) == [(840_00, True)]
    await decided_by_another(world, disputing, full(adjuster("adjuster-2")))
    assert await world.end_of(disputing) == ClaimOutcome("closed", ALL)
    assert transfers(world, disputing) == [(840_00, True), (ALL - 840_00, False)]
    assert world.books.limits[disputing].lines == (DecidedLine("accident_medical", ALL),)


async def test_where_another_adjuster_gives_no_more_than_was_paid_the_family_is_not_told_of_money(world):
    claim_id = await disputed(world, half(adjuster()), after_days=0)
    await world.until_told(claim_id, "advance_paid")
    paid_on = shanghai_day(world.claim(claim_id).case.payouts[0].paid_at)
    await world.let_pass(days=3)
    await decided_by_another(world, claim_id, half(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 840_00)
    assert transfers(world, claim_id) == [(840_00, True)]
    said = {n.text for key, n in world.books.notices.items() if key.startswith(f"{claim_id}:") and n.kind == "paid"}
    said |= {event.text for event in world.books.events[claim_id].values() if event.event == "paid"}
    assert said == {f"应付的赔款已于{paid_on.month}月{paid_on.day}日全部支付，没有需要补付的金额"}


async def test_an_undisputed_sum_without_an_account_waits_for_the_family_and_not_for_the_review(world):
    claim_id = await disputed(world, half(adjuster()), payees=())
    await world.until_told(claim_id, "payee_needed")
    assert advance_clock(world.claim(claim_id).case, world).state == "paused"
    await world.let_pass(days=3)
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(840_00, True)]
    assert [pause.because for pause in advance_clock(world.claim(claim_id).case, world).pauses] == ["answer", "payee"]


async def test_what_a_disputed_refusal_denies_is_not_certain_and_its_sixty_days_count_from_the_papers(world):
    claim_id = await disputed(world, refused(adjuster()))
    case = world.claim(claim_id).case
    assert advance_clock(case, world).starts_on == shanghai_day(case.received_at)
    # rolled over a week of holidays at most, and ten days in which the family thought about it
    await world.let_pass(days=70 - (world.time - case.received_at).days + 10)
    await world.until_told(claim_id, "advance_nothing_certain")
    assert transfers(world, claim_id) == []


async def test_a_disputed_decision_adds_what_it_gives_to_what_was_advanced(world):
    claim_id = await taken(world)
    await after_sixty_days(world, claim_id)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, half(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    await world.until(lambda: len(transfers(world, claim_id)) == 2, "the rest of what nobody disputes")
    assert transfers(world, claim_id) == [(CERTAIN, True), (840_00 - CERTAIN, True)]
    await world.until_state(f"{claim_id}-r2", "open")
    await decided_by_another(world, claim_id, refused(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 840_00)


async def test_what_a_disputed_decision_adds_is_paid_when_the_first_advance_was_still_on_its_way(world, monkeypatch):
    monkeypatch.setattr(world.payments, "transfer", down)
    claim_id = await taken(world)
    await after_sixty_days(world, claim_id, "clock_advance")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, half(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute")
    await world.until_state(f"{claim_id}-r2", "open")
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True), (840_00 - CERTAIN, True)]


async def test_an_advance_that_a_decision_made_needless_is_asked_for_again_when_that_is_undone(world):
    claim_id = await taken(world, payees=())
    await after_sixty_days(world, claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "undo", Undoing(adjuster("lead-1", lead=True), "看错了"))
    await world.until(lambda: world.books.told(claim_id).count("payee_needed") == 2, "asked again")
    (undone,) = [n.text for n in world.books.notices.values() if n.kind == "decision_undone"]
    assert "赔款还没有支付" in undone
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_heirs_get_their_shares_of_the_advance_and_of_the_rest(world):
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b@example.com", "李秀英", "0.5")
    claim_id = await taken(world, payees=heirs)
    await after_sixty_days(world, claim_id)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    await world.end_of(claim_id)
    assert transfers(world, claim_id) == [(400_00, True)] * 2 + [(440_00, False)] * 2


async def test_where_nothing_is_certain_the_operator_hears_of_it_and_nothing_is_paid(world):
    claim_id = await doubtful(world, sure=False)
    await after_sixty_days(world, claim_id, "advance_nothing_certain")
    assert transfers(world, claim_id) == []
    assert addressed(world, claim_id, "advance_nothing_certain") == {"role:operator:xiangjiang"}


async def test_a_claim_that_was_paid_in_advance_is_not_withdrawn(world):
    claim_id = await doubtful(world)
    await after_sixty_days(world, claim_id)
    with pytest.raises(MoveRefused):
        await world.update(claim_id, "withdraw")


async def test_a_refusal_after_an_advance_takes_nothing_back(world):
    claim_id = await taken(world)
    await after_sixty_days(world, claim_id)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, refused(adjuster()))
    await world.until_state(claim_id, "decided")
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", CERTAIN)
    assert world.books.limits[claim_id].lines == (DecidedLine("accident_medical", CERTAIN),)


async def test_what_one_heir_got_in_advance_is_used_while_the_other_has_no_account(world):
    world.transfers["9102"] = "failed"
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b9102", "李秀英", "0.5")
    claim_id = await taken(world, payees=heirs)
    await after_sixty_days(world, claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, refused(adjuster()))
    await world.until_told(claim_id, "advance_paid")
    assert world.claim(claim_id).case.paid_lines == (DecidedLine("accident_medical", CERTAIN // 2),)
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", CERTAIN // 2)
    assert world.books.limits[claim_id].lines == (DecidedLine("accident_medical", CERTAIN // 2),)


async def test_an_account_is_not_changed_while_an_advance_is_on_its_way(world, monkeypatch):
    monkeypatch.setattr(world.payments, "transfer", down)
    claim_id = await doubtful(world)
    await after_sixty_days(world, claim_id, "clock_advance")
    other = PayeeOrder((payee("other@example.com"),))
    assert await refusal_of(world, claim_id, "set_payee", other) == "payout_under_way"
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "advance_paid")
    assert transfers(world, claim_id) == [(CERTAIN, True)]


async def test_heirs_together_get_no_more_than_was_decided_when_one_had_more_in_advance(world):
    world.transfers["9102"] = "failed"
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b9102", "李秀英", "0.5")
    claim_id = await taken(world, payees=heirs)
    await after_sixty_days(world, claim_id, "payee_needed")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    low = (DecidedLine("accident_medical", 500_00),)
    await decided(world, claim_id, DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", low))
    await world.until_told(claim_id, "advance_paid")
    await world.update(claim_id, "accept")
    await world.until_state(claim_id, "payee_needed")
    await world.update(claim_id, "set_payee", PayeeOrder((heirs[0], payee("c@example.com", "李秀英", "0.5"))))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 500_00)
    assert transfers(world, claim_id) == [(CERTAIN // 2, True), (100_00, False)]


async def test_after_an_advance_the_rest_goes_to_another_account_when_the_first_takes_no_more(world):
    claim_id = await taken(world, payees=(payee("x9102"),))
    await after_sixty_days(world, claim_id)
    world.transfers["9102"] = "failed"
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await decided(world, claim_id, full(adjuster()))
    await world.until_state(claim_id, "payee_needed")
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "set_payee", PayeeOrder((payee(name="李秀英"),)))
    assert refusal.value.code == "payees_fixed"
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert transfers(world, claim_id) == [(CERTAIN, True), (ALL - CERTAIN, False)]


async def test_a_family_that_brings_nothing_does_not_lose_a_claim_whose_advance_is_on_its_way(world, monkeypatch):
    monkeypatch.setattr(world.payments, "transfer", down)
    claim_id = await world.report(idle_days=3)
    await world.hand_in(claim_id, world.receipt(), world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    await after_sixty_days(world, claim_id, "clock_advance")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await world.update(f"{claim_id}-r1", "request_documents", PapersOrder(adjuster(), ("medical_record",), ""))
    await world.until_state(claim_id, "supplement_requested")
    await world.let_pass(days=4)
    assert world.claim(claim_id).case.state == "supplement_requested"
    monkeypatch.undo()
    await world.let_pass(hours=13)
    await world.until_told(claim_id, "advance_paid")
    await world.until_state(f"{claim_id}-r2", "open")
    assert "lapsed" in world.books.told(claim_id)
    await world.update(f"{claim_id}-r2", "take", adjuster())
    await world.update(f"{claim_id}-r2", "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", ALL)
    assert world.books.limits[claim_id].how == "used"


@pytest.mark.parametrize(("fen", "used"), [(15_000_00, "accident_disability"), (500_00, "accident_medical")])
async def test_limits_are_used_by_what_was_paid_and_not_by_what_was_thought_before(world, fen, used):
    claim_id = await taken(world)
    await after_sixty_days(world, claim_id)
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await world.update(claim_id, "establish", Establishing(adjuster(), "见鉴定", disability_grades=(8,)))
    lines = (DecidedLine("accident_disability", fen),)
    for who in ("adjuster-1", "adjuster-2")[: 1 if fen > ALL else 2]:
        if who != "adjuster-1":
            # so much is taken away that two weigh it
            await world.update(f"{claim_id}-r1", "take", adjuster(who))
        order = DecisionOrder(adjuster(who), "partial", ("item_not_covered",), "", lines)
        await decided(world, claim_id, order)
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "accept")
    paid = max(fen, CERTAIN)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", paid)
    assert world.books.limits[claim_id].lines == (DecidedLine(used, paid),)
