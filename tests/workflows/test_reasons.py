import pytest

from insurance.rules.case import DecidedLine
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_world import World
from workflows.messages import Correction, DecisionOrder, Objection, PapersOrder, Reassignment, Undoing

pytestmark = pytest.mark.servers

LEAD = adjuster("lead-1", lead=True)


def reasons(world: World, process_id: str) -> dict[str, str | None]:
    return {event.event: event.reason for event in world.books.events[process_id].values()}


def words_for_the_family(world: World) -> str:
    told = [event.text for events in world.books.events.values() for event in events.values()]
    return " ".join([*told, *(notice.text for notice in world.books.notices.values())])


async def in_review(world: World) -> tuple[str, str]:
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    await world.update(f"{claim_id}-r1", "take", adjuster())
    return claim_id, f"{claim_id}-r1"


async def test_why_a_receipt_was_corrected_is_kept_for_staff_alone(world: World) -> None:
    claim_id, _ = await in_review(world)
    receipt_id = next(reversed(world.books.receipts))
    await world.update(claim_id, "correct", Correction(adjuster(), receipt_id, {"total": "600.00"}, "原件是六百元"))
    assert reasons(world, claim_id)["receipt_corrected"] == "原件是六百元"
    assert "六百" not in words_for_the_family(world)


async def test_why_papers_were_asked_for_is_kept(world: World) -> None:
    claim_id, review_id = await in_review(world)
    await world.update(review_id, "request_documents", PapersOrder(adjuster(), ("medical_record",), "看不出就诊科室"))
    await world.until_state(claim_id, "supplement_requested")
    assert reasons(world, claim_id)["supplement_requested"] == "看不出就诊科室"
    assert reasons(world, review_id)["review_papers_requested"] == "看不出就诊科室"


async def test_why_a_review_was_reassigned_is_kept(world: World) -> None:
    _, review_id = await in_review(world)
    await world.update(review_id, "reassign", Reassignment(LEAD, "adjuster-2", "休假"))
    assert reasons(world, review_id)["review_reassigned"] == "休假"


async def test_a_decision_is_kept_with_its_coded_reasons_and_comment_and_its_undoing_with_the_leads(
    world: World,
) -> None:
    claim_id, review_id = await in_review(world)
    half = (DecidedLine("accident_medical", 100_00),)
    order = DecisionOrder(adjuster(), "partial", ("item_not_covered", "paid_elsewhere"), "空调费除外", half)
    await world.update(review_id, "decide", order)
    await world.until_state(claim_id, "decided")
    given = "费用项目不在保障范围内；已由其他途径赔付；空调费除外"
    assert reasons(world, claim_id)["decided"] == given
    assert reasons(world, review_id)["review_decided"] == given
    await world.update(claim_id, "undo", Undoing(LEAD, "金额有误"))
    assert reasons(world, claim_id)["decision_undone"] == "金额有误"
    assert "金额有误" not in words_for_the_family(world)


@pytest.mark.parametrize(("objection", "kept"), [(Objection("空调费是抢救用的"), "空调费是抢救用的"), (None, None)])
async def test_why_a_decision_is_disputed_is_kept_if_the_family_says_so(world: World, objection, kept) -> None:
    claim_id, review_id = await in_review(world)
    half = (DecidedLine("accident_medical", 100_00),)
    await world.update(review_id, "decide", DecisionOrder(adjuster(), "partial", ("item_not_covered",), "", half))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "dispute", objection)
    assert reasons(world, claim_id)["disputed"] == kept


async def test_why_a_claim_was_opened_again_is_kept_and_not_told(world: World) -> None:
    claim_id, review_id = await in_review(world)
    await world.update(review_id, "decide", DecisionOrder(adjuster(), "full", (), ""))
    await world.end_of(claim_id)
    await world.reopen(claim_id)
    await world.until_told(claim_id, "reopened")
    assert reasons(world, claim_id)["reopened"] == "医院补开了票据"
    assert "医院补开了票据" not in words_for_the_family(world)


async def test_what_nobody_gave_a_reason_for_has_none(world: World) -> None:
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.end_of(claim_id)
    assert set(reasons(world, claim_id).values()) == {None}
