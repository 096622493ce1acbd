import asyncio
import json

import pytest

from insurance.rules.case import AssessmentGrounds, DecidedLine, Repeat
from tests.workflows.process_orders import adjuster, payee
from workflows.client import MoveRefused
from workflows.messages import (
    ClaimOutcome,
    Correction,
    DecisionOrder,
    PapersOrder,
    PayeeOrder,
    Reassignment,
    Rereading,
    Undoing,
)

pytestmark = pytest.mark.servers

PAYABLE = 800_00
HALF = (DecidedLine("accident_medical", 400_00),)
LEAD = adjuster("lead-1", lead=True)


def full(who, comment="同意"):
    return DecisionOrder(who, "full", (), comment)


def partial(who, lines=HALF):
    return DecisionOrder(who, "partial", ("item_not_covered",), "", lines)


def refused(who):
    return DecisionOrder(who, "refused", ("event_not_covered",), "不属于保险责任")


async def in_review(world, total="1100.00", **receipt):
    """A claim with its first review open, and an account to pay to."""
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(total, sure=False, **receipt), payees=(payee(),))
    await world.until_state(f"{claim_id}-r1", "open")
    return claim_id


async def taken(world, who=None, **receipt):
    claim_id = await in_review(world, **receipt)
    await world.update(f"{claim_id}-r1", "take", who or adjuster())
    return claim_id, f"{claim_id}-r1"


async def decided(world, order, **receipt):
    claim_id, review_id = await taken(world, order.actor, **receipt)
    await world.update(review_id, "decide", order)
    await world.until_state(claim_id, "decided")
    return claim_id


async def refusal_of(world, process_id, update, arg=None):
    with pytest.raises(MoveRefused) as refusal:
        await world.update(process_id, update, arg)
    return refusal.value.code


def held(world, claim_id):
    limits = world.books.limits[claim_id]
    return limits.how, sum(line.payable_fen for line in limits.lines)


# --- holding ----------------------------------------------------------------------------------------------------------


async def test_an_adjuster_takes_decides_in_full_and_the_family_is_paid(world):
    claim_id, review_id = await taken(world)
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.walked(review_id) == ["open", "taken", "decided"]
    assert world.claim(claim_id).case.decision.adjusters == ("adjuster-1",)


async def test_a_review_belongs_to_who_took_it(world):
    _, review_id = await taken(world)
    other = adjuster("adjuster-2")
    assert await refusal_of(world, review_id, "take", other) == "already_taken"
    assert await refusal_of(world, review_id, "release", other) == "not_holder"
    assert await refusal_of(world, review_id, "decide", full(other)) == "not_holder"
    await world.update(review_id, "release", adjuster())
    await world.update(review_id, "take", other)
    assert world.books.walked(review_id) == ["open", "taken", "open", "taken"]


async def test_a_review_that_its_adjuster_leaves_alone_goes_back_to_the_queue(world):
    _, review_id = await taken(world)
    await world.let_pass(days=3, hours=1)
    await world.until_state(review_id, "open")
    assert world.books.records[review_id].adjuster is None
    told = [event for event in world.books.told(review_id) if event != "review_reminded"]
    assert told == ["review_opened", "review_taken", "review_idle"]


async def test_a_review_tells_its_own_steps_with_who_and_why(world):
    _, review_id = await taken(world, **LARGE)
    await world.update(review_id, "release", adjuster())
    await world.update(review_id, "reassign", Reassignment(LEAD, "adjuster-2", "休假"))
    await world.update(review_id, "decide", full(adjuster("adjuster-2")))
    await world.update(review_id, "take", adjuster("adjuster-3"))
    await world.update(review_id, "decide", full(adjuster("adjuster-3")))
    await world.until_told(review_id, "review_decided")
    told = [(event.event, event.by) for _, event in sorted(world.books.events[review_id].items())]
    assert told == [
        ("review_opened", "system"),
        ("review_taken", "adjuster:adjuster-1"),
        ("review_released", "adjuster:adjuster-1"),
        ("review_reassigned", "adjuster:lead-1"),
        ("review_sent_to_second", "adjuster:adjuster-2"),
        ("review_taken", "adjuster:adjuster-3"),
        ("review_decided", "adjuster:adjuster-3"),
    ]


