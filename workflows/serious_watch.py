"""Whether a claim is serious (大案), and the process of its own that follows it then."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from insurance.rules.case_file import SeriousMark
from insurance.rules.serious import serious_because
from workflows.claim_case import ClaimCase
from workflows.messages import ClaimMoved, IncidentLink, SeriousOrder


class SeriousWatch:
    """Other claims have no command of it. The process outlives a run of the claim, and goes on when the claim is opened again."""

    def __init__(self, case: ClaimCase) -> None:
        self._case = case
        self._students = 0
        self._one_by_one = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        return self._one_by_one.locked()

    async def linked(self, link: IncidentLink) -> None:
        self._students = max(self._students, link.students)
        await self.follow()

    async def follow(self) -> None:
        """Begin the process when the claim is found to be serious; tell it where the claim is."""
        async with self._one_by_one:
            case, known = self._case, self._case.serious
            mark = self._mark()
            if not mark.because or mark == known or (known is None and case.ended):
                return
            if not workflow.patched("serious-case"):
                return
            case.serious = mark
            if known is None:
                await self._start(mark)
                await case.note("serious_case_opened", "system", "本次申请由专人跟进；有需要时，请随时联系客服")
            else:
                await self._tell(mark)

    def _mark(self) -> SeriousMark:
        """A reason that was found stays one."""
        case, terms = self._case, self._case.order.terms
        because = serious_because(
            case.order.report, case.assessment, self._students, terms.serious_case_from_fen, case.established
        )
        before = case.serious.because if case.serious else ()
        return SeriousMark(case.state, (*before, *(reason for reason in because if reason not in before)))

    @property
    def _case_id(self) -> str:
        return f"{self._case.order.claim_id}-s"

    async def _tell(self, mark: SeriousMark) -> None:
        """It ended with the claim, which was opened again."""
        try:
            await self._signal(mark)
        except ApplicationError:
            await self._start(mark)

    async def _start(self, mark: SeriousMark) -> None:
        order = self._case.order
        begun = SeriousOrder(
            self._case_id,
            order.claim_id,
            order.policy_no,
            order.insurer_code,
            mark.because,
            mark.claim_state,
            workflow.now(),
        )
        try:
            await workflow.start_child_workflow(
                "serious_case", begun, id=self._case_id, parent_close_policy=workflow.ParentClosePolicy.ABANDON
            )
        except WorkflowAlreadyStartedError:
            await self._signal(mark)

    async def _signal(self, mark: SeriousMark) -> None:
        process = workflow.get_external_workflow_handle(self._case_id)
        await process.signal("claim_moved", ClaimMoved(mark.claim_state, mark.because))
