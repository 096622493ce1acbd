from dataclasses import replace

from activities.reviews import Remark
from insurance.rules.case import DecidedLine
from tests.interleavings.choices import Chosen, Scripted
from tests.interleavings.ledger import Ledger
from tests.interleavings.promises import Promises
from tests.interleavings.world import COVERAGE, MONTHS, UNSERVED, World
from tests.workflows.process_orders import adjuster, evidence, payee, reading
from workflows.messages import Correction, DecisionOrder, PayeeOrder, RefundAccount, Rereading, Undoing

CLAIM, REVIEW, SURRENDER = "cl-1", "cl-1-r1", "su-1"
NOTHING = "nothing"
ANNA, LEAD = adjuster("adjuster-1"), adjuster("lead-1", lead=True)
FULL = DecisionOrder(ANNA, "full", (), "")


class Told:
    """A world in which everything goes on by itself, but for what is held back."""

    def __init__(self) -> None:
        self.world = World(Scripted([Chosen("begin")]), Ledger(), faults=0)
        self.promises = Promises(self.world)

    def go_on(self, *, but: str = NOTHING) -> None:
        while moves := [move for move in self.world.moves(faults=False) if but not in move.label]:
            self.world.make(moves[0])
            self.promises.hold()

    def tell(self, process_id: str, name: str, *args: object, but: str = NOTHING) -> None:
        self.world.tell(process_id, name, *args)
        self.go_on(but=but)

    def hand_in(self, claim_id: str, total: str, *, sure: bool) -> str:
        document = replace(evidence(self.world.now, "medical_receipt", b""), document_id=f"{claim_id}-do1")
        self.world.papers[document.document_id] = reading(self.world.now.date(), total, sure=sure)
        self.tell(claim_id, "add_document", document)
        self.tell(claim_id, "submit")
        return f"{document.document_id}-0"

    def in_review(self, total: str = "1100.00") -> str:
        """The first claim, taken by an adjuster; its receipt."""
        self.world.report()
        self.go_on()
        receipt_id = self.hand_in(CLAIM, total, sure=False)
        self.tell(CLAIM, "set_payee", PayeeOrder((payee(),)))
        self.tell(REVIEW, "take", ANNA)
        return receipt_id

    def sixty_days_in_review(self) -> str:
        """With one clear receipt of 1,100 yuan, which is certain, one of 100 that is not, and no account; the clear one."""
        self.world.report()
        self.go_on()
        for number, (total, sure) in enumerate((("1100.00", True), ("100.00", False))):
            document = replace(evidence(self.world.now, "medical_receipt", b""), document_id=f"{CLAIM}-do{number}")
            self.world.papers[document.document_id] = reading(self.world.now.date(), total, sure=sure)
            self.tell(CLAIM, "add_document", replace(document, sha256=f"sha {number}"))
        self.tell(CLAIM, "submit")
        self.tell(REVIEW, "take", ANNA)
        self.world.server.pass_time(MONTHS)
        self.go_on()
        self.tell(REVIEW, "take", ANNA)
        return f"{CLAIM}-do0-0"

    def lapse(self) -> None:
        """Thirty days with three reminders; the record of the end is on its way."""
        for _ in range(3):
            self.world.server.pass_time()
            self.go_on()
        self.world.server.pass_time()
        self.world.make(next(move for move in self.world.moves(faults=False) if move.label == "cl-1/0 task"))

    def state(self, claim_id: str = CLAIM) -> str:
        record = self.world.claim(claim_id)
        assert record is not None
        return record.case.state

    def held(self) -> int:
        return self.world.ledger.of_limits()[COVERAGE] - self.world.ledger.used_before[COVERAGE]

    def runs(self, process_id: str) -> bool:
        return self.world.server.processes[process_id].is_open


def test_an_account_that_is_named_while_another_one_is_being_paid_does_not_keep_the_surrender_open() -> None:
    told = Told()
    told.world.ask_to_surrender()
    told.go_on()
    told.tell(SURRENDER, "confirm")
    told.tell(SURRENDER, "set_account", RefundAccount("alipay", "slow@example.com", "黄建国"), but="settles")
    told.tell(SURRENDER, "set_account", RefundAccount("alipay", "father@example.com", "黄建国"), but="settles")
    told.go_on()
    told.world.server.pass_time()
    told.go_on()
    assert not told.runs(SURRENDER)
    assert told.world.payments.movements == [("transfer", "su-1-out-0", 60_00)]


