"""Notices that a clock counts from (通知送达): the claim sends them itself and knows when they arrived; others go by the outbox."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.notices import Telling
from insurance.adapters.ports import Notice
from workflows.claim_case import ClaimCase
from workflows.options import OUTSIDE

TITLES = {
    "supplement_requested": "补充材料通知",
    "decided_refused": "理赔决定通知",
    "decided_partial": "理赔决定通知",
}
ARRIVED = {
    "supplement_requested": "补充材料通知已送达，审核时限自即日起暂停，收到材料后继续",
    "decided_refused": "理赔决定通知已送达",
    "decided_partial": "理赔决定通知已送达",
}


class Deliveries:
    """Each is tried until the channel takes it, or the claim is over."""

    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, key: str, kind: str, text: str) -> None:
        """`key` is unique within the claim: the receiver drops repeats by it."""
        order = self._case.order
        notice = Notice(f"{order.claim_id}:{key}", order.subject, kind, text, order.claim_id, workflow.now())
        self._tasks.append(asyncio.create_task(self._deliver(notice)))

    def all_done(self) -> bool:
        return all(task.done() for task in self._tasks)

    async def _deliver(self, notice: Notice) -> None:
        case = self._case
        step = workflow.start_activity_method(Telling.deliver, notice, **OUTSIDE)
        try:
            await case.unless_over(step)
        except ActivityError:
            # once more by the outbox; and a person hears of it, who tells the family and says so
            case.not_delivered(notice.kind)
            case.tell(notice.kind, notice.text)
            case.tell_staff(
                "lead", "notice_refused", f"{TITLES[notice.kind]}未能送达家长，请电话告知或者当面交付，并登记送达"
            )
            await case.note("notice_refused", "system", "通知未能送达，请家长留意本页面")
            return
        if case.over:
            return
        case.delivered(notice)
        await case.note("notice_delivered", "system", ARRIVED[notice.kind])
