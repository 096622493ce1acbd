"""The case of one claim inside its process: how it changes, and how every change is published."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.claims import ClaimRecord, ClaimRecords, LimitsHeld
from activities.review_rows import ReviewRecord
from insurance.adapters.ports import Notice
from insurance.rules.case import (
    Assessment,
    CaseReceipt,
    DecidedLine,
    EvidenceFile,
    Payee,
    Payout,
)
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import Pause
from insurance.rules.payees import proves_by_paper
from insurance.rules.receipts.entry import read_again
from insurance.rules.status import allowed
from workflows.claim_facts import ENDED, ClaimFacts
from workflows.messages import ClaimOrder
from workflows.options import RECORDS, RECORDS_OF_ENDS


class ClaimCase(ClaimFacts):
    """Only `move` changes the state, and only along DESIGN's arrows."""

    def __init__(self, order: ClaimOrder) -> None:
        super().__init__(order)
        self._telling = 0
        # of a record that is not stored yet: one that is made meanwhile may be stored first, and then stands
        self._limits_on_their_way: LimitsHeld | None = None
        self._passed: tuple[str, ...] = ()
        self._changed_documents: set[str] = set()
        self._changed_receipts: set[str] = set()

    @property
    def is_telling(self) -> bool:
        """Whether something that happened is not stored yet."""
        return self._telling > 0 or self.journal.has_news

    async def unless_over(self, step: workflow.ActivityHandle[Any]) -> Any:
        """The step's answer. None when the claim was over first; the step is called off then."""
        await workflow.wait_condition(lambda: step.done() or self.over)
        if step.done():
            return await step
        step.cancel()
        with suppress(ActivityError, asyncio.CancelledError):
            await step
        return None

    # --- changes ------------------------------------------------------------------------------------------------------

    def put_document(self, document: EvidenceFile) -> None:
        self.documents[document.document_id] = document
        self._changed_documents.add(document.document_id)
        self._weigh_papers()

    def reject_document(self, document_id: str, reason: str) -> None:
        rejected = replace(self.documents[document_id], state="rejected", reason=reason)
        self.put_document(rejected)
        if proves_by_paper(self.is_deceased, (rejected.kind,)) and not self.has_proving_paper:
            self.payees = tuple(replace(p, proof="none") if p.proof == "paper" else p for p in self.payees)

    def _weigh_papers(self) -> None:
        """A paper also proves who was named before it came."""
        if self.has_proving_paper and any(p.proof == "none" for p in self.payees):
            self.payees = tuple(replace(p, proof="paper") if p.proof == "none" else p for p in self.payees)
            self.payees_unseen = self.payees_unseen or self._is_decided

    def put_readings(self, document_id: str, found: Sequence[CaseReceipt]) -> int:
        """Of one document. What people corrected is never overwritten by a reading. How many of an earlier one it supersedes."""
        known = [receipt for receipt in self.receipts.values() if receipt.document_id == document_id]
        stands = read_again(known, found)
        for receipt in stands:
            self.put_receipt(receipt)
        return sum(receipt.superseded for receipt in stands)

    def put_receipt(self, receipt: CaseReceipt) -> None:
        self.receipts[receipt.receipt_id] = receipt
        self._changed_receipts.add(receipt.receipt_id)

    def set_payees(self, payees: tuple[Payee, ...]) -> None:
        """Those who are paid stay as they were paid; whoever got no more than an advance may name another account for the rest. Whoever
        decided saw who was named until then, whatever account they take it to."""
        before = _persons(self.payees)
        self.payees = tuple(self.payees[i] if self._stays(i) else payee for i, payee in enumerate(payees))
        self._weigh_papers()
        has_others = _persons(self.payees) != before
        if has_others:
            self.payees_seq, self.payees_named_at = self.payees_seq + 1, workflow.now()
        if self.payees_known:
            self.payees_unseen = False
        elif self._is_decided and has_others:
            self.payees_unseen = True

    @property
    def _is_decided(self) -> bool:
        """Or it was, and what that gave is paid although it is disputed."""
        return self.decision is not None or self.undisputed is not None

    def payees_were_seen(self, decided_at: datetime) -> None:
        """Whoever decided saw who was named by then."""
        is_later = self.payees_named_at is not None and self.payees_named_at >= decided_at
        self.payees_unseen = is_later and not self.payees_known

    def _stays(self, index: int) -> bool:
        is_in_part = self.advanced_fen(index) > 0 and not workflow.patched("another-account-for-the-rest")
        return self.is_paid(index) or is_in_part

    def forget_payees(self) -> bool:
        """Others are to be paid now; what went out in advance, or is on its way, counts against their sum. False when the decision's
        money has moved, or may be moving."""
        have_advance = any(p.round == self.round and p.advance and p.state != "failed" for p in self.payouts)
        if self.is_paid_out or (have_advance and not workflow.patched("heirs-after-advance")):
            return False
        self.payees = ()
        self.payouts = [replace(p, former=p.former or p.round == self.round) for p in self.payouts]
        return True

    def put_payout(self, payout: Payout) -> None:
        """Others may be named while it is on its way."""
        former = any(p.former for p in self.payouts if p.out_biz_no == payout.out_biz_no)
        others = [p for p in self.payouts if p.out_biz_no != payout.out_biz_no]
        self.payouts = [*others, replace(payout, former=former)]

    def agree(self) -> None:
        """Payment is owed from now on. How long an undone decision waited for an account counts no more."""
        self.agreed_at, self.payee_waited_days, self.payee_waits = workflow.now(), 0, ()

    def delivered(self, notice: Notice) -> None:
        self.told_of(notice.kind, workflow.now())
        self.journal.delivered(notice, workflow.now())

    def told_of(self, kind: str, at: datetime) -> None:
        """A clock counts from it. Only the first request for papers pauses one: there is no second (保险法 22)."""
        if kind == "decided_refused":
            self.refusal_notified_at = at
        if kind != "supplement_requested":
            self.decision_told_at = at
        elif self.state == "supplement_requested" and self.since_clocks_began(self.notice_delivered_at) is None:
            self.notice_delivered_at = at
        self.no_more_to_deliver(kind)

    def not_delivered(self, kind: str) -> None:
        """For good: somebody of the insurer has to tell the family."""
        is_of_papers = kind == "supplement_requested"
        is_wanted = self.state == "supplement_requested" if is_of_papers else self.decision is not None
        if is_wanted and kind not in self.undelivered:
            self.undelivered = (*self.undelivered, kind)

    def ask_for_account(self) -> None:
        """For an advance: its clock stands still until there is one."""
        self.payee_wanted = True
        if all(wait.to_on for wait in self.advance_waits) and workflow.patched("advance-waits"):
            self.advance_waits = (*self.advance_waits, Pause(shanghai_day(workflow.now()), None, "payee"))

    def account_came(self) -> None:
        self.payee_wanted = False
        self.advance_needs_none()

    def advance_needs_none(self) -> None:
        """There is an account, or a decision."""
        today = shanghai_day(workflow.now())
        self.advance_waits = tuple(replace(wait, to_on=wait.to_on or today) for wait in self.advance_waits)

    def dispute(self) -> None:
        """Another adjuster's time is counted anew. That of the advance is not: its sixty days count from the papers (保险法 25), stood
        still while the family thought about the decision, and what that gives is certain."""
        now, decision = workflow.now(), self.decision
        assert decision is not None
        if workflow.patched("undisputed-in-advance"):
            thought = Pause(shanghai_day(decision.decided_at), shanghai_day(now), "answer")
            self.advance_waits = (*self.advance_waits, thought)
            self.advance_from = self.advance_from or self.clocks_from or self.received_at
            self.undisputed = decision.lines
        self.disputed, self.clocks_from, self.promised_fen = True, now, 0

    def papers_came(self) -> None:
        """What was asked for is here."""
        self.no_more_to_deliver("supplement_requested")
        if self.received_at is not None and self.since_clocks_began(self.supplement_received_at) is None:
            self.supplement_received_at, self.promised_fen = workflow.now(), 0

    def tell(self, kind: str, text: str) -> None:
        self.journal.tell(self.order.subject, kind, text, workflow.now())

    def tell_staff(self, role: str, kind: str, text: str) -> None:
        """To the insurer's `lead` or `operator`: who that is today, the insurer's own messaging knows."""
        self.journal.tell(f"role:{role}:{self.order.insurer_code}", kind, text, workflow.now())

    # --- record -------------------------------------------------------------------------------------------------------

    async def move(
        self,
        state: str,
        event: str,
        by: str,
        text: str,
        *,
        limits: LimitsHeld | None = None,
        reason: str | None = None,
        review: ReviewRecord | None = None,
    ) -> None:
        """Go to `state` and publish, with the `review` that it waits for."""
        self._go(state)
        await self.note(event, by, text, limits=limits, reason=reason, review=review)

    def pass_through(self, state: str, event: str, by: str, text: str) -> None:
        """Go to `state`, which another one follows at once: the next record tells of both."""
        self._go(state)
        self._passed = (*self._passed, state)
        self.journal.event(event, by, text, workflow.now())

    def _go(self, state: str) -> None:
        """A move that DESIGN 5 does not know is a bug, not an outcome."""
        if state != self.state and not allowed("claim", self.state, state):
            raise RuntimeError(f"claim: {self.state} -> {state}")
        if state != self.state:
            if self.state == "payee_needed":
                self._payee_came()
            self.state_since = workflow.now()
        self.state = state

    def _payee_came(self) -> None:
        """Or the decision that somebody was to be paid for is undone. The insurer's own look is no wait for the family."""
        was_looked_at, self.payees_to_confirm = self.payees_to_confirm is not None, None
        if was_looked_at:
            return
        today = shanghai_day(workflow.now())
        wait = Pause(shanghai_day(self.state_since), today, "payee")
        if wait.days(today):
            self.payee_waits = (*self.payee_waits, wait)
            self.payee_waited_days += wait.days(today)

    async def note(
        self,
        event: str,
        by: str,
        text: str,
        *,
        limits: LimitsHeld | None = None,
        reason: str | None = None,
        review: ReviewRecord | None = None,
        document_id: str | None = None,
    ) -> None:
        """Publish something that happened without a move. `reason`, why, stays with the staff (workflows/journal.py)."""
        self.journal.event(event, by, text, workflow.now(), reason=reason, document_id=document_id)
        self.seq += 1
        self._telling += 1
        limits = self._limits_on_their_way = limits or self._limits_on_their_way
        await self._publish(replace(self._record(limits), review=review))
        self._telling -= 1
        if self._limits_on_their_way is limits:
            self._limits_on_their_way = None

    async def _publish(self, record: ClaimRecord) -> None:
        """That a claim was taken back bars no surrender any more and frees its limits: the server knows of it first. Closing is known
        by the insurer's step before it."""
        may_be_lost = not record.open and (self.state == "withdrawn" or self.report_no is None)
        if may_be_lost and workflow.patched("ended-for-sure"):
            await workflow.execute_activity_method(ClaimRecords.publish_claim, record, **RECORDS_OF_ENDS)
        else:
            await workflow.execute_local_activity_method(ClaimRecords.publish_claim, record, **RECORDS)

    def _record(self, limits: LimitsHeld | None) -> ClaimRecord:
        documents = tuple(self.documents[i] for i in sorted(self._changed_documents))
        receipts = tuple(self.receipts[i] for i in sorted(self._changed_receipts))
        self._changed_documents, self._changed_receipts = set(), set()
        passed, self._passed = self._passed, ()
        return ClaimRecord(
            seq=self.seq,
            case=self.file(),
            open=self.state not in ENDED,
            documents=documents,
            receipts=receipts,
            limits=limits,
            entries=self.journal.take(),
            passed=passed,
        )


def _persons(payees: tuple[Payee, ...]) -> list[tuple[str, str, str, str]]:
    return [(payee.name, payee.relationship, payee.share, payee.proof) for payee in payees]


def proposed(assessment: Assessment) -> tuple[DecidedLine, ...]:
    """What each coverage would pay by a settlement that nobody has decided on yet."""
    return tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in assessment.settlement.lines)
