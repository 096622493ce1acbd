"""The clock of a surrender's refund (保险法 47: within 30 days): reminders, and who hears of lateness."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.surrenders import RefundClock, SurrenderRecords
from insurance.rules.refund_clock import RefundPlan
from insurance.rules.reminders import Call, text_of
from workflows.options import RECORDS
from workflows.surrender_case import ENDED, SurrenderCase


class ClockedSurrender(SurrenderCase):
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