async def test_who_takes_an_old_review_has_the_whole_time_for_it(world):
    claim_id = await in_review(world)
    review_id = f"{claim_id}-r1"
    await world.let_pass(days=2, hours=23)
    await world.update(review_id, "take", adjuster())
    await world.let_pass(days=2)
    assert world.books.walked(review_id)[-1] == "taken"
    await world.let_pass(days=2)
    await world.until_state(review_id, "open")


async def test_a_lead_reassigns_and_nobody_else(world):
    _, review_id = await taken(world)
    assert await refusal_of(world, review_id, "reassign", Reassignment(adjuster(), "adjuster-2")) == "lead_required"
    await world.update(review_id, "reassign", Reassignment(LEAD, "adjuster-2"))
    assert await refusal_of(world, review_id, "decide", full(adjuster())) == "not_holder"
    await world.update(review_id, "decide", full(adjuster("adjuster-2")))
    await world.until_state(review_id, "decided")


# --- two adjusters ----------------------------------------------------------------------------------------------------

LARGE = {"total": "25100.00"}
LARGE_PAYABLE = 20_000_00


async def test_from_20000_yuan_a_second_adjuster_decides_alike(world):
    claim_id, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    await world.until_state(review_id, "second_open")
    assert await refusal_of(world, review_id, "take", adjuster()) == "conflict_of_interest"
    assert await refusal_of(world, review_id, "reassign", Reassignment(LEAD, "adjuster-1")) == "conflict_of_interest"
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    await world.update(review_id, "decide", full(second))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", LARGE_PAYABLE)
    assert world.books.walked(review_id) == ["open", "taken", "second_open", "second_taken", "decided"]
    assert world.claim(claim_id).case.decision.adjusters == ("adjuster-1", "adjuster-2")


async def test_below_20000_yuan_one_adjuster_is_enough(world):
    claim_id, review_id = await taken(world, total="25099.00")
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 19_999_20)


