"""Our own database in memory: the record activities under the names of the real ones, with the same rules of repetition."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from temporalio import activity

from activities.advance import CertainStep
from activities.assessment import AssessStep
from activities.claims import ClaimRecord, LimitsHeld
from activities.complaints import ComplaintPlan, ComplaintRecord, Complaints
from activities.corrections import CorrectionHold, CorrectionRecord
from activities.journal import Entries, MoneyMoved, NoticeDraft, TimelineEvent
from activities.letter_orders import DecisionLetter
from activities.letters import MadeLetter
from activities.purchases import PurchaseRecord, without_policy
from activities.review_rows import ReviewRecord
from activities.reviews import Remark
from activities.serious_cases import FindStep, Found, SeriousRecord
from activities.stray import StrayRecord, process_of
from activities.surrenders import HoldStep, SurrenderRecord, SurrenderRecords
from insurance.calendar import load_calendar
from insurance.rules.advance import certain_part
from insurance.rules.application import Application
from insurance.rules.assessment import ClaimToAssess, assess
from insurance.rules.case import Assessment, AssessmentGrounds, CaseReceipt, DecidedLine, EvidenceFile
from insurance.rules.case_file import CaseFile
from insurance.rules.complaints import ComplaintFile
from insurance.rules.correction import SETTLING, changes_insured_person
from insurance.rules.cover import shanghai_day
from insurance.rules.decision import most
from insurance.rules.reminders import Call, calls_of
from insurance.rules.serious import School
from insurance.rules.status import Process, allowed

Record = (
    PurchaseRecord | ClaimRecord | ReviewRecord | SurrenderRecord | SeriousRecord | ComplaintRecord | CorrectionRecord
)


@dataclass
class PolicyOnFile:
    """What a claim is assessed against; `to_assess` has the facts of the policy and no receipts."""

    to_assess: ClaimToAssess
    surrender_id: str | None = None
    ended_reason: str | None = None
    correction_id: str | None = None
    corrected_to: Application | None = None


@dataclass
class Books:
    """`hold(event)` keeps the record of that event, or `assessing`, from being stored until the returned event is set."""

    records: dict[str, Record] = field(default_factory=dict)
    kinds: dict[str, Process] = field(default_factory=dict)
    states: dict[str, dict[int, tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))
    events: dict[str, dict[int, TimelineEvent]] = field(default_factory=lambda: defaultdict(dict))
    notices: dict[str, NoticeDraft] = field(default_factory=dict)
    movements: dict[str, MoneyMoved] = field(default_factory=dict)
    booked_by: dict[str, str] = field(default_factory=dict)
    # as each of them was published
    strays: dict[str, list[StrayRecord]] = field(default_factory=lambda: defaultdict(list))
    documents: dict[str, EvidenceFile] = field(default_factory=dict)
    receipts: dict[str, CaseReceipt] = field(default_factory=dict)
    limits: dict[str, LimitsHeld] = field(default_factory=dict)
    policies: dict[str, PolicyOnFile] = field(default_factory=dict)
    grounds: AssessmentGrounds = field(default_factory=lambda: AssessmentGrounds({}, (), 0))
    # what others have bought for the child of every purchase
    covered_fen: int = 0
    # whether the number of every policy that is issued is another one's
    numbers_taken: bool = False
    # grown students whose own consent lies on paper
    agreed: set[str] = field(default_factory=set)
    school_may_be_told: bool = True
    held: dict[str, tuple[asyncio.Event, asyncio.Event]] = field(default_factory=dict)
    letters: list[DecisionLetter] = field(default_factory=list)
    letters_fail: Exception | None = None
    # policies whose e-policy was kept as it was
    kept: list[str] = field(default_factory=list)
    # what is said of clocks, in place of what the rules say
    calls: tuple[Call, ...] | None = None

    def activities(self) -> list[Any]:
        return [
            self.publish_purchase,
            self.publish_claim,
            self.publish_review,
            self.remark_on_claim,
            self.find_serious_case,
            self.publish_serious_case,
            self.plan_complaint,
            self.publish_complaint,
            self.publish_surrender,
            SurrenderRecords(None).plan_refund,
            self.publish_stray,
            self.assess_claim,
            self.certain_part,
            self.plan_calls,
            self.hold_policy,
            self.release_policy,
            self.keep_policy_document,
            self.hold_for_correction,
            self.publish_correction,
            self.is_known,
            self.make_decision_letter,
        ]

    # --- what tests look at -------------------------------------------------------------------------------------------

    def walked(self, process_id: str) -> list[str]:
        """The states of a process, one after the other."""
        states = [state for _, passed in sorted(self.states[process_id].items()) for state in passed]
        return [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]

    def illegal_moves(self) -> list[str]:
        return [
            f"{kind}: {before} -> {after}"
            for process_id, kind in self.kinds.items()
            for before, after in pairwise(self.walked(process_id))
            if not allowed(kind, before, after)
        ]

    def told(self, process_id: str) -> list[str]:
        """The events of its timeline."""
        return [event.event for _, event in sorted(self.events[process_id].items())]

    def noticed(self, process_id: str) -> list[str]:
        """The kinds of notices that people got about it, oldest first."""
        return [n.kind for key, n in self.notices.items() if key.startswith(f"{process_id}:")]

    def money(self, process_id: str) -> list[tuple[str, int]]:
        return [(m.kind, m.amount_fen) for key, m in self.movements.items() if process_id in key]

    def hold(self, event: str) -> tuple[asyncio.Event, asyncio.Event]:
        """(reached, go on)"""
        self.held[event] = asyncio.Event(), asyncio.Event()
        return self.held[event]

    # --- activities ---------------------------------------------------------------------------------------------------

    @activity.defn
    async def publish_purchase(self, record: PurchaseRecord) -> str | None:
        is_another = self.numbers_taken and record.issued is not None
        record = without_policy(record) if is_another else record
        await self._publish("purchase", record.purchase_id, record, record.state, record.entries)
        taken = record.takes
        if is_another:
            return "policy_no_taken"
        if record.consent_of is not None and record.consent_of not in self.agreed:
            return "insured_consent_required"
        return "minor_death_cap" if taken and taken.accepted_fen > taken.cap_fen - self.covered_fen else None

    @activity.defn
    async def publish_claim(self, record: ClaimRecord) -> None:
        claim_id = record.case.claim_id
        if record.review is not None:
            await self.publish_review(record.review)
        is_news = await self._publish("claim", claim_id, record, record.case.state, record.entries)
        self.documents |= {document.document_id: document for document in record.documents}
        self.receipts |= {receipt.receipt_id: receipt for receipt in record.receipts}
        if record.limits is not None and is_news:
            self.limits[claim_id] = record.limits

    @activity.defn
    async def publish_review(self, record: ReviewRecord) -> None:
        await self._publish("review", record.review_id, record, record.state, record.entries)

    @activity.defn
    async def remark_on_claim(self, remark: Remark) -> bool:
        """As the real one: into the record of a claim that is over."""
        record = self.records[remark.claim_id]
        assert isinstance(record, ClaimRecord)
        if record.open:
            await self._wait("remarking")
            return False
        seq = record.case.event_count + 1
        told = TimelineEvent(seq, remark.event, remark.by, remark.text, remark.at)
        self.records[remark.claim_id] = replace(record, case=replace(record.case, event_count=seq))
        self._enter(remark.claim_id, Entries(events=(told,)))
        return True

    @activity.defn
    async def find_serious_case(self, step: FindStep) -> Found:
        known = self.records.get(step.case_id)
        school = School("3136000001", "黄**", "初二（3）班", self.school_may_be_told)
        return Found(school, known.case, known.seq) if isinstance(known, SeriousRecord) else Found(school, None, 0)

    @activity.defn
    async def publish_serious_case(self, record: SeriousRecord) -> None:
        await self._publish("serious_case", record.case.case_id, record, record.case.state, record.entries)

    @activity.defn
    async def plan_complaint(self, complaint: ComplaintFile) -> ComplaintPlan:
        return await Complaints(None, load_calendar()).plan_complaint(complaint)  # type: ignore[arg-type]

    @activity.defn
    async def publish_complaint(self, record: ComplaintRecord) -> None:
        complaint = record.complaint
        await self._publish("complaint", complaint.complaint_id, record, complaint.state, record.entries)

    @activity.defn
    async def publish_surrender(self, record: SurrenderRecord) -> None:
        await self._publish("surrender", record.surrender_id, record, record.state, record.entries)
        if record.ends_policy:
            self.policies[record.policy_no].ended_reason = "surrendered"

    @activity.defn
    async def publish_stray(self, record: StrayRecord) -> None:
        self.strays[record.process_id].append(record)
        self._enter(record.process_id, record.entries)

    @activity.defn
    async def assess_claim(self, step: AssessStep) -> Assessment:
        policy = self.policies[step.policy_no].to_assess
        claim = replace(
            policy,
            report=step.report,
            receipts=step.receipts,
            documents=step.documents,
            grounds=self.grounds,
            established=step.established,
            payees_known=step.payees_known,
        )
        assessment = assess(claim)
        await self._wait("assessing")
        lines = tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in assessment.settlement.lines)
        self.limits[step.claim_id] = LimitsHeld("reserved", most(lines, step.paid_lines))
        return assessment

    @activity.defn
    async def certain_part(self, step: CertainStep) -> tuple[DecidedLine, ...]:
        policy = self.policies[step.policy_no].to_assess
        return certain_part(
            replace(
                policy,
                report=step.report,
                receipts=step.receipts,
                documents=step.documents,
                grounds=step.grounds,
                established=step.established,
            )
        )

    @activity.defn
    async def plan_calls(self, case: CaseFile) -> tuple[Call, ...]:
        return calls_of(case, load_calendar(), shanghai_day(case.updated_at)) if self.calls is None else self.calls

    @activity.defn
    async def hold_policy(self, step: HoldStep) -> str | None:
        policy = self.policies[step.policy_no]
        if policy.surrender_id not in (None, step.surrender_id):
            return "surrender_open"
        if policy.ended_reason is not None:
            return "policy_ended"
        if any(r.open and r.case.policy_no == step.policy_no for r in self._claims()):
            return "claim_open"
        policy.surrender_id = step.surrender_id
        return None

    @activity.defn
    async def release_policy(self, step: HoldStep) -> None:
        self.policies[step.policy_no].surrender_id = None

    @activity.defn
    async def keep_policy_document(self, policy_no: str) -> str | None:
        await self._wait("keeping")
        self.kept.append(policy_no)
        return policy_no

    @activity.defn
    async def hold_for_correction(self, step: CorrectionHold) -> str | None:
        policy = self.policies[step.policy_no]
        if policy.ended_reason is not None or policy.surrender_id is not None:
            return "policy_ended"
        if policy.correction_id not in (None, step.correction_id):
            return "correction_open"
        policy.correction_id = step.correction_id
        return None

    @activity.defn
    async def publish_correction(self, record: CorrectionRecord) -> str | None:
        mine = [r.case.state for r in self._claims() if r.open and r.case.policy_no == record.policy_no]
        if record.state == "corrected" and changes_insured_person(record.changes) and SETTLING & set(mine):
            return "claim_being_settled"
        await self._publish("correction", record.correction_id, record, record.state, record.entries)
        policy = self.policies[record.policy_no]
        if record.state == "corrected":
            policy.corrected_to = record.application
        if record.state != "confirming" and policy.correction_id == record.correction_id:
            policy.correction_id = None
        return None

    @activity.defn
    async def is_known(self, trade_no: str) -> bool:
        own = self.booked_by.get(f"in:{trade_no}") == process_of(trade_no)
        return f"in:{trade_no}" in self.movements and (not own or f"back:{trade_no}" in self.movements)

    @activity.defn
    async def make_decision_letter(self, step: DecisionLetter) -> MadeLetter:
        await self._wait("drawing")
        if self.letters_fail is not None:
            raise self.letters_fail
        if step not in self.letters:
            self.letters.append(step)
        return MadeLetter(step.letter_id, "decision", "理赔决定通知书", "0" * 64)

    # --- storing ------------------------------------------------------------------------------------------------------

    async def _publish(self, kind: Process, process_id: str, record: Record, state: str, entries: Entries) -> bool:
        """Whether the record is the newest of its process."""
        for event in entries.events:
            await self._wait(event.event)
        self.kinds[process_id] = kind
        passed = record.passed if isinstance(record, ClaimRecord) else ()
        self.states[process_id][record.seq] = (*passed, state)
        self._enter(process_id, entries)
        known = self.records.get(process_id)
        if known is not None and known.seq >= record.seq:
            return False
        self.records[process_id] = record
        return True

    async def _wait(self, event: str) -> None:
        if event in self.held:
            reached, go_on = self.held[event]
            reached.set()
            await go_on.wait()

    def _enter(self, process_id: str, entries: Entries) -> None:
        for event in entries.events:
            self.events[process_id].setdefault(event.seq, event)
        for notice in entries.notices:
            self.notices.setdefault(f"{process_id}:{notice.key}", notice)
        for movement in entries.movements:
            self.movements.setdefault(movement.key, movement)
            self.booked_by.setdefault(movement.key, process_id)

    def _claims(self) -> list[ClaimRecord]:
        return [record for record in self.records.values() if isinstance(record, ClaimRecord)]
