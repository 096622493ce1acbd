import pytest

from insurance.rules.case import AssessmentGrounds, DecidedLine, Repeat
from tests.workflows.process_orders import payee
from workflows.client import MoveRefused
from workflows.messages import ClaimOutcome, PayeeOrder

pytestmark = pytest.mark.servers

READ = ["reported", "submitted", "reading", "assessing"]
PAID = ["decided", "agreed", "paying", "paid", "closed"]
# 80 % of what 1,100 yuan exceed the deductible of 100 yuan by
PAYABLE = 800_00
LINE = DecidedLine("accident_medical", PAYABLE)


def held(world, claim_id):
    limits = world.books.limits[claim_id]
    return limits.how, sum(line.payable_fen for line in limits.lines)


def entered(world, kind, claim_id):
    return [entry for entry in world.insurer.entries if entry[0] == kind and claim_id in entry[1]]


# --- the usual case ---------------------------------------------------------------------------------------------------


async def test_a_proven_claim_is_decided_and_paid_without_a_person(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.walked(claim_id) == [*READ, *PAID]
    decision = world.claim(claim_id).case.decision
    assert (decision.by, decision.outcome, decision.payable_fen, decision.adjusters) == (
        "automatic",
        "full",
        PAYABLE,
        (),
    )
    assert "receipts_read" in decision.checks
    assert held(world, claim_id) == ("used", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE)]
    assert len(entered(world, "report", claim_id)) == len(entered(world, "closure", claim_id)) == 1
    assert world.books.noticed(claim_id) == ["decided_full", "paid"]


async def test_two_receipts_are_one_settlement(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), world.receipt("500.00"), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE + 400_00)


async def test_the_same_file_given_twice_is_one_document(world):
    claim_id = await world.report()
    document = await world.paper("medical_receipt", [world.receipt()])
    await world.update(claim_id, "add_document", document)
    await world.update(claim_id, "add_document", document)
    await world.hand_in(claim_id, payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_a_claim_that_the_insurer_will_not_register_is_paid_all_the_same(world):
    world.insurer.faults.add("report_claim", "refuse", code="policy_unknown")
    claim_id = await world.report(told="report_refused")
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert "report_refused" in world.books.told(claim_id)
    assert entered(world, "closure", claim_id) == []


async def test_a_claim_that_the_insurer_will_not_close_is_closed_here(world):
    world.insurer.faults.add("close_claim", "refuse", code="report_unknown")
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert "close_refused" in world.books.told(claim_id)


# --- evidence ---------------------------------------------------------------------------------------------------------


async def test_a_file_that_can_not_be_read_is_rejected_with_its_reason_and_asked_for_again(world):
    claim_id = await world.report()
    blurred = await world.paper("medical_receipt", "照片太模糊，请重新拍摄")
    await world.update(claim_id, "add_document", blurred)
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "supplement_requested")
    assert world.books.documents[blurred.document_id].state == "rejected"
    assert world.books.documents[blurred.document_id].reason == "照片太模糊，请重新拍摄"
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.walked(claim_id) == [*READ, "supplement_requested", "submitted", "reading", "assessing", *PAID]


async def test_a_file_whose_record_takes_long_is_read_before_the_settlement(world):
    claim_id = await world.report_to_a_slow_database()
    await world.until_told(claim_id, "reported")
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    _, go_on = world.books.hold("document_received")
    adding = await world.begin(claim_id, "add_document", await world.paper("medical_receipt", [world.receipt()]))
    submitting = await world.begin(claim_id, "submit")
    await world.until_told(claim_id, "submitted")
    go_on.set()
    await adding.result()
    await submitting.result()
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_a_reader_that_is_away_costs_the_family_nothing_and_after_a_day_an_adjuster_looks(world, monkeypatch):
    def gone(key, version_id=None):
        raise RuntimeError("no reader")

    monkeypatch.setattr(world.storage, "open", gone)
    claim_id = await world.report()
    await world.update(claim_id, "add_document", await world.paper("medical_receipt", [world.receipt()]))
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "reading")
    await world.let_pass(hours=20)
    assert world.claim(claim_id).case.state == "reading"
    await world.let_pass(hours=5)
    await world.until_state(claim_id, "in_review")
    case = world.claim(claim_id).case
    assert "file_unread" in [finding.code for finding in case.assessment.findings]
    assert "document_rejected" not in world.books.told(claim_id)


