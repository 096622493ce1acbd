"""Steps at the insurer: underwriting (核保), issue (出单), report (报案), closing (结案), cancellation (退保), correction (保全)."""

from collections.abc import Mapping
from dataclasses import dataclass

from temporalio import activity

from insurance.adapters.ports import (
    Amendment,
    Cancellation,
    ClaimReport,
    ClaimResult,
    Endorsement,
    Insurer,
    IssuedPolicy,
    IssueOrder,
    Proposal,
    Refused,
    Underwriting,
)


@dataclass(frozen=True)
class UnderwriteStep:
    insurer: str
    proposal: Proposal


@dataclass(frozen=True)
class UnderwritingQuery:
    insurer: str
    request_id: str


@dataclass(frozen=True)
class IssueStep:
    insurer: str
    order: IssueOrder


@dataclass(frozen=True)
class ReportStep:
    insurer: str
    report: ClaimReport


@dataclass(frozen=True)
class CloseClaimStep:
    insurer: str
    result: ClaimResult


@dataclass(frozen=True)
class CancelStep:
    insurer: str
    cancellation: Cancellation


@dataclass(frozen=True)
class AmendStep:
    insurer: str
    amendment: Amendment


class InsurerSteps:
    """Every step carries its own request id, so that a repeat after a lost answer has one effect."""

    def __init__(self, insurers: Mapping[str, Insurer]) -> None:
        self._insurers = insurers

    def _at(self, code: str) -> Insurer:
        if code not in self._insurers:
            raise Refused("insurer_unknown", f"no connection is set up for insurer {code}")
        return self._insurers[code]

    @activity.defn
    async def underwrite(self, step: UnderwriteStep) -> Underwriting:
        return await self._at(step.insurer).underwrite(step.proposal)

    @activity.defn
    async def query_underwriting(self, query: UnderwritingQuery) -> Underwriting:
        return await self._at(query.insurer).query_underwriting(query.request_id)

    @activity.defn
    async def issue_policy(self, step: IssueStep) -> IssuedPolicy:
        return await self._at(step.insurer).issue(step.order)

    @activity.defn
    async def report_claim(self, step: ReportStep) -> str:
        return await self._at(step.insurer).report_claim(step.report)

    @activity.defn
    async def close_claim(self, step: CloseClaimStep) -> None:
        await self._at(step.insurer).close_claim(step.result)

    @activity.defn
    async def cancel_policy(self, step: CancelStep) -> str:
        return await self._at(step.insurer).cancel_policy(step.cancellation)

    @activity.defn
    async def amend_policy(self, step: AmendStep) -> Endorsement:
        """Asked again after `pending`, the same step tells how it was decided."""
        return await self._at(step.insurer).amend_policy(step.amendment)
