import pytest

from tests.workflows.process_orders import adjuster, payee
from workflows.client import MoveRefused
from workflows.messages import ClaimOutcome, DecisionOrder, PayeeOrder, QualityJudgement, Reassignment

pytestmark = pytest.mark.servers

PAYABLE = 800_00
LEAD = adjuster("lead-1", lead=True)


async def sampled(world, *, with_account=True):
    """A claim decided without a person that an adjuster is to look at; and that look."""
    claim_id = await world.report(quality_sampled=True)
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),) if with_account else ())
    review_id = f"{claim_id}-q1"
    await world.until_state(review_id, "open")
    return claim_id, review_id


async def refusal_of(world, process_id, update, arg=None):
    with pytest.raises(MoveRefused) as refusal:
        await world.update(process_id, update, arg)
    return refusal.value.code


async def test_a_sampled_claim_is_paid_while_its_quality_review_waits(world):
    claim_id, review_id = await sampled(world)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    record = world.books.records[review_id]
    assert (record.state, record.kind, record.claim_id) == ("open", "quality", claim_id)
    assert world.claim(claim_id).case.decision.by == "automatic"


async def test_nothing_is_opened_beside_a_claim_that_was_not_drawn(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.end_of(claim_id)
    assert f"{claim_id}-q1" not in world.books.records


async def test_nothing_is_opened_beside_a_claim_that_a_person_decides(world):
    claim_id = await world.report(quality_sampled=True)
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    await world.update(f"{claim_id}-r1", "decide", DecisionOrder(adjuster(), "full", (), ""))
    await world.end_of(claim_id)
    assert f"{claim_id}-q1" not in world.books.records


async def test_a_quality_review_that_is_open_already_is_no_obstacle_to_payment(world):
    # whatever runs under its id
    await world.report(claim_id="cl-drawn-q1")
    claim_id = await world.report(claim_id="cl-drawn", quality_sampled=True)
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_an_agreement_is_recorded_and_tells_the_claim_nothing(world):
    claim_id, review_id = await sampled(world)
    await world.end_of(claim_id)
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "judge", QualityJudgement(adjuster(), True))
    assert (await world.end_of(review_id)).agrees is True
    assert world.books.walked(review_id) == ["open", "taken", "decided"]
    assert "quality_disagreed" not in world.books.told(claim_id)


async def test_a_disagreement_stands_in_the_history_of_a_closed_claim_and_changes_no_decision(world):
    claim_id, review_id = await sampled(world)
    await world.end_of(claim_id)
    before = world.claim(claim_id)
    await world.update(review_id, "take", adjuster())
    assert await refusal_of(world, review_id, "judge", QualityJudgement(adjuster(), False, " ")) == "reason_required"
    await world.update(review_id, "judge", QualityJudgement(adjuster(), False, "票据日期应再核对"))
    assert (await world.end_of(review_id)).agrees is False
    assert world.books.told(claim_id)[-1] == "quality_disagreed"
    assert world.books.records[review_id].verdict.reason == "票据日期应再核对"
    after = world.claim(claim_id)
    assert (after.case.decision, after.case.state) == (before.case.decision, "closed")
    # a claim that is opened again goes on behind it
    assert after.case.event_count == before.case.event_count + 1


async def test_a_disagreement_reaches_a_claim_that_still_runs(world):
    claim_id, review_id = await sampled(world, with_account=False)
    await world.until_state(claim_id, "payee_needed")
    await world.update(review_id, "take", adjuster())
    await world.update(review_id, "judge", QualityJudgement(adjuster(), False, "票据日期应再核对"))
    await world.until_told(claim_id, "quality_disagreed")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.told(claim_id).count("quality_disagreed") == 1


async def test_a_disagreement_that_comes_as_the_claim_ends_stands_in_its_record_seconds_later(world):
    claim_id, review_id = await sampled(world, with_account=False)
    await world.until_state(claim_id, "payee_needed")
    await world.update(review_id, "take", adjuster())
    looked, go_on = world.books.hold("remarking")
    await world.update(review_id, "judge", QualityJudgement(adjuster(), False, "票据日期应再核对"))
    await looked.wait()
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    await world.end_of(claim_id)
    # it ran when it was looked at, and hears nothing any more
    go_on.set()
    await world.let_pass(seconds=6)
    assert (await world.end_of(review_id)).agrees is False
    assert world.books.told(claim_id)[-1] == "quality_disagreed"


async def test_a_quality_review_is_held_as_any_other(world):
    _, review_id = await sampled(world)
    other = adjuster("adjuster-2")
    assert await refusal_of(world, review_id, "judge", QualityJudgement(adjuster(), True)) == "not_holder"
    await world.update(review_id, "take", adjuster())
    assert await refusal_of(world, review_id, "take", other) == "already_taken"
    assert await refusal_of(world, review_id, "reassign", Reassignment(other, "adjuster-3")) == "lead_required"
    await world.update(review_id, "release", adjuster())
    await world.update(review_id, "reassign", Reassignment(LEAD, other.subject, "休假"))
    assert world.books.records[review_id].adjuster == other.subject
    await world.update(review_id, "judge", QualityJudgement(other, True))
    assert (await world.end_of(review_id)).agrees is True


async def test_a_quality_review_that_is_left_alone_goes_back_to_the_queue(world):
    _, review_id = await sampled(world)
    await world.update(review_id, "take", adjuster())
    await world.let_pass(days=3, hours=1)
    await world.until_state(review_id, "open")
    assert world.books.told(review_id)[-1] == "review_idle"
