"""A purchase as it stands: what is known of it, and how every change is published."""

from datetime import datetime

from temporalio import workflow

from activities.known_cover import CoverTaken
from activities.purchases import IssuedCover, PurchaseRecord, PurchaseRecords, Returning
from insurance.adapters.ports import Underwriting
from insurance.rules.status import allowed
from workflows.journal import Journal
from workflows.messages import PaymentReceived, PurchaseOrder
from workflows.options import RECORDS


class PurchaseCase:
    """Only `publish` changes the state, and only along the arrows of `insurance.rules.status`; `stays_paid` says what it left it at."""

    def __init__(self, order: PurchaseOrder) -> None:
        self.order = order
        self.state = "submitted"
        self.journal = Journal()
        self.cancel_asked = False
        self.underwriting: Underwriting | None = None
        self.attempt = 0
        self.payment_url: str | None = None
        self.expires_at: datetime = order.submitted_at
        # the premium: the first payment of the right sum
        self.accepted: PaymentReceived | None = None
        self.refunded_fen = 0
        # by the payment's trade number
        self.returning: dict[str, Returning] = {}
        self.issued: IssuedCover | None = None
        # (code, words) of an end without a policy
        self.reason: tuple[str, str] | None = None
        self._seq = 0

    @property
    def out_trade_no(self) -> str:
        """Of the payment page that is open, or was last."""
        return f"{self.order.purchase_id}-{self.attempt}"

    def tell(self, kind: str, text: str) -> None:
        self.journal.tell(self.order.subject, kind, text, workflow.now())

    def tell_operator(self, kind: str, text: str) -> None:
        """The insurer's own."""
        self.journal.tell(f"role:operator:{self.order.insurer_code}", kind, text, workflow.now())

    def stays_paid(self) -> None:
        """The books did not take the policy that was issued."""
        self.state, self.issued = "paid", None

    async def publish(
        self,
        state: str,
        event: str,
        by: str,
        text: str,
        *,
        takes: CoverTaken | None = None,
        consent_of: str | None = None,
        reason: str | None = None,
    ) -> str | None:
        """Move to `state` and make it visible; nothing is promised to anybody before it stands in the table. Why the cover that it
        `takes`, or that needs a consent, can't be had, when it can't; `policy_no_taken`: the books left it at `paid`."""
        if state != self.state and not allowed("purchase", self.state, state):
            raise RuntimeError(f"purchase: {self.state} -> {state}")
        self.state = state
        self._seq += 1
        self.journal.event(event, by, text, workflow.now(), reason=reason)
        record = self._record(takes, consent_of)
        refused: str | None = await workflow.execute_local_activity_method(
            PurchaseRecords.publish_purchase, record, **RECORDS
        )
        return refused

    def _record(self, takes: CoverTaken | None, consent_of: str | None) -> PurchaseRecord:
        order, payment, issued = self.order, self.accepted, self.issued
        code, message = self.reason or (None, None)
        return PurchaseRecord(
            purchase_id=order.purchase_id,
            subject=order.subject,
            insurer_code=order.insurer_code,
            product_id=order.terms.product_id,
            state=self.state,
            seq=self._seq,
            application=order.application,
            premium_fen=order.terms.premium_fen,
            payment_url=self.payment_url if self.state == "awaiting_payment" else None,
            out_trade_no=self.out_trade_no if self.attempt else None,
            expires_at=self.expires_at if self.attempt else None,
            paid_at=payment.paid_at if payment else None,
            refunded_fen=self.refunded_fen,
            effective_date=issued.effective_date if issued else None,
            policy_no=issued.policy_no if issued else None,
            reason_code=code,
            reason=message,
            created_at=order.submitted_at,
            updated_at=workflow.now(),
            entries=self.journal.take(),
            issued=issued,
            takes=takes,
            consent_of=consent_of,
            returning=tuple(self.returning.values()),
        )