@pytest.mark.parametrize(("total", "adjusters"), [("3850.00", 1), ("3850.01", 2)])
async def test_a_refusal_above_3000_yuan_takes_two_adjusters(world, total, adjusters):
    # 80 % of what exceeds 100 yuan: 3,000 yuan, and a fen more
    claim_id, review_id = await taken(world, total=total)
    await world.update(review_id, "decide", refused(adjuster()))
    if adjusters == 2:
        await world.until_state(review_id, "second_open")
        await world.update(review_id, "take", adjuster("adjuster-2"))
        await world.update(review_id, "decide", refused(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    assert len(world.claim(claim_id).case.decision.adjusters) == adjusters


async def test_a_refusal_where_the_terms_pay_nothing_is_weighed_by_the_receipts(world):
    claim_id, review_id = await taken(world, total="3000.01", self_expense="3000.01")
    assert world.claim(claim_id).case.assessment.settlement.payable_fen == 0
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(review_id, "second_open")


async def test_a_payment_in_full_of_the_same_sum_takes_one(world):
    claim_id, review_id = await taken(world, total="3850.01")
    await world.update(review_id, "decide", full(adjuster()))
    assert (await world.end_of(claim_id)).state == "closed"


async def test_two_adjusters_who_do_not_agree_send_it_back_to_the_queue(world):
    _, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    await world.update(review_id, "decide", refused(second))
    await world.until_state(review_id, "open")


async def test_a_second_review_that_is_left_alone_waits_for_a_second_adjuster_again(world):
    _, review_id = await taken(world, **LARGE)
    await world.update(review_id, "decide", full(adjuster()))
    await world.update(review_id, "take", adjuster("adjuster-2"))
    await world.let_pass(days=4)
    await world.until_state(review_id, "second_open")


# --- papers -----------------------------------------------------------------------------------------------------------


async def asked_for_papers(world):
    claim_id, review_id = await taken(world)
    await world.update(review_id, "request_documents", PapersOrder(adjuster(), ("medical_record",), "请补病历"))
    await world.until_state(claim_id, "supplement_requested")
    return claim_id


async def papers_brought(world):
    claim_id = await asked_for_papers(world)
    await world.update(claim_id, "add_document", await world.paper("medical_record"))
    await world.update(claim_id, "submit")
    await world.until_state(f"{claim_id}-r2", "open")
    return claim_id, f"{claim_id}-r2"


async def test_missing_papers_are_asked_for_once_and_brought(world):
    claim_id, second = await papers_brought(world)
    assert world.books.walked(f"{claim_id}-r1") == ["open", "taken", "waiting_documents"]
    assert world.claim(claim_id).case.supplement_received_at is not None
    await world.update(second, "take", adjuster())
    await world.update(second, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


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


async def test_papers_that_never_come_end_the_claim(world):
    claim_id = await asked_for_papers(world)
    await world.let_pass(days=181)
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert held(world, claim_id)[1] == 0


# --- corrections ------------------------------------------------------------------------------------------------------


def correction(world, claim_id, who=None, **fields):
    receipt_id = next(i for i, r in world.books.receipts.items() if r.document_id in world.books.documents)
    return Correction(who or adjuster(), receipt_id, fields, "核对原件")


async def test_a_correction_is_computed_anew_and_kept_beside_what_was_read(world):
    claim_id, review_id = await taken(world)
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    await world.until(lambda: world.books.records[review_id].amount_fen == 400_00, "the review knows")
    receipt = next(iter(world.books.receipts.values()))
    assert (receipt.fields.total, receipt.read_fields.total) == ("600.00", "1100.00")
    assert [(a.field, a.old, a.new, a.person) for a in receipt.amendments] == [
        ("total", "1100.00", "600.00", "adjuster-1")
    ]
    assert held(world, claim_id) == ("reserved", 400_00)
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"nothing": "1.00"}, "unknown_field"),
        ({"total": "abc"}, "invalid_amount"),
        ({"total": "600"}, "invalid_amount"),
        ({"total": "600.5"}, "invalid_amount"),
        ({"total": "-600.00"}, "invalid_amount"),
        ({"total": "999999999999.00"}, "invalid_amount"),
        ({"total": ""}, "invalid_amount"),
        ({"date": "2026-02-30"}, "invalid_date"),
        ({"date": "20260203"}, "invalid_date"),
        ({"treated_on": "1026-02-03"}, "invalid_date"),
        ({"bill_no": "12 34 56"}, "invalid_value"),
        ({"bill_no": "1" * 33}, "invalid_value"),
        ({"bill_code": "0000000A"}, "invalid_value"),
        ({"payer": " "}, "invalid_value"),
        ({"total_upper": "一百元"}, "invalid_value"),
        ({"category": None}, "invalid_value"),
        ({"social_insurance_settled": "yes"}, "invalid_value"),
        ({"items": "x"}, "invalid_value"),
        ({"items": "{}"}, "invalid_value"),
        ({"items": "null"}, "invalid_value"),
        ({"items": None}, "invalid_value"),
        ({"items": '[{"name": "治疗费"}]'}, "invalid_value"),
        ({"items": '[{"name": null, "amount": "1.00"}]'}, "invalid_value"),
        ({"items": '[{"name": "治疗费", "amount": "1"}]'}, "invalid_amount"),
        ({"category": "holiday"}, "invalid_value"),
        ({}, "nothing_to_correct"),
    ],
)
async def test_what_no_receipt_can_show_is_no_correction(world, fields, code):
    claim_id, _ = await taken(world)
    assert await refusal_of(world, claim_id, "correct", correction(world, claim_id, **fields)) == code


