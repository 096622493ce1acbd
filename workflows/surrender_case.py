"""The case of one surrender inside its process: what is known of it, and how every change is published."""

from datetime import date, datetime
from typing import Literal

from temporalio import workflow

from activities.surrenders import SurrenderRecord, SurrenderRecords
from insurance.rules.cover import shanghai_day
from insurance.rules.refund_clock import RefundPlan
from insurance.rules.status import allowed
from workflows.journal import Journal
from workflows.messages import RefundAccount, SurrenderRequest
from workflows.options import RECORDS

ENDED = frozenset({"refunded", "rejected", "cancelled"})


class SurrenderCase:
    """Only `_publish` changes the state, and only along DESIGN's arrows."""

    def __init__(self, request: SurrenderRequest) -> None:
        self._request = request
        self._state = "quoted"
        self._seq = 0
        self._journal = Journal()
        self._confirmed = False
        self._cancelled = False
        self._account: RefundAccount | None = None
        # the last one that the family gave, taken or not
        self._given: RefundAccount | None = None
        self._accounts_tried = 0
        self._confirmed_on: date | None = None
        self._refund_due_on: date | None = None
        self._plan: RefundPlan | None = None
        # since when the family is asked for an account, and how many days it was before
        self._account_wanted_on: date | None = None
        self._waited_days = 0
        self._asked_because = "请填写收款账户，收到后立即退款"
        self._refund_late = False
        # when the operator last heard that the gateway refuses
        self._refused_told_at: datetime | None = None
        self._confirmation_no: str | None = None
        self._rejected_code: str | None = None
        self._refunded_at: datetime | None = None

    async def _publish(
        self, state: str, event: str, by: str, text: str, *, ends_policy: bool = False, reason: str | None = None
    ) -> None:
        if state != self._state and not allowed("surrender", self._state, state):
            raise RuntimeError(f"surrender: {self._state} -> {state}")
        self._state = state
        self._seq += 1
        self._journal.event(event, by, text, workflow.now(), reason=reason)
        request = self._request
        record = SurrenderRecord(
            surrender_id=request.surrender_id,
            policy_no=request.policy_no,
            subject=request.subject,
            insurer_code=request.insurer_code,
            state=state,
            seq=self._seq,
            reason=request.reason,
            comment=request.comment,
            steps=request.steps,
            requested_on=request.requested_on,
            refund_fen=request.refund_fen,
            quote_expires_at=request.quote_expires_at,
            cover_ends_on=request.cover_ends_on,
            before_effect=request.before_effect,
            refund_due_on=self._refund_due_on,
            confirmation_no=self._confirmation_no,
            rejected_code=self._rejected_code,
            refunded_at=self._refunded_at,
            created_at=request.requested_at,
            updated_at=workflow.now(),
            ends_policy=ends_policy,
            confirmed_on=self._confirmed_on,
            broken_due_on=self._broken_due_on() if state in ("terminated", "payee_needed", "refunded") else None,
            waits_for=self._waits_for(state),
            entries=self._journal.take(),
        )
        await workflow.execute_local_activity_method(SurrenderRecords.publish_surrender, record, **RECORDS)

    def _broken_due_on(self) -> date | None:
        """Once late, always counted."""
        due = self._refund_due_on
        if self._plan is not None and due is not None and self._account_wanted_on is None:
            self._refund_late = self._refund_late or shanghai_day(workflow.now()) > due
        return due if self._refund_late else None

    def _waits_for(self, state: str) -> Literal["account", "gateway"] | None:
        if state != "payee_needed":
            return None
        return "gateway" if self._account_wanted_on is None else "account"
