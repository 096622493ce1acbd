"""Surrender (退保): quoted, confirmed, ended at the insurer, and the refund at once (保险法 47: within 30 days)."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.failures import failure_code, failure_message
from activities.insurer import CancelStep, InsurerSteps
from activities.payments import RefundStep
from activities.surrenders import HoldStep, RefundClock, SurrenderRecord, SurrenderRecords
from insurance.adapters.ports import Cancellation, TransferOrder
from insurance.rules.cover import shanghai_day
from insurance.rules.deadlines import SURRENDER_REFUND_DAYS
from insurance.rules.money import yuan
from insurance.rules.payees import another_account
from insurance.rules.refund_clock import RefundPlan
from insurance.rules.reminders import Call, text_of
from insurance.rules.status import allowed
from workflows.journal import Journal
from workflows.messages import RefundAccount, SurrenderOutcome, SurrenderRequest
from workflows.options import OUTSIDE, RECORDS, pauses
from workflows.refunds import ACCOUNT_GONE, REFUSED_PAUSES, REMINDED_EVERY, refund, transferred

ENDED = frozenset({"refunded", "rejected", "cancelled"})
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
class SurrenderWorkflow:
    @workflow.init
    def __init__(self, request: SurrenderRequest) -> None:
        self._request = request
        self._state = "quoted"
        self._seq = 0
        self._journal = Journal()
        self._confirmed = False
        self._cancelled = False
        self._account: RefundAccount | None = None
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

    # --- the refund's clock -------------------------------------------------------------------------------------------

    async def _plan_refund(self) -> None:
        assert self._confirmed_on is not None
        step = RefundClock(self._confirmed_on, self._waited_days)
        plan: RefundPlan = await workflow.execute_local_activity_method(SurrenderRecords.plan_refund, step, **RECORDS)
        self._plan, self._refund_due_on = plan, plan.due_on

    async def _keep_refund_clock(self) -> None:
        """Reminds, and goes up, until the refund is done. It stands still while the family has no account that takes the money."""
        said_until = workflow.now()
        while self._plan is not None and self._state not in ENDED:
            if self._account_wanted_on is not None:
                await workflow.wait_condition(lambda: self._account_wanted_on is None)
                await self._plan_refund()
            said_until = await self._say_calls(self._plan, said_until)

    async def _say_calls(self, plan: RefundPlan, said_until: datetime) -> datetime:
        """Until it stands still, or the refund is done."""
        for call in plan.calls:
            if call.at <= said_until:
                continue
            if await self._stops(call.at - workflow.now()):
                return said_until
            said_until = call.at
            await self._say(call)
        await workflow.wait_condition(self._clock_stops)
        return said_until

    async def _stops(self, within: timedelta) -> bool:
        try:
            await workflow.wait_condition(self._clock_stops, timeout=max(within, timedelta(0)))
        except TimeoutError:
            return False
        return True

    def _clock_stops(self) -> bool:
        return self._state in ENDED or self._account_wanted_on is not None

    async def _say(self, call: Call) -> None:
        request, text = self._request, text_of(call, workflow.now())
        role = "lead" if call.kind == "overdue" else "operator"
        self._journal.tell(f"role:{role}:{request.insurer_code}", f"clock_{call.kind}", text, workflow.now())
        if call.kind == "overdue":
            apology = f"抱歉，退款超过了{call.due_on.month}月{call.due_on.day}日的时限，已上报催办"
            self._journal.tell(request.subject, "refund_late", apology, workflow.now())
        await self._publish(self._state, f"clock_{call.kind}", "system", text)

    def _broken_due_on(self) -> date | None:
        """Once late, always counted."""
        due = self._refund_due_on
        if self._plan is not None and due is not None and self._account_wanted_on is None:
            self._refund_late = self._refund_late or shanghai_day(workflow.now()) > due
        return due if self._refund_late else None

    # --- refund -------------------------------------------------------------------------------------------------------

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
        """Any other refusal may hide money that has moved: no other account is paid, and the clock goes on."""
        now = workflow.now()
        if self._refused_told_at is None or now - self._refused_told_at >= REMINDED_EVERY:
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
        done = await transferred(order)
        if done.status == "failed":
            self._asked_because = another_account(done.reason_code, "退款")
            return False
        self._moved(key, done.order_id)
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

    def _waits_for(self, state: str) -> Literal["account", "gateway"] | None:
        if state != "payee_needed":
            return None
        return "gateway" if self._account_wanted_on is None else "account"

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
        self._account = account
        await workflow.wait_condition(lambda: self._account is None or self._state in ENDED)

    @set_account.validator
    def _may_set_account(self, account: RefundAccount) -> None:
        if self._state != "payee_needed":
            raise ApplicationError(f"not while {self._state}", type="illegal_move")
        if self._account is not None or self._account_wanted_on is None:
            raise ApplicationError(TAKEN, type="refund_under_way")

    def _require_quoted(self) -> None:
        if self._state != "quoted" or self._confirmed or self._cancelled:
            raise ApplicationError(f"not while {self._state}", type="illegal_move")

    # --- record -------------------------------------------------------------------------------------------------------

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