async def test_amounts_are_kept_as_they_are_printed_and_every_value_has_its_amendment(world):
    claim_id, _ = await taken(world)
    values = {"total": "1,600.00", "bill_no": "0012345678", "treated_on": None, "check_code": None}
    await world.update(claim_id, "correct", correction(world, claim_id, **values))
    receipt = next(iter(world.books.receipts.values()))
    assert (receipt.fields.total, receipt.fields.check_code, receipt.treated_on) == ("1600.00", None, None)
    assert {a.field: a.new for a in receipt.amendments} == values | {"total": "1600.00"}


async def test_a_list_of_charges_is_corrected_as_a_whole_and_held_against_the_total(world):
    claim_id, _ = await taken(world)
    items = [{"name": "治疗费", "amount": "1,000.00"}, {"name": "西药费", "amount": "90.00"}]
    await world.update(claim_id, "correct", correction(world, claim_id, items=json.dumps(items)))
    await world.until_told(claim_id, "receipt_corrected")
    receipt = next(iter(world.books.receipts.values()))
    assert [(item.name, item.amount) for item in receipt.fields.items] == [("治疗费", "1000.00"), ("西药费", "90.00")]
    assert json.loads(receipt.amendments[0].old) == []
    assert [check.code for check in receipt.checks if not check.ok] == ["items_equal_total"]


async def test_every_check_is_made_again_after_a_correction_and_the_review_knows(world):
    claim_id, review_id = await taken(world, total_upper="陆佰元整", total="1100.00", self_expense="1200.00")
    found = [f.code for f in world.books.records[review_id].findings]
    assert "parts_exceed_total" in found
    await world.update(claim_id, "correct", correction(world, claim_id, self_expense="0.00"))
    await world.until(lambda: world.books.records[review_id].seq > 2, "the review knows")
    findings = world.books.records[review_id].findings
    assert [f.code for f in findings] == ["receipts_read", "capitals_equal_total"]
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    await world.until(lambda: world.books.records[review_id].amount_fen == 400_00, "the review knows")
    receipt = next(iter(world.books.receipts.values()))
    assert [(c.code, c.ok) for c in receipt.checks if c.code == "capitals_equal_total"] == [
        ("capitals_equal_total", True)
    ]
    assert [f.code for f in world.books.records[review_id].findings] == ["receipts_read"]


# --- another claim with the same receipt comes during the review ---------------------------------------------------------


def another_claim_comes(world, state="in_review"):
    receipt_id, receipt = next(reversed(world.books.receipts.items()))
    repeat = Repeat("same_receipt", receipt.document_id, receipt_id, "cl-other", state)
    world.books.grounds = AssessmentGrounds({}, (), 0, (repeat,))


async def test_who_decides_to_pay_is_told_first_of_a_claim_that_came_meanwhile(world):
    claim_id, review_id = await taken(world)
    another_claim_comes(world)
    await world.update(review_id, "decide", full(adjuster()))
    again = f"{claim_id}-r2"
    await world.until_state(again, "open")
    assert world.claim(claim_id).case.decision is None
    assert "same_receipt_elsewhere" in [f.code for f in world.books.records[again].findings]
    # known now, and no reason to be asked a third time
    await world.update(again, "take", adjuster())
    await world.update(again, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE)]


async def test_who_decides_to_pay_is_told_when_the_other_claim_was_paid_meanwhile(world):
    claim_id, review_id = await taken(world)
    another_claim_comes(world)
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    another_claim_comes(world, "paid")
    await world.update(review_id, "decide", partial(adjuster(), (DecidedLine("accident_medical", 1_00),)))
    await world.until_state(f"{claim_id}-r2", "open")