async def test_a_claim_without_papers_lapses(world):
    claim_id = await world.report()
    await world.let_pass(days=181)
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert world.books.told(claim_id) == ["reported", *3 * ["family_reminded"], "lapsed"]


async def test_submitting_without_the_papers_that_are_certain_is_refused_and_names_them(world):
    claim_id = await world.report()
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "submit")
    assert (refusal.value.code, refusal.value.detail) == ("documents_missing", "medical_receipt")


# --- what a person must look at -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "receipt"),
    [
        ("payer_other_person", {"payer": "王小明"}),
        ("receipts_read", {"sure": False}),
        ("payable", {"total": "50.00"}),
        ("within_automatic_limit", {"total": "9000.00"}),
    ],
)
async def test_a_doubt_goes_to_a_person_and_refuses_nothing(world, what, receipt):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(**receipt))
    await world.until_state(claim_id, "in_review")
    assessment = world.claim(claim_id).case.assessment
    assert what in [finding.code for finding in assessment.findings]
    assert held(world, claim_id) == ("reserved", assessment.settlement.payable_fen)


async def test_a_receipt_that_another_claim_has_goes_to_a_person(world):
    document = await world.paper("medical_receipt", [world.receipt()])
    number = Repeat("same_receipt", document.document_id, f"{document.document_id}-0", "cl-other", "paid")
    world.books.grounds = AssessmentGrounds({}, (), 0, (number,))
    claim_id = await world.report()
    await world.update(claim_id, "add_document", document)
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "in_review")
    (finding,) = world.claim(claim_id).case.assessment.findings
    assert finding.code == "same_receipt_elsewhere"


async def test_the_same_receipt_given_twice_goes_to_a_person_and_is_counted_once(world):
    claim_id = await world.report()
    receipt = world.receipt()
    await world.hand_in(claim_id, receipt, receipt)
    await world.until_state(claim_id, "in_review")
    assessment = world.claim(claim_id).case.assessment
    assert [finding.code for finding in assessment.findings] == ["same_receipt_here"]
    assert held(world, claim_id) == ("reserved", PAYABLE)


# --- money ------------------------------------------------------------------------------------------------------------


async def test_a_claim_without_an_account_waits_for_one_and_reminds(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    await world.let_pass(days=15)
    assert world.books.told(claim_id).count("payee_reminded") == 2
    await world.update(claim_id, "set_payee", PayeeOrder((payee(),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.walked(claim_id)[4:] == [
        "decided",
        "agreed",
        "paying",
        "payee_needed",
        "paying",
        "paid",
        "closed",
    ]


async def test_a_transfer_that_bounces_is_paid_once_to_another_account(world):
    world.transfers["9102"] = "failed"
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee("father9102"),))
    await world.until_state(claim_id, "payee_needed")
    assert world.books.money(claim_id) == []
    await world.update(claim_id, "set_payee", PayeeOrder((payee("mother@example.com"),)))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE)]
    assert [p.state for p in world.claim(claim_id).case.payouts] == ["failed", "paid"]


async def test_a_transfer_under_way_is_neither_paid_nor_failed(world):
    world.transfers["9103"] = "pending"
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee("father9103"),))
    await world.until_state(claim_id, "paying")
    await world.let_pass(days=30)
    assert world.books.walked(claim_id)[-1] == "paying"
    assert await world.events_in_history(claim_id) < 3_000
    world.payments.settle(f"{claim_id}-1-0-0", "paid")
    await world.let_pass(hours=5)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)


async def test_a_transfer_whose_answer_is_lost_is_paid_once(world):
    world.payments.faults.add("transfer", "lose_answer")
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.let_pass(seconds=5)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE)]


async def test_a_gateway_that_refuses_to_say_whether_it_paid_is_asked_again(world):
    world.payments.faults.add("transfer", "lose_answer")
    world.payments.faults.add("query_transfer", "refuse", times=3)
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=(payee(),))
    await world.let_pass(minutes=1)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert "payee_needed" not in world.books.walked(claim_id)


async def test_heirs_are_paid_their_shares_to_the_fen(world):
    heirs = payee("a@example.com", "黄建国", "1/3"), payee("b@example.com", "李秀英", "2/3")
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=heirs)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", 266_67), ("payout", 533_33)]