def test_a_quote_from_before_a_paid_claim_ends_no_policy() -> None:
    told = Told()
    told.world.ask_to_surrender()
    told.world.report()
    told.go_on()
    told.tell(CLAIM, "set_payee", PayeeOrder((payee(),)))
    told.hand_in(CLAIM, "1100.00", sure=True)
    assert told.state() == "closed"
    told.tell(SURRENDER, "confirm")
    record = told.world.surrender(SURRENDER)
    assert record is not None and (record.state, record.rejected_code) == ("rejected", "claim_paid")
    assert told.world.payments.movements == [("transfer", "cl-1-1-0-0", 800_00)]


def test_what_is_decided_before_a_correction_is_heard_goes_back_to_review() -> None:
    told = Told()
    receipt_id = told.in_review()
    # the review decides on what it knows while the claim settles the corrected receipt
    told.world.tell(CLAIM, "correct", Correction(ANNA, receipt_id, {"total": "600.00"}, "与原件核对"))
    told.tell(REVIEW, "decide", FULL, but="assess_claim")
    told.go_on()
    assert told.state() == "in_review"
    assert told.held() == 400_00
    assert told.world.payments.movements == []


def test_nobody_answers_a_decision_that_is_being_undone() -> None:
    told = Told()
    told.in_review()
    part = DecisionOrder(ANNA, "refused", ("outside_period",), "")
    told.tell(REVIEW, "decide", part)
    told.tell(CLAIM, "undo", Undoing(LEAD, "复核"), but="assess_claim")
    second = told.world.tell(CLAIM, "undo", Undoing(LEAD, "复核"))
    told.go_on(but="assess_claim")
    told.go_on()
    assert second.state == "refused"
    assert told.state() == "in_review"


def test_a_claim_that_is_withdrawn_while_it_is_being_undone_ends() -> None:
    told = Told()
    told.in_review()
    told.tell(REVIEW, "decide", DecisionOrder(ANNA, "refused", ("outside_period",), ""), but="cl-1/0 publish_claim")
    undo = told.world.tell(CLAIM, "undo", Undoing(LEAD, "复核"))
    told.tell(CLAIM, "withdraw", but="cl-1/0 publish_claim")
    told.go_on()
    assert undo.state == "done"
    assert told.state() == "withdrawn"
    assert not told.runs(CLAIM)


def test_a_lead_undoes_a_full_decision_until_it_is_agreed() -> None:
    told = Told()
    told.in_review()
    told.tell(REVIEW, "decide", FULL, but="cl-1/0 publish_claim")
    told.tell(CLAIM, "undo", Undoing(LEAD, "复核"), but="publish_claim")
    told.go_on()
    assert told.state() == "in_review"
    assert told.world.payments.movements == []


def test_a_record_that_overtakes_another_one_brings_its_limits_along() -> None:
    told = Told()
    told.in_review()
    half = DecisionOrder(ANNA, "partial", ("item_not_covered",), "", (DecidedLine(COVERAGE, 400_00),))
    told.tell(REVIEW, "decide", half, but="cl-1/0 publish_claim")
    told.tell(CLAIM, "set_payee", PayeeOrder((payee(),)), but="cl-1/0 publish_claim")
    records = [move for move in told.world.moves(faults=False) if "publish_claim" in move.label]
    assert len(records) == 2
    told.world.make(records[1])
    told.go_on()
    assert told.state() == "decided"
    assert told.held() == 400_00


def test_an_end_that_a_lost_task_told_of_lets_no_policy_be_surrendered() -> None:
    told = Told()
    told.world.report()
    told.go_on()
    told.world.papers["cl-1-do1"] = reading(told.world.now.date(), "1100.00")
    told.tell(CLAIM, "add_document", replace(evidence(told.world.now, "medical_receipt", b""), document_id="cl-1-do1"))
    told.lapse()
    # the record of the end is stored; of the task that told of it the server takes nothing, since more has come
    told.world.tell(CLAIM, "submit")
    told.world.signal(CLAIM, "remark", Remark(CLAIM, "noted", "system", "补充说明", "", told.world.now))
    told.world.make(next(move for move in told.world.moves(faults=False) if "publish_claim" in move.label))
    told.world.ask_to_surrender()
    told.go_on(but="cl-1/0")
    told.tell(SURRENDER, "confirm", but="cl-1/0")
    told.go_on()
    assert told.state() == "withdrawn"