async def test_a_refusal_needs_no_second_look(world):
    claim_id, review_id = await taken(world)
    another_claim_comes(world)
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(claim_id, "decided")


# --- read once more -----------------------------------------------------------------------------------------------------


def document_of(world):
    return next(iter(world.books.documents.values()))


def reads_from_now_on(world, reading):
    """The reader got better."""
    world.papers = {data: [reading] for data in world.papers}


async def read_again(world, claim_id, event="document_read_again"):
    await world.update(claim_id, "read_again", Rereading(adjuster(), document_of(world).document_id))
    await world.until_told(claim_id, event)
    return next(iter(world.books.receipts.values()))


async def test_what_was_corrected_outlives_a_new_reading_and_the_rest_follows_it(world):
    claim_id, review_id = await taken(world, pool_pay="100.00", hospital=None)
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    better = world.receipt("1100.00", pool_pay="0.00", hospital="长沙市明湖人民医院")
    reads_from_now_on(world, better)
    receipt = await read_again(world, claim_id)
    assert (receipt.fields.total, receipt.read_fields.total) == ("600.00", "1100.00")
    assert (receipt.fields.pool_pay, receipt.fields.hospital) == ("0.00", "长沙市明湖人民医院")
    assert [(a.field, a.new, a.person) for a in receipt.amendments] == [("total", "600.00", "adjuster-1")]
    await world.until(lambda: world.books.records[review_id].amount_fen == 400_00, "the review knows")
    assert held(world, claim_id) == ("reserved", 400_00)


async def test_a_correction_that_comes_while_the_file_is_read_again_stays(world):
    claim_id, review_id = await taken(world)
    reads_from_now_on(world, world.receipt("5100.00"))
    world.reader_works.clear()
    await world.update(claim_id, "read_again", Rereading(adjuster(), document_of(world).document_id))
    again = Rereading(adjuster(), document_of(world).document_id)
    assert await refusal_of(world, claim_id, "read_again", again) == "illegal_move"
    await world.update(claim_id, "correct", correction(world, claim_id, total="600.00"))
    world.reader_works.set()
    await world.until_told(claim_id, "document_read_again")
    receipt = next(iter(world.books.receipts.values()))
    assert (receipt.fields.total, receipt.read_fields.total) == ("600.00", "5100.00")
    await world.update(review_id, "decide", full(adjuster()))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)


async def test_a_new_reading_that_fails_leaves_everything_as_it_was(world):
    claim_id, _ = await taken(world)
    before = next(iter(world.books.receipts.values()))
    world.papers = dict.fromkeys(world.papers, "文件已损坏")
    assert await read_again(world, claim_id, "document_not_read_again") == before
    assert document_of(world).state == "received"


async def test_a_reading_that_comes_after_the_decision_changes_nothing(world):
    claim_id, review_id = await taken(world)
    reads_from_now_on(world, world.receipt("5100.00"))
    world.reader_works.clear()
    await world.update(claim_id, "read_again", Rereading(adjuster(), document_of(world).document_id))
    await world.update(review_id, "decide", refused(adjuster()))
    await world.until_state(claim_id, "decided")
    world.reader_works.set()
    await world.let_pass(minutes=10)
    assert "document_read_again" not in world.books.told(claim_id)
    await world.update(claim_id, "undo", Undoing(LEAD, "再看一次"))
    await world.until_state(f"{claim_id}-r2", "open")
    assert world.books.records[f"{claim_id}-r2"].amount_fen == PAYABLE


async def test_other_papers_are_not_read(world):
    claim_id, _ = await papers_brought(world)
    record = next(d for d in world.books.documents.values() if d.kind == "medical_record")
    assert (
        await refusal_of(world, claim_id, "read_again", Rereading(adjuster(), record.document_id)) == "document_unknown"
    )


async def test_a_receipt_of_nobody_can_not_be_corrected(world):
    claim_id, _ = await taken(world)
    other = Correction(adjuster(), "no-receipt", {"total": "1.00"}, "核对原件")
    assert await refusal_of(world, claim_id, "correct", other) == "receipt_unknown"