async def test_an_heir_whose_share_comes_to_nothing_holds_nobody_up(world):
    heirs = payee("a@example.com", "黄建国", "0.99999"), payee("b@example.com", "李秀英", "0.00001")
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(), payees=heirs)
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE)]


async def test_an_heir_whose_transfer_bounced_is_paid_without_paying_the_other_twice(world):
    claim_id = await world.with_one_of_two_heirs_paid()
    heirs = payee("a@example.com", "黄建国", "0.5"), payee("b@example.com", "李秀英", "0.5")
    await world.update(claim_id, "set_payee", PayeeOrder(heirs))
    assert await world.end_of(claim_id) == ClaimOutcome("closed", PAYABLE)
    assert world.books.money(claim_id) == [("payout", PAYABLE // 2), ("payout", PAYABLE // 2)]


@pytest.mark.parametrize(
    "heirs",
    [
        (payee("a@example.com", "黄建国"),),
        (payee("a@example.com", "黄建国", "0.1"), payee("b@example.com", "李秀英", "0.9")),
        (payee("b@example.com", "李秀英", "0.5"), payee("a@example.com", "黄建国", "0.5")),
    ],
)
async def test_once_somebody_is_paid_neither_the_shares_nor_the_paid_can_change(world, heirs):
    claim_id = await world.with_one_of_two_heirs_paid()
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "set_payee", PayeeOrder(heirs))
    assert refusal.value.code == "payees_fixed"


# --- withdrawal -------------------------------------------------------------------------------------------------------


async def withdrawn(world, claim_id):
    await world.update(claim_id, "withdraw")
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert world.books.limits[claim_id].lines == ()


async def test_a_reported_claim_is_withdrawn_and_the_insurer_closes_its_report(world):
    claim_id = await world.report()
    await withdrawn(world, claim_id)
    assert len(entered(world, "report", claim_id)) == len(entered(world, "closure", claim_id)) == 1


async def test_a_lapsed_claim_is_told_to_the_insurer(world):
    claim_id = await world.report()
    await world.let_pass(days=182)
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert len(entered(world, "closure", claim_id)) == 1


async def test_a_withdrawn_claim_that_the_insurer_will_not_close_says_so(world):
    world.insurer.faults.add("close_claim", "refuse", code="report_unknown")
    claim_id = await world.report()
    await withdrawn(world, claim_id)
    assert world.books.told(claim_id)[-1] == "close_refused"


async def test_a_claim_is_withdrawn_while_its_report_is_being_recorded(world):
    reached, go_on = world.books.hold("reported")
    claim_id = await world.report_to_a_slow_database()
    await reached.wait()
    withdrawing = await world.begin(claim_id, "withdraw")
    await world.until_told(claim_id, "withdrawn")
    go_on.set()
    await withdrawing.result()
    assert await world.end_of(claim_id) == ClaimOutcome("withdrawn", 0)
    assert sorted(world.books.told(claim_id)) == ["reported", "withdrawn"]


async def test_a_claim_is_withdrawn_while_its_papers_are_read(world):
    world.reader_works.clear()
    claim_id = await world.report()
    document = await world.paper("medical_receipt", [world.receipt()])
    await world.update(claim_id, "add_document", document)
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "reading")
    await withdrawn(world, claim_id)
    assert world.books.walked(claim_id) == ["reported", "submitted", "reading", "withdrawn"]
    assert world.books.told(claim_id)[-1] == "withdrawn"
    assert world.books.documents[document.document_id].state == "received"


async def test_a_claim_is_withdrawn_while_papers_are_awaited(world):
    claim_id = await world.report()
    await world.update(claim_id, "add_document", await world.paper("medical_receipt", "太暗"))
    await world.update(claim_id, "submit")
    await world.until_state(claim_id, "supplement_requested")
    await withdrawn(world, claim_id)


async def test_a_claim_in_review_is_withdrawn_and_leaves_the_adjusters_queue(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt(sure=False))
    await world.until_state(claim_id, "in_review")
    await withdrawn(world, claim_id)
    assert world.books.walked(f"{claim_id}-r1") == ["open", "withdrawn"]


async def test_a_claim_that_is_being_paid_can_not_be_withdrawn(world):
    claim_id = await world.report()
    await world.hand_in(claim_id, world.receipt())
    await world.until_state(claim_id, "payee_needed")
    with pytest.raises(MoveRefused) as refusal:
        await world.update(claim_id, "withdraw")
    assert refusal.value.code == "illegal_move"
