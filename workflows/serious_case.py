"""Serious case (大案): a process of its own beside the claim. Adjusters call the family and tell the list of papers; the rest follows
the claim. Its school hears of each step when the family allowed it; what is late is called, again and again."""

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.serious_cases import FindStep, Found, SeriousCases, SeriousRecord
from insurance.rules.serious import Late, Reached, SeriousFile, next_late, school_notice, stage_of
from insurance.rules.status import allowed, label
from workflows.journal import Journal
from workflows.messages import CaseStep, ClaimMoved, SchoolNoted, SeriousOrder, SeriousOutcome
from workflows.options import RECORDS

# nothing is due: a look once a week
QUIET = timedelta(days=7)
OWED = frozenset({"agreed", "paying", "payee_needed"})
BEFORE_THE_PAPERS = frozenset({"notified", "in_contact"})


@workflow.defn(name="serious_case")
class SeriousCaseWorkflow:
    @workflow.init
    def __init__(self, order: SeriousOrder) -> None:
        self._order = order
        self._found: SeriousFile | None = None
        # what the claim tells meanwhile comes after
        self._is_open = False
        self._notes: set[str] = set()
        self._journal = Journal()
        self._seq = 0

    @workflow.run
    async def run(self, order: SeriousOrder) -> SeriousOutcome:
        await self._open(await self._find())
        self._is_open = True
        while self._case.state != "closed":
            await self._wait()
            if self._case.state == "closed":
                # one of them may open it again
                await workflow.wait_condition(workflow.all_handlers_finished)
        return SeriousOutcome(self._case.state)

    async def _wait(self) -> None:
        """Until something happens, or the next milestone is late."""
        known, late = self._seq, next_late(self._case)
        pause = late.at - workflow.now() if late else QUIET
        try:
            await workflow.wait_condition(lambda: self._seq != known, timeout=max(pause, timedelta(0)))
        except TimeoutError:
            if late is not None:
                await self._remind(late)

    # --- beginning ----------------------------------------------------------------------------------------------------

    async def _find(self) -> Found:
        step = FindStep(self._order.case_id, self._order.policy_no)
        return await workflow.execute_local_activity_method(SeriousCases.find_serious_case, step, **RECORDS)

    async def _open(self, found: Found) -> None:
        order, earlier = self._order, found.earlier
        self._seq = found.seq
        if earlier is not None:
            self._journal = Journal(earlier.event_count)
            self._found = replace(earlier, because=order.because, school=found.school)
        else:
            await self._begin(found)
        await self._follow(order.claim_state, is_told=earlier is not None)

    async def _begin(self, found: Found) -> None:
        order = self._order
        self._found = SeriousFile(
            order.case_id,
            order.claim_id,
            order.policy_no,
            order.insurer_code,
            order.because,
            order.found_at,
            "notified",
            "reported",
            found.school,
            reached=(Reached("notified", workflow.now(), "system"),),
        )
        self._tell_school()
        # what is the matter with the child stays out of a history that can't be changed
        await self._note("case_opened", "system", "列为大案")

    @property
    def _case(self) -> SeriousFile:
        assert self._found is not None
        return self._found

    # --- what adjusters do --------------------------------------------------------------------------------------------

    @workflow.update
    async def in_contact(self, step: CaseStep) -> None:
        """The family was called. The claim may be further on already; the call still counts."""
        self._found = replace(self._case, adjuster=step.actor.subject)
        await self._reach("in_contact", step.actor.label, "已与家庭取得联系", step.comment)

    @in_contact.validator
    def _may_be_in_contact(self, step: CaseStep) -> None:
        self._require_running()
        if any(reached.stage == "in_contact" for reached in self._case.reached):
            raise ApplicationError("已经记录过与家庭的联系", type="illegal_move")

    @workflow.update
    async def documents(self, step: CaseStep) -> None:
        """The family was told everything that is needed."""
        await self._reach("documents", step.actor.label, "已一次性告知所需材料", step.comment)

    @documents.validator
    def _may_tell_documents(self, step: CaseStep) -> None:
        self._require_running()
        if self._case.state not in BEFORE_THE_PAPERS:
            raise ApplicationError(f"not while {self._case.state}", type="illegal_move")

    def _require_running(self) -> None:
        if not self._is_open or self._case.state == "closed":
            raise ApplicationError("not while it does not run", type="illegal_move")

    @workflow.signal
    async def school_noted(self, note: SchoolNoted) -> None:
        await workflow.wait_condition(lambda: self._is_open)
        if note.note_id in self._notes:
            return
        self._notes.add(note.note_id)
        self._tell_staff("case_noted", "学校对大案补充了情况，请查看")
        await self._note("school_noted", "school", "学校补充了情况")

    # --- what the claim tells -----------------------------------------------------------------------------------------

    @workflow.signal
    async def claim_moved(self, moved: ClaimMoved) -> None:
        await workflow.wait_condition(lambda: self._is_open)
        if set(moved.because) - set(self._case.because):
            self._found = replace(self._case, because=moved.because)
            await self._note("case_because", "system", "列为大案的原因有更新")
        await self._follow(moved.claim_state)

    async def _follow(self, claim_state: str, *, is_told: bool = True) -> None:
        """To where the claim is. `is_told` False: the school has just heard of it."""
        known, stage = self._seq, stage_of(claim_state)
        self._found = replace(self._case, claim_state=claim_state)
        if stage is not None and allowed("serious_case", self._case.state, stage):
            await self._reach(stage, "system", label("serious_case", stage), is_told=is_told)
        if claim_state in OWED and not self._is_owed():
            agreed = Reached("agreed", workflow.now(), "system")
            self._found = replace(self._case, reached=(*self._case.reached, agreed))
            await self._note("case_agreed", "system", "已达成一致，等待支付")
        if self._seq == known:
            # what is due may be another thing now
            await self._publish()

    def _is_owed(self) -> bool:
        """Whether this decision was agreed on already."""
        last = [reached.stage for reached in self._case.reached if reached.stage in ("agreed", "assessing")]
        return last[-1:] == ["agreed"]

    # --- steps --------------------------------------------------------------------------------------------------------

    async def _reach(self, stage: str, by: str, text: str, comment: str = "", *, is_told: bool = True) -> None:
        case = self._case
        reached = (*case.reached, Reached(stage, workflow.now(), by, comment))
        has_moved = allowed("serious_case", case.state, stage)
        self._found = replace(case, reached=reached, state=stage if has_moved else case.state)
        if has_moved and is_told:
            self._tell_school()
        await self._note(f"case_{stage}", by, text, comment)

    async def _remind(self, late: Late) -> None:
        case = self._case
        told = tuple((name, at) for name, at in case.reminded if name != late.name)
        self._found = replace(case, reminded=(*told, (late.name, workflow.now())))
        self._tell_staff("case_late", late.text)
        await self._note("case_late", "system", late.text)

    def _tell_staff(self, kind: str, text: str) -> None:
        """Who is in contact with the family, and the adjusters' lead."""
        for subject in filter(None, (self._case.adjuster, f"role:lead:{self._case.insurer_code}")):
            self._journal.tell(subject, kind, text, workflow.now())

    def _tell_school(self) -> None:
        school, state = self._case.school, self._case.state
        if school.may_be_told:
            text = school_notice(school, label("serious_case", state), state)
            self._journal.tell(f"school:{school.code}", f"serious_case_{state}", text, workflow.now())

    async def _note(self, event: str, by: str, text: str, reason: str | None = None) -> None:
        self._journal.event(event, by, text, workflow.now(), reason=reason)
        self._found = replace(self._case, event_count=self._journal.event_count)
        await self._publish()

    async def _publish(self) -> None:
        self._seq += 1
        late = next_late(self._case)
        due_at = late.at if late else None
        record = SeriousRecord(self._seq, self._case, due_at, workflow.now(), self._journal.take())
        await workflow.execute_local_activity_method(SeriousCases.publish_serious_case, record, **RECORDS)