async def test_a_withdrawal_during_a_correction_leaves_no_limits_held(world):
    claim_id = await world.report_to_a_slow_database()
    await world.hand_in(claim_id, world.receipt(sure=False))
    await world.until_state(f"{claim_id}-r1", "open")
    started, go_on = world.books.hold("assessing")
    correcting = await world.begin(claim_id, "correct", correction(world, claim_id, total="600.00"))
    await started.wait()
    withdrawing = await world.begin(claim_id, "withdraw")
    await world.until_state(f"{claim_id}-r1", "withdrawn")
    # time to go wrong: the withdrawal must not be recorded before the correction
    await asyncio.sleep(1)
    go_on.set()
    await correcting.result()
    await withdrawing.result()
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert held(world, claim_id)[1] == 0


# --- decisions and the family's answer ----------------------------------------------------------------------------------


async def test_a_partial_decision_that_is_accepted_is_paid(world):
    claim_id = await decided(world, partial(adjuster()))
    assert held(world, claim_id) == ("reserved", 400_00)
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_a_partial_decision_that_nobody_answers_is_paid_when_the_time_is_over(world):
    claim_id = await decided(world, partial(adjuster()))
    await world.let_pass(days=29)
    assert world.books.walked(claim_id)[-1] == "decided"
    await world.let_pass(days=2)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)


async def test_a_refusal_that_nobody_answers_closes_the_claim(world):
    claim_id = await decided(world, refused(adjuster()))
    assert await refusal_of(world, claim_id, "accept") == "illegal_move"
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)
    assert world.books.walked(claim_id)[-2:] == ["decided", "closed"]
    assert held(world, claim_id)[1] == 0


async def test_a_refusal_without_a_coded_reason_is_none(world):
    _, review_id = await taken(world)
    assert (
        await refusal_of(world, review_id, "decide", DecisionOrder(adjuster(), "refused", (), "")) == "reason_required"
    )


async def test_a_disputed_decision_goes_once_to_somebody_else(world):
    claim_id = await decided(world, refused(adjuster()))
    await world.update(claim_id, "dispute")
    second = f"{claim_id}-r2"
    await world.until_state(second, "open")
    assert await refusal_of(world, second, "take", adjuster()) == "conflict_of_interest"
    assert await refusal_of(world, second, "reassign", Reassignment(LEAD, "adjuster-1")) == "conflict_of_interest"
    other = adjuster("adjuster-2")
    await world.update(second, "take", other)
    await world.update(second, "decide", partial(other))
    await world.until_state(claim_id, "decided")
    assert await refusal_of(world, claim_id, "dispute") == "already_disputed"
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert [d.outcome for d in world.claim(claim_id).case.undone] == ["refused"]


async def test_a_claim_with_a_partial_decision_is_withdrawn(world):
    claim_id = await decided(world, partial(adjuster()))
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert held(world, claim_id)[1] == 0


# --- opened again -----------------------------------------------------------------------------------------------------


async def reopened(world, first_round):
    """A claim whose `first_round` is decided and over, in its second review."""
    claim_id = await decided(world, first_round)
    if first_round.outcome == "partial":
        await world.update(claim_id, "accept")
    if first_round.outcome == "refused":
        await world.let_pass(days=31)
    await world.end_of(claim_id)
    await world.reopen(claim_id)
    await world.until_state(f"{claim_id}-r2", "open")
    return claim_id, f"{claim_id}-r2"


async def decided_again(world, review_id, order):
    await world.update(review_id, "take", order.actor)
    await world.update(review_id, "decide", order)


