"""What is known of one claim inside its process: what its next run, or its next round, starts from."""

from datetime import datetime

from temporalio import workflow

from insurance.rules.case import (
    Assessment,
    CaseConsent,
    CaseReceipt,
    DecidedLine,
    Decision,
    Established,
    EvidenceFile,
    PapersRequest,
    Payee,
)
from insurance.rules.case_file import CaseFile, SeriousMark
from insurance.rules.deadlines import Pause
from insurance.rules.payees import is_deceased, proves_by_paper
from workflows.claim_sums import ClaimSums
from workflows.journal import Journal
from workflows.messages import ClaimOrder

ENDED = frozenset({"closed", "withdrawn"})


class ClaimFacts(ClaimSums):
    """Deterministic; it is changed by `ClaimCase` alone."""

    def __init__(self, order: ClaimOrder) -> None:
        super().__init__()
        self.order = order
        self.state = "reported"
        self.seq = 0
        self.report_no: str | None = None
        self.submitted_at: datetime | None = None
        self.received_at: datetime | None = None
        self.papers_requests: list[PapersRequest] = []
        self.notice_delivered_at: datetime | None = None
        self.supplement_received_at: datetime | None = None
        self.refusal_notified_at: datetime | None = None
        self.clocks_from: datetime | None = None
        self.state_since = order.reported_at
        # calls about clocks were made up to here, and of this instant these
        self.called_until: datetime | None = None
        self.called: tuple[str, ...] = ()
        self.established: Established | None = None
        self.assessment: Assessment | None = None
        self.promised_fen = 0
        self.is_being_assessed = False
        self.decision: Decision | None = None
        self.undone: list[Decision] = []
        self.undone_by: tuple[str, ...] = ()
        self.agreed_at: datetime | None = None
        self.consents: tuple[CaseConsent, ...] = order.consents
        self.disputed = False
        self.advance_paid = False
        self.advance_asked_at: datetime | None = None
        self.review_id: str | None = None
        self.review_count = 0
        self.reviewing = False
        self.payee_wanted = False
        self.payees_unseen = False
        self.payees_seq = 0
        self.payees_named_at: datetime | None = None
        self.payees_to_confirm: tuple[Payee, ...] | None = None
        self.payee_waited_days = 0
        self.payee_waits: tuple[Pause, ...] = ()
        self.advance_waits: tuple[Pause, ...] = ()
        self.advance_from: datetime | None = None
        self.undisputed: tuple[DecidedLine, ...] | None = None
        self.undelivered: tuple[str, ...] = ()
        self.decision_told_at: datetime | None = None
        self.serious: SeriousMark | None = None
        # the family has taken it back; the state follows
        self.withdrawn = False
        self.documents: dict[str, EvidenceFile] = {d.document_id: d for d in order.documents}
        self.receipts: dict[str, CaseReceipt] = {r.receipt_id: r for r in order.receipts}
        self.journal = Journal()
        if order.case is not None:
            self._go_on_from(order.case)

    def _go_on_from(self, case: CaseFile) -> None:
        """An ended claim that is opened again, or the next run of one whose history grew long."""
        self.state, self.round, self.report_no = case.state, case.round, case.report_no
        self.submitted_at, self.received_at = case.submitted_at, case.received_at
        self.papers_requests = list(case.papers_requests)
        self.notice_delivered_at, self.supplement_received_at = case.notice_delivered_at, case.supplement_received_at
        self.refusal_notified_at, self.clocks_from = case.refusal_notified_at, case.clocks_from
        self.state_since = case.state_since or case.updated_at
        self.established = case.established
        self.assessment, self.decision, self.undone = case.assessment, case.decision, list(case.undone)
        self.undone_by = case.undone_by
        self.agreed_at = case.agreed_at
        self.payees, self.payouts, self.consents = case.payees, list(case.payouts), case.consents
        self.paid_lines, self.advance_paid = case.paid_lines, case.advance_paid
        self.advance_asked_at, self.advance_waits = case.advance_asked_at, case.advance_waits
        self.advance_from, self.undisputed = case.advance_from, case.undisputed
        self.payees_unseen, self.payees_to_confirm = case.payees_unseen, case.payees_to_confirm
        self.payees_seq, self.payees_named_at = case.payees_seq, case.payees_named_at
        self.serious, self.undelivered = case.serious, case.undelivered
        self.promised_fen = case.promised_fen
        self.decision_told_at = case.decision_told_at
        self.disputed, self.review_id, self.review_count = case.disputed, case.review_id, case.review_count
        self.journal = Journal(case.event_count)
        continued = self.order.continued
        if continued is None:
            self._open_again(case)
        else:
            self.seq, self.payee_wanted = continued.seq, continued.payee_wanted
            self.payee_waited_days, self.payee_waits = case.payee_waited_days, case.payee_waits
            self.called_until, self.reviewing = continued.called_until, continued.reviewing
            self.called = continued.called

    def _open_again(self, case: CaseFile) -> None:
        self.state, self.round, self.seq = "reopened", case.round + 1, case.event_count
        # a new fact is a new claim as far as time goes
        self.clocks_from = self.order.reported_at
        self.state_since = self.order.reported_at
        self.advance_waits, self.advance_from, self.undisputed = (), None, None
        self.promised_fen = 0
        # what is decided on it is another decision, which nobody has looked at twice
        self.disputed = False
        self.undo_decision()

    def undo_decision(self) -> None:
        if self.decision is not None:
            self.undone.append(self.decision)
        self.decision_told_at = None
        self.no_more_to_deliver("decided_refused", "decided_partial")
        self.decision, self.agreed_at = None, None

    def no_more_to_deliver(self, *kinds: str) -> None:
        self.undelivered = tuple(kind for kind in self.undelivered if kind not in kinds)

    def file(self) -> CaseFile:
        order = self.order
        return CaseFile(
            claim_id=order.claim_id,
            policy_no=order.policy_no,
            subject=order.subject,
            insurer_code=order.insurer_code,
            state=self.state,
            report=order.report,
            report_no=self.report_no,
            round=self.round,
            reported_at=order.reported_at,
            submitted_at=self.submitted_at,
            received_at=self.received_at,
            papers_requests=tuple(self.papers_requests),
            notice_delivered_at=self.notice_delivered_at,
            supplement_received_at=self.supplement_received_at,
            assessment=self.assessment,
            decision=self.decision,
            undone=tuple(self.undone),
            undone_by=self.undone_by,
            agreed_at=self.agreed_at,
            payees=self.payees,
            consents=self.consents,
            payouts=tuple(self.payouts),
            advance_paid=self.advance_paid,
            disputed=self.disputed,
            review_id=self.review_id,
            review_count=self.review_count,
            event_count=self.journal.event_count,
            updated_at=workflow.now(),
            paid_lines=self.paid_lines,
            refusal_notified_at=self.refusal_notified_at,
            established=self.established,
            state_since=self.state_since,
            clocks_from=self.clocks_from,
            payee_waited_days=self.payee_waited_days,
            payee_waits=self.payee_waits,
            agreed_times=order.terms.agreed_times,
            reported_by=order.reported_by,
            serious=self.serious,
            advance_asked_at=self.advance_asked_at,
            payee_wanted=self.payee_wanted,
            payees_unseen=self.payees_unseen,
            payees_seq=self.payees_seq,
            payees_named_at=self.payees_named_at,
            payees_to_confirm=self.payees_to_confirm,
            advance_waits=self.advance_waits,
            undelivered=self.undelivered,
            decision_told_at=self.decision_told_at,
            advance_from=self.advance_from,
            undisputed=self.undisputed,
            promised_fen=self.promised_fen,
        )

    # --- facts --------------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def over(self) -> bool:
        return self.withdrawn or self.ended

    @property
    def clock_facts(self) -> object:
        """Two of them are equal as long as no clock has changed."""
        sum_fen = self.assessment.settlement.payable_fen if self.assessment else None
        return (
            *(self.state, self.round, self.received_at, self.clocks_from, self.notice_delivered_at),
            *(self.supplement_received_at, self.decision, sum_fen, self.agreed_at, self.refusal_notified_at),
            *(self.advance_paid, self.advance_waits),
        )

    @property
    def usable_documents(self) -> tuple[EvidenceFile, ...]:
        return tuple(d for d in self.documents.values() if d.state == "received")

    @property
    def is_deceased(self) -> bool:
        return is_deceased(self.order.report, self.established)

    @property
    def has_proving_paper(self) -> bool:
        """By which whoever is named may be paid."""
        return proves_by_paper(self.is_deceased, {d.kind for d in self.usable_documents})

    @property
    def is_payee_looked_at(self) -> bool:
        """By somebody of the insurer, at this moment: the family can do nothing but name others."""
        return self.payees_unseen and self.payees_to_confirm == self.payees

    @property
    def deciders(self) -> tuple[str, ...]:
        """Adjusters whose decisions on this claim were undone or are disputed."""
        decisions = [*self.undone, *([self.decision] if self.decision else [])]
        return tuple(dict.fromkeys(person for decision in decisions for person in decision.adjusters))

    @property
    def concerned(self) -> tuple[str, ...]:
        """Whoever had a part in it, and does not decide it: by a decision that is looked at again, by undoing one, or by speaking or
        handing in for the family."""
        return tuple(dict.fromkeys((*self.deciders, *self.undone_by, *self.spoke_for_family)))

    @property
    def spoke_for_family(self) -> tuple[str, ...]:
        """Adjusters who reported it, or handed in papers."""
        handed_in = (document.given_by.partition("adjuster:")[2] for document in self.documents.values())
        return tuple(dict.fromkeys(person for person in (self.order.reported_by, *handed_in) if person))

    def since_clocks_began(self, at: datetime | None) -> datetime | None:
        start = self.clocks_from or self.received_at
        return at if at is not None and start is not None and at >= start else None