def test_an_advance_under_way_stays_held_when_the_claim_is_refused_meanwhile() -> None:
    told = Told()
    told.sixty_days_in_review()
    told.tell(CLAIM, "set_payee", PayeeOrder((payee("slow@example.com"),)), but="settles")
    assert told.held() == 880_00
    told.tell(REVIEW, "decide", DecisionOrder(ANNA, "refused", ("outside_period",), ""), but="settles")
    assert (told.state(), told.held()) == ("decided", 800_00)
    told.world.payments.settle("cl-1-1-0-0", "paid")
    told.promises.hold()


def test_what_is_certain_is_asked_for_anew_when_an_account_comes_after_a_correction() -> None:
    told = Told()
    receipt_id = told.sixty_days_in_review()
    assert told.world.ledger.certain[CLAIM] == [800_00]
    told.tell(CLAIM, "correct", Correction(ANNA, receipt_id, {"total": "300.00"}, "与原件核对"))
    told.tell(CLAIM, "set_payee", PayeeOrder((payee(),)))
    assert told.world.payments.movements == [("transfer", "cl-1-1-0-0", 160_00)]


def test_an_advance_waits_for_the_assessment_that_is_under_way() -> None:
    told = Told()
    receipt_id = told.sixty_days_in_review()
    # the books have taken the limits down already, and the claim does not know it yet
    told.world.tell(CLAIM, "correct", Correction(ANNA, receipt_id, {"total": "300.00"}, "与原件核对"))
    told.world.tell(CLAIM, "set_payee", PayeeOrder((payee(),)))
    told.go_on()
    assert told.world.payments.movements == [("transfer", "cl-1-1-0-0", 160_00)]


def test_nothing_is_said_of_an_advance_when_nothing_is_certain_any_more() -> None:
    told = Told()
    receipt_id = told.sixty_days_in_review()
    told.tell(CLAIM, "correct", Correction(ANNA, receipt_id, {"total": "50.00"}, "与原件核对"))
    told.tell(CLAIM, "set_payee", PayeeOrder((payee(),)))
    assert told.world.payments.movements == []
    record = told.world.claim(CLAIM)
    assert record is not None and not record.case.advance_paid


def test_what_a_claim_was_paid_stays_held_while_it_is_settled_anew() -> None:
    told = Told()
    receipt_id = told.in_review()
    told.tell(REVIEW, "decide", FULL)
    assert told.held() == 800_00
    told.world.reopen(CLAIM)
    told.go_on()
    told.tell("cl-1-r2", "take", adjuster("adjuster-2"))
    correction = Correction(adjuster("adjuster-2"), receipt_id, {"total": "600.00"}, "与原件核对")
    told.tell(CLAIM, "correct", correction, but="cl-1/1 publish_claim")
    assert told.held() == 800_00


def test_a_file_that_nobody_reads_in_a_day_is_an_adjusters_and_may_be_read_again() -> None:
    told = Told()
    told.world.report()
    told.go_on()
    told.world.papers["cl-1-do1"] = UNSERVED
    told.tell(CLAIM, "add_document", replace(evidence(told.world.now, "medical_receipt", b""), document_id="cl-1-do1"))
    told.tell(CLAIM, "submit")
    record = told.world.claim(CLAIM)
    assert record is not None and record.case.assessment is not None
    assert "file_unread" in [finding.code for finding in record.case.assessment.findings]
    assert [notice.subject for notice in told.world.ledger.notices.values() if notice.kind == "document_unread"] == [
        "role:operator"
    ]
    told.tell(CLAIM, "set_payee", PayeeOrder((payee(),)))
    told.tell(REVIEW, "take", ANNA)
    told.world.papers["cl-1-do1"] = reading(told.world.now.date(), "1100.00")
    told.tell(CLAIM, "read_again", Rereading(ANNA, "cl-1-do1"))
    told.tell(REVIEW, "decide", FULL)
    assert told.world.payments.movements == [("transfer", "cl-1-1-0-0", 800_00)]