async def test_a_claim_that_is_opened_again_goes_to_somebody_else_and_pays_the_difference(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    assert await refusal_of(world, review_id, "take", adjuster()) == "conflict_of_interest"
    await decided_again(world, review_id, full(adjuster("adjuster-2")))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", 400_00), ("payout", 400_00)]
    assert held(world, claim_id) == ("used", PAYABLE)
    assert [entry[1] for entry in world.insurer.entries if entry[0] == "closure"] == [
        f"{claim_id}-close-1",
        f"{claim_id}-close-2",
    ]


async def test_what_was_paid_stays_paid_and_used_when_a_second_round_refuses(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    await decided_again(world, review_id, refused(adjuster("adjuster-2")))
    await world.until_state(claim_id, "decided")
    assert held(world, claim_id) == ("reserved", 400_00)
    await world.let_pass(days=31)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_a_second_round_that_gives_less_takes_nothing_back(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    await decided_again(world, review_id, partial(adjuster("adjuster-2"), (DecidedLine("accident_medical", 100_00),)))
    await world.until_state(claim_id, "decided")
    await world.update(claim_id, "accept")
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 400_00)
    assert held(world, claim_id) == ("used", 400_00)


async def test_a_claim_that_was_paid_can_not_be_withdrawn_when_it_is_opened_again(world):
    claim_id, _ = await reopened(world, partial(adjuster()))
    assert await refusal_of(world, claim_id, "withdraw") == "illegal_move"


async def test_a_refused_claim_that_is_opened_again_can_be_withdrawn(world):
    claim_id, _ = await reopened(world, refused(adjuster()))
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)


async def test_papers_of_a_second_round_that_never_come_leave_the_paid_claim_to_the_adjuster(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    other = adjuster("adjuster-2")
    await world.update(review_id, "take", other)
    await world.update(review_id, "request_documents", PapersOrder(other, ("diagnosis",), ""))
    await world.until_state(claim_id, "supplement_requested")
    await world.let_pass(days=181)
    await world.until_state(f"{claim_id}-r3", "open")
    assert held(world, claim_id)[1] == PAYABLE


async def test_an_account_that_is_changed_for_a_second_round_gets_the_difference_only(world):
    claim_id, review_id = await reopened(world, partial(adjuster()))
    await world.update(claim_id, "set_payee", PayeeOrder((payee("new@example.com"),)))
    await decided_again(world, review_id, full(adjuster("adjuster-2")))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.payments.movements[-1][2] == 400_00


# --- what a fresh eye found -----------------------------------------------------------------------------------------------


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


async def test_a_correction_before_the_second_adjuster_decides_starts_both_anew(world):
    claim_id, review_id = await taken(world, total="30000.00")
    await world.update(review_id, "decide", full(adjuster()))
    await world.until_state(review_id, "second_open")
    second = adjuster("adjuster-2")
    await world.update(review_id, "take", second)
    (receipt_id,) = world.books.receipts
    await world.update(claim_id, "correct", Correction(second, receipt_id, {"total": "40000.00"}, "核对原件"))
    await world.until_state(review_id, "open")
    await world.update(review_id, "take", second)
    await world.update(review_id, "decide", full(second))
    await world.until_state(review_id, "second_open")
    assert world.claim(claim_id).case.decision is None


async def test_a_dispute_that_comes_when_the_claim_is_being_closed_is_refused_and_not_lost(world, monkeypatch):
    claim_id = await decided(world, refused(adjuster()))
    reached, go_on = asyncio.Event(), asyncio.Event()
    close = world.insurer.close_claim

    async def slow(result):
        reached.set()
        await go_on.wait()
        return await close(result)

    monkeypatch.setattr(world.insurer, "close_claim", slow)
    passing = asyncio.create_task(world.let_pass(days=31))
    await reached.wait()
    assert await refusal_of(world, claim_id, "dispute") == "illegal_move"
    assert await refusal_of(world, claim_id, "withdraw") == "illegal_move"
    go_on.set()
    await passing
    assert await world.end_of(claim_id) == ClaimOutcome("closed", 0)
