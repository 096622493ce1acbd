"""Our books as PostgreSQL keeps them: what is done under the policy's lock is one step here, and a policy knows all its claims."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from temporalio import activity

from activities.advance import CertainStep
from activities.assessment import AssessStep
from activities.claims import ClaimRecord, LimitsHeld
from activities.surrenders import HoldStep
from insurance.rules.case import Assessment, DecidedLine
from tests.workflows.process_books import Books
from workflows.messages import ClaimOrder


@dataclass
class Ledger(Books):
    """One policy's. `used_before` was used by a claim of long ago, by coverage; `reported` are claims whose processes have not
    told anything yet."""

    used_before: dict[str, int] = field(default_factory=dict)
    reported: dict[str, str] = field(default_factory=dict)
    # claims that are paid or refused and said so before the server knew of it; nothing may bring them back but their family
    said_closed: set[str] = field(default_factory=set)
    # what was certain of each claim, whenever it was asked for
    certain: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    # --- what the doors do under the lock -----------------------------------------------------------------------------

    def report(self, order: ClaimOrder) -> bool:
        """The first record of a claim. False when the policy is being surrendered, or was."""
        if self.policies[order.policy_no].surrender_id is not None:
            return False
        self.reported[order.claim_id] = order.policy_no
        return True

    def reopen(self, claim_id: str) -> bool:
        record = self.records[claim_id]
        assert isinstance(record, ClaimRecord)
        if record.case.state != "closed" or self.policies[record.case.policy_no].surrender_id is not None:
            return False
        self.records[claim_id] = replace(record, open=True)
        self.said_closed.discard(claim_id)
        return True

    def open_claims(self, policy_no: str) -> set[str]:
        mine = {claim_id for claim_id, policy in self.reported.items() if policy == policy_no}
        return mine - {record.case.claim_id for record in self._claims() if not record.open}

    # --- limits -------------------------------------------------------------------------------------------------------

    def of_limits(self, *, but: str | None = None) -> Counter[str]:
        """By coverage: what all claims used or reserved, `but` that one."""
        sums = Counter(self.used_before)
        for claim_id, limits in self.limits.items():
            if claim_id != but:
                sums.update(lines_of(limits))
        return sums

    # --- activities ---------------------------------------------------------------------------------------------------

    @activity.defn
    async def assess_claim(self, step: AssessStep) -> Assessment:
        self.grounds = replace(self.grounds, used_fen=dict(self.of_limits(but=step.claim_id)))
        return await super().assess_claim(step)

    @activity.defn
    async def certain_part(self, step: CertainStep) -> tuple[DecidedLine, ...]:
        lines = await super().certain_part(step)
        for receipt in step.receipts[:1]:
            self.certain[claim_of(receipt.document_id)].append(sum(line.payable_fen for line in lines))
        return lines

    @activity.defn
    async def hold_policy(self, step: HoldStep) -> str | None:
        policy = self.policies[step.policy_no]
        if policy.surrender_id is None and policy.ended_reason is None and self.open_claims(step.policy_no):
            return "claim_open"
        was_held = policy.surrender_id == step.surrender_id
        if not was_held and step.refund_fen and any(held.how == "used" and held.lines for held in self.limits.values()):
            return "claim_paid"
        return await super().hold_policy(step)

    @activity.defn
    async def release_policy(self, step: HoldStep) -> None:
        if self.policies[step.policy_no].surrender_id == step.surrender_id:
            self.policies[step.policy_no].surrender_id = None

    async def _publish(self, kind: Any, process_id: str, record: Any, state: str, entries: Any) -> bool:
        """Of two records the one that the process made later stands (`activities/rows.py`)."""
        known = self.records.get(process_id)
        is_news = known is None or _order(known) < _order(record)
        await super()._publish(kind, process_id, record, state, entries)
        self.records[process_id] = record if is_news else known  # type: ignore[assignment]
        if isinstance(record, ClaimRecord) and record.case.state == "closed":
            self.said_closed.add(process_id)
        return is_news


def claim_of(document_id: str) -> str:
    """cl-1-do3"""
    return document_id.rpartition("-")[0]


def lines_of(limits: LimitsHeld) -> Counter[str]:
    return Counter({line.coverage_id: line.payable_fen for line in limits.lines})


def _order(record: Any) -> tuple[Any, int]:
    return (record.case.updated_at if isinstance(record, ClaimRecord) else record.updated_at), record.seq
