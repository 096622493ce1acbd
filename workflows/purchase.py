"""Purchase (投保): underwriting before money, and money that ends in exactly one of a policy or a full refund."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from insurance.adapters.ports import Underwriting
from workflows.messages import PaymentReceived, PurchaseOrder, PurchaseOutcome, RefundAccount, UnderwritingAnswer
from workflows.purchase_case import PurchaseCase
from workflows.purchase_money import PurchaseMoney
from workflows.purchase_payment import PremiumPayment
from workflows.purchase_policy import turn_into_policy
from workflows.purchase_underwriting import underwrite

FINAL = frozenset({"declined", "issued", "refunded", "cancelled"})


@workflow.defn(name="purchase")
class PurchaseWorkflow:
    @workflow.init
    def __init__(self, order: PurchaseOrder) -> None:
        self._case = PurchaseCase(order)
        self._money = PurchaseMoney(self._case)
        self._payment = PremiumPayment(self._case, self._money)

    @workflow.run
    async def run(self, order: PurchaseOrder) -> PurchaseOutcome:
        case = self._case
        if await underwrite(case):
            await self._payment.collect()
        if case.accepted is not None:
            turning = asyncio.create_task(turn_into_policy(case, self._money, case.accepted))
            await self._money.return_surplus_until(turning)
            await turning
        await self._money.settle()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return PurchaseOutcome(case.state, case.issued.policy_no if case.issued else None)

    # --- what is said to it -------------------------------------------------------------------------------------------

    @workflow.signal
    def payment_noticed(self, payment: PaymentReceived) -> None:
        self._money.receive(payment)

    @workflow.signal
    def underwriting_answered(self, answer: UnderwritingAnswer) -> None:
        if answer.status != "pending" and self._case.underwriting is None:
            self._case.underwriting = Underwriting(answer.status, answer.proposal_no, answer.reason_code, answer.reason)

    @workflow.update
    async def cancel(self) -> None:
        """Answers once the order is closed at the gateway; a payment that was faster is given back in full, or asks for an account. Said
        again, because the answer took too long, it waits for the same, and no longer than until a refund is on its way."""
        case = self._case
        told = FINAL | ({"payee_needed", "refunding"} if case.cancel_asked else {"payee_needed"})
        case.cancel_asked = True
        await workflow.wait_condition(lambda: case.state in told)

    @cancel.validator
    def _may_cancel(self) -> None:
        if not self._case.cancel_asked:
            self._require("submitted", "underwriting", "awaiting_payment", "expired")

    @workflow.update
    async def resume(self) -> None:
        """A new payment page for an expired order."""
        self._payment.resume_asked = True
        await workflow.wait_condition(lambda: not self._payment.resume_asked or self._case.state in FINAL)

    @resume.validator
    def _may_resume(self) -> None:
        self._require("expired")

    @workflow.update
    async def set_account(self, account: RefundAccount) -> None:
        """For every refund that asks for one. The same one again, whose answer was lost, waits for the same."""
        if not self._money.accounts.is_under_way(account):
            self._money.accounts.given.append(account)
        await workflow.wait_condition(self._money.accounts.all_taken)

    @set_account.validator
    def _may_set_account(self, account: RefundAccount) -> None:
        if not self._money.accounts.waiting and not self._money.accounts.is_under_way(account):
            raise ApplicationError(f"not while {self._case.state}", type="illegal_move")

    def _require(self, *states: str) -> None:
        if self._case.state not in states or self._case.cancel_asked:
            raise ApplicationError(f"not while {self._case.state}", type="illegal_move")
