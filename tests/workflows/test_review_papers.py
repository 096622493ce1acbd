from datetime import timedelta

import pytest

from insurance.rules.codes import DOCUMENT_KINDS
from insurance.rules.cover import shanghai_day
from insurance.rules.periods import end_of_day
from insurance.rules.reminders import last_day
from tests.workflows.process_orders import adjuster, payee
from tests.workflows.process_reviews import (
    LEAD,
    PAYABLE,
    asked_for_papers,
    correction,
    decided,
    full,
    held,
    papers_brought,
    refusal_of,
    refused,
    taken,
)
from workflows.messages import (
    ClaimOutcome,
    Establishing,
    PapersOrder,
    PayeeOrder,
    Reassignment,
    Undoing,
)

pytestmark = pytest.mark.servers


async def test_missing_papers_are_asked_for_once_and_brought(world):
    claim_id, second = await papers_brought(world)
    assert world.books.walked(f"{claim_id}-r1") == ["open", "taken", "waiting_documents"]
    assert world.claim(claim_id).case.supplement_received_at is not None
    await world.update(second, "take", adjuster())
    await world.update(second, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_the_request_tells_the_family_what_is_meant_and_until_when(world):
    claim_id = await asked_for_papers(world)
    await world.until_told(claim_id, "notice_delivered")
    (told,) = [n for n in world.notices.received.values() if (n.about, n.kind) == (claim_id, "supplement_requested")]
    last = last_day(end_of_day(shanghai_day(world.claim(claim_id).case.state_since + timedelta(days=180))))
    assert (
        told.text == f"请一次补齐以下材料：{DOCUMENT_KINDS['medical_record']}。理赔员说明：请补病历。最后一日为{last}"
    )


async def test_a_second_request_takes_a_lead_and_a_new_fact(world):
    claim_id, review_id = await papers_brought(world)
    again = ("diagnosis",), "再补一份"
    await world.update(review_id, "take", adjuster())
    refused_code = "papers_already_requested"
    assert await refusal_of(world, review_id, "request_documents", PapersOrder(adjuster(), *again)) == refused_code
    fact = PapersOrder(adjuster(), *again, new_fact="医院更正了病历")
    assert await refusal_of(world, review_id, "request_documents", fact) == refused_code
    await world.update(review_id, "reassign", Reassignment(LEAD, LEAD.subject))
    assert await refusal_of(world, review_id, "request_documents", PapersOrder(LEAD, *again)) == refused_code
    await world.update(review_id, "request_documents", PapersOrder(LEAD, *again, new_fact="医院更正了病历"))
    await world.until_state(claim_id, "supplement_requested")
    assert [request.kinds for request in world.claim(claim_id).case.papers_requests] == [
        ("medical_record",), ("diagnosis",),
    ]  # fmt: skip


async def test_papers_that_never_come_leave_the_claim_to_an_adjuster(world):
    claim_id = await asked_for_papers(world)
    await world.let_pass(days=181)
    again, who = f"{claim_id}-r2", adjuster()
    await world.until_state(again, "open")
    assert held(world, claim_id) == ("reserved", PAYABLE)
    await world.update(again, "take", who)
    await world.update(again, "decide", full(who))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def asked_for_a_report_of_disability(world):
    """By an adjuster who found a disability: without it nothing can be said of that benefit."""
    claim_id, review_id = await taken(world)
    await world.update(claim_id, "establish", Establishing(adjuster(), "见病历", disability_grades=(10,)))
    await world.update(review_id, "request_documents", PapersOrder(adjuster(), ("disability_report",), ""))
    await world.until_state(claim_id, "supplement_requested")
    return claim_id


async def test_a_family_that_has_no_more_to_give_hands_in_what_it_has(world):
    claim_id = await asked_for_a_report_of_disability(world)
    await world.update(claim_id, "add_document", await world.paper("disability_report"))
    assert world.claim(claim_id).case.review_count == 1
    # identity papers are wanting still
    await world.update(claim_id, "submit")
    await world.until_state(f"{claim_id}-r2", "open")
    assert "papers_complete" in [f.code for f in world.books.records[f"{claim_id}-r2"].findings]


async def test_nobody_is_asked_twice_by_the_rules_for_what_never_came(world):
    claim_id = await asked_for_a_report_of_disability(world)
    await world.let_pass(days=181)
    await world.until_state(f"{claim_id}-r2", "open")
    assert [entry for entry in world.books.told(claim_id) if entry == "supplement_requested"] == [
        "supplement_requested"
    ]


async def test_who_decided_a_disputed_claim_does_not_get_it_by_way_of_papers(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute")
    second, third = f"{claim_id}-r2", f"{claim_id}-r3"
    await world.until_state(second, "open")
    other = adjuster("adjuster-2")
    await world.update(second, "take", other)
    await world.update(second, "request_documents", PapersOrder(other, ("medical_record",), "请补病历"))
    await world.until_state(claim_id, "supplement_requested")
    await world.update(claim_id, "add_document", await world.paper("medical_record"))
    await world.update(claim_id, "submit")
    await world.until_state(third, "open")
    assert await refusal_of(world, third, "take", adjuster()) == "conflict_of_interest"
    await world.update(third, "take", other)


# --- what a person has had, a person decides ------------------------------------------------------------------------------


async def leaves_no_question(world, claim_id, who):
    """Every field of its receipt is confirmed as it was read: the rules alone would pay."""
    read = next(iter(world.books.receipts.values())).fields
    names = ("total", "payer", "date", "pool_pay", "other_pay", "self_expense", "bill_no", "bill_code")
    await world.update(
        claim_id, "correct", correction(world, claim_id, who, **{name: getattr(read, name) for name in names})
    )
    assert world.claim(claim_id).case.assessment.automatic


async def asked_by_an_adjuster(world):
    claim_id, review_id = await taken(world)
    await leaves_no_question(world, claim_id, adjuster())
    return claim_id, review_id, adjuster()


async def asked_after_a_dispute(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute")
    review_id, other = f"{claim_id}-r2", adjuster("adjuster-2")
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", other)
    await leaves_no_question(world, claim_id, other)
    return claim_id, review_id, other


async def asked_after_an_undoing(world):
    claim_id = await world.report(quality_sampled=True)
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    assert world.claim(claim_id).case.decision.by == "automatic"
    await world.update(claim_id, "undo", Undoing(LEAD, "怀疑票据是伪造的，请人工核对原件"))
    review_id, other = f"{claim_id}-r1", adjuster("adjuster-2")
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", other)
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    return claim_id, review_id, other


@pytest.mark.parametrize("asked", [asked_by_an_adjuster, asked_after_a_dispute, asked_after_an_undoing])
async def test_what_comes_or_does_not_come_for_an_adjuster_is_never_decided_by_the_rules_alone(world, asked):
    claim_id, review_id, who = await asked(world)
    await world.update(review_id, "request_documents", PapersOrder(who, ("diagnosis",), "请补诊断证明"))
    await world.until_state(claim_id, "supplement_requested")
    # without the paper
    await world.update(claim_id, "submit")
    again = f"{claim_id}-r{int(review_id[-1]) + 1}"
    await world.until_state(again, "open")
    case = world.claim(claim_id).case
    assert case.assessment.automatic and case.decision is None
    await world.update(again, "take", who)
    await world.update(again, "decide", full(who))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
