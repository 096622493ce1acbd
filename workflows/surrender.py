"""Surrender (退保): quoted, confirmed, ended at the insurer, and the refund at once (保险法 47: within 30 days)."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.failures import failure_code, failure_message
from activities.insurer import CancelStep, InsurerSteps
from activities.surrenders import HoldStep, SurrenderRecords
from insurance.adapters.ports import Cancellation
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import SURRENDER_REFUND_DAYS
from insurance.rules.money import yuan
from workflows.messages import RefundAccount, SurrenderOutcome, SurrenderRequest
from workflows.options import OUTSIDE, RECORDS
from workflows.surrender_case import ENDED
from workflows.surrender_refund import RefundedSurrender

# why, and what the family can do
REJECTIONS = {
    "claim_open": "这张保单有正在处理的理赔，结案后可以再申请退保",
    "claim_paid": "报价之后这张保单赔付过理赔，退保金额已经改变，请重新申请",
    "policy_ended": "这张保单已经终止，不能再退保；如有疑问，请联系客服",
    "surrender_open": "这张保单已有一次退保在办理，请查看那一次的进度",
}
# of our own making: their words are for operators
OUR_OWN = frozenset({"insurer_unknown", "unknown"})
TAKEN = "正在退到您提供的账户；如果这个账户收不了，会马上请您填写另一个"
STAYS = "保单继续有效；可以重新申请退保，或联系客服了解原因"


@workflow.defn(name="surrender")
class SurrenderWorkflow(RefundedSurrender):
    @workflow.init
    def __init__(self, request: SurrenderRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: SurrenderRequest) -> SurrenderOutcome:
        await self._publish("quoted", "quoted", "system", "已为您计算退保金额，请确认")
        if await self._wait_for_family():
            await self._hold()
            clock = asyncio.create_task(self._keep_refund_clock())
            if await self._end_policy():
                await self._give_back()
            await clock
        await workflow.wait_condition(workflow.all_handlers_finished)
        return SurrenderOutcome(self._state, request.refund_fen)

    async def _wait_for_family(self) -> bool:
        """True when the quote was confirmed before it expired."""
        left = self._request.quote_expires_at - workflow.now()
        try:
            await workflow.wait_condition(lambda: self._confirmed or self._cancelled, timeout=max(left, timedelta(0)))
        except TimeoutError:
            await self._publish("cancelled", "quote_expired", "system", "报价已过期，保单继续有效；需要时可重新申请")
            return False
        if self._cancelled:
            await self._publish("cancelled", "cancelled", "family", "您已取消退保，保单继续有效")
            return False
        return True

    async def _hold(self) -> None:
        """Hold the policy against claims; rejected when it can't be."""
        request = self._request
        rejected = await workflow.execute_local_activity_method(
            SurrenderRecords.hold_policy,
            HoldStep(request.surrender_id, request.policy_no, request.refund_fen),
            **RECORDS,
        )
        if rejected is not None:
            await self._reject(rejected)
            return
        self._confirmed_on = shanghai_day(workflow.now())
        self._refund_due_on = self._confirmed_on + timedelta(days=SURRENDER_REFUND_DAYS)
        if workflow.patched("refund-clock"):
            await self._plan_refund()
        await self._publish("confirmed", "confirmed", "family", "您已确认退保")

    async def _end_policy(self) -> bool:
        """End it at the insurer. False when it can't be surrendered."""
        if self._state == "rejected":
            return False
        refused = await self._cancel_at_insurer()
        if refused is not None:
            code = failure_code(refused)
            await self._reject(code, "" if code in OUR_OWN else failure_message(refused))
            return False
        self._journal.tell(self._request.subject, "surrendered", self._arithmetic(), workflow.now())
        await self._publish("terminated", "terminated", "insurer", "保单已终止，正在退款", ends_policy=True)
        return True

    async def _reject(self, code: str, reason: str = "") -> None:
        """`reason`: the insurer's, in words. The answer may come long after the confirmation: the family is told."""
        self._rejected_code = code
        why = f"保险公司未能办理退保（{reason}）" if reason else "保险公司未能办理退保"
        text = REJECTIONS.get(code) or f"{why}。{STAYS}"
        self._journal.tell(self._request.subject, "surrender_rejected", text, workflow.now())
        await self._publish("rejected", "rejected", "insurer", text)

    def _arithmetic(self) -> str:
        """What comes back, and how it was worked out."""
        request = self._request
        steps = "，".join(f"{step.label}{yuan(step.amount_fen)}元" for step in request.steps)
        ends_on = request.cover_ends_on
        ended = f"退保已生效，保障到{ends_on.month}月{ends_on.day}日二十四时为止"
        if request.before_effect:
            ended = "退保已生效，保障尚未开始，保费全额退回"
        return f"{ended}。应退{yuan(request.refund_fen)}元" + (f"：{steps}" if steps else "")

    async def _cancel_at_insurer(self) -> ActivityError | None:
        """What it refuses for good, if it does; then claims can be reported again."""
        request = self._request
        cancellation = Cancellation(
            request_id=request.surrender_id,
            policy_no=request.policy_no,
            ends_on=request.cover_ends_on,
            refund_fen=request.refund_fen,
            reason=request.reason,
        )
        try:
            self._confirmation_no = await workflow.execute_activity_method(
                InsurerSteps.cancel_policy, CancelStep(request.insurer_code, cancellation), **OUTSIDE
            )
        except ActivityError as error:
            await workflow.execute_local_activity_method(
                SurrenderRecords.release_policy, HoldStep(request.surrender_id, request.policy_no), **RECORDS
            )
            return error
        return None

    # --- messages -----------------------------------------------------------------------------------------------------

    @workflow.update
    async def confirm(self) -> None:
        """Answers once the policy is held, or the surrender rejected."""
        self._confirmed = True
        await workflow.wait_condition(lambda: self._state != "quoted")

    @confirm.validator
    def _may_confirm(self) -> None:
        self._require_quoted()
        # the timer may come late, when every worker was away
        if workflow.now() >= self._request.quote_expires_at:
            raise ApplicationError("报价已过期，保单继续有效；请重新申请退保", type="quote_expired")

    @workflow.update
    async def cancel(self) -> None:
        self._cancelled = True
        await workflow.wait_condition(lambda: self._state != "quoted")

    @cancel.validator
    def _may_cancel(self) -> None:
        self._require_quoted()

    @workflow.update
    async def set_account(self, account: RefundAccount) -> None:
        """The same one again, whose answer was lost, waits for the same."""
        if not self._is_under_way(account):
            self._account = self._given = account
        await workflow.wait_condition(lambda: self._account is None or self._state in ENDED)

    @set_account.validator
    def _may_set_account(self, account: RefundAccount) -> None:
        if self._is_under_way(account):
            return
        if self._state != "payee_needed":
            raise ApplicationError(f"not while {self._state}", type="illegal_move")
        if self._account is not None or self._account_wanted_on is None:
            raise ApplicationError(TAKEN, type="refund_under_way")

    def _is_under_way(self, account: RefundAccount) -> bool:
        """It is being paid to, or was."""
        return account == self._given and (self._account is not None or self._account_wanted_on is None)

    def _require_quoted(self) -> None:
        if self._state != "quoted" or self._confirmed or self._cancelled:
            raise ApplicationError(f"not while {self._state}", type="illegal_move")
