"""A surrender's refund: by the payment's own route, else to accounts of the applicant's, until one takes it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.failures import failure_code
from activities.payments import RefundStep
from insurance.adapters.ports import TransferOrder
from insurance.rules.cover import shanghai_day
from insurance.rules.payees import another_account
from workflows.messages import RefundAccount
from workflows.options import pauses
from workflows.payouts import REFUSED_PAUSES, TOLD_EVERY
from workflows.refunds import ACCOUNT_GONE, refund, to_account
from workflows.surrender_clock import ClockedSurrender


class RefundedSurrender(ClockedSurrender):
    async def _give_back(self) -> None:
        if self._request.refund_fen == 0:
            await self._refunded("按条款没有可退的保费")
            return
        if not await self._refund_by_original_route():
            while not await self._refund_to_account():
                pass
        await self._refunded("退款已完成，请查收")

    async def _refund_by_original_route(self) -> bool:
        """False when the payment was not ours, or its account can't take money any more."""
        request = self._request
        if request.out_trade_no is None:
            return False
        key = f"{request.surrender_id}-back"
        step = RefundStep(request.out_trade_no, key, request.refund_fen, "退保退款")
        for pause in pauses(*REFUSED_PAUSES):
            try:
                await refund(step)
                break
            except ActivityError as error:
                # one that was refused before this was told apart goes on as it did
                if failure_code(error) in ACCOUNT_GONE or not workflow.patched("refused-surrender-refund"):
                    return False
            await self._tell_refused()
            await workflow.sleep(pause)
        self._moved(key, None)
        return True

    async def _tell_refused(self) -> None:
        """It says nothing of the account, and may hide money that has moved: no other account is paid, and the clock goes on."""
        now = workflow.now()
        if self._refused_told_at is None or now - self._refused_told_at >= TOLD_EVERY:
            self._refused_told_at = now
            operator = f"role:operator:{self._request.insurer_code}"
            self._journal.tell(operator, "refund_refused", "一笔退保款的退款被支付渠道拒绝，请核对", now)
            text = "退款暂时没有成功，正在核对，仍会全额退回"
            await self._publish(self._state, "refund_refused", "system", text)

    async def _refund_to_account(self) -> bool:
        """One account of the applicant's; another one when it can't take the money."""
        if self._account is None:
            await self._ask_for_account()
        account = await self._take_account()
        key = f"{self._request.surrender_id}-out-{self._accounts_tried}"
        self._accounts_tried += 1
        order = TransferOrder(
            key, self._request.refund_fen, account.kind, account.account, account.name, "学平险退保款"
        )
        self._refused_told_at = None
        done = await to_account(order, self._tell_refused)
        if done.status != "paid":
            self._asked_because = another_account(done.reason_code, "退款")
            return False
        self._moved(done.out_biz_no, done.order_id)
        return True

    async def _ask_for_account(self) -> None:
        self._account_wanted_on = shanghai_day(workflow.now())
        self._journal.tell(self._request.subject, "payee_needed", self._asked_because, workflow.now())
        await self._publish("payee_needed", "payee_needed", "system", self._asked_because)
        await self._wait_for_account()
        self._waited_days += (shanghai_day(workflow.now()) - self._account_wanted_on).days
        if self._plan is not None and self._tells_taken():
            # what is published next has the last day that counts from now on
            await self._plan_refund()
        self._account_wanted_on = None

    async def _take_account(self) -> RefundAccount:
        """From now on the insurer's days run, and no other account is taken before this one has failed."""
        account = self._account
        assert account is not None
        told = "已收到收款账户，正在退到您提供的账户"
        if self._tells_taken():
            await self._publish(self._state, "payee_taken", account.by, told, reason=account.reason)
        else:
            self._journal.event("payee_taken", account.by, told, workflow.now(), reason=account.reason)
        self._account = None
        return account

    def _tells_taken(self) -> bool:
        """One that is under way since before this was published goes on as it did, until its next account."""
        return workflow.patched(f"account-taken-{self._accounts_tried}")

    async def _wait_for_account(self) -> None:
        """The refund stays owed: this wait has weekly reminders instead of an end."""
        while self._account is None:
            try:
                await workflow.wait_condition(lambda: self._account is not None, timeout=timedelta(days=7))
            except TimeoutError:
                self._journal.tell(self._request.subject, "payee_needed", "还在等您填写收款账户", workflow.now())
                await self._publish("payee_needed", "payee_reminded", "system", "已再次提醒填写收款账户")

    def _moved(self, key: str, trade_no: str | None) -> None:
        self._journal.moved(f"back:{key}", "refund", self._request.refund_fen, trade_no, workflow.now())

    async def _refunded(self, text: str) -> None:
        self._refunded_at = workflow.now()
        self._journal.tell(self._request.subject, "refunded", text, workflow.now())
        await self._publish("refunded", "refunded", "system", text)
