"""The certain part of a claim that is not decided yet, by the terms of its policy."""

from dataclasses import dataclass

from sqlmodel import select
from temporalio import activity

from activities.assessment import to_assess
from insurance.rules.advance import certain_part
from insurance.rules.case import AccidentReport, AssessmentGrounds, CaseReceipt, DecidedLine, Established, EvidenceFile
from insurance.tables import Database, Policy


@dataclass(frozen=True)
class CertainStep:
    """`grounds` as they were found when the claim was last assessed."""

    policy_no: str
    report: AccidentReport
    receipts: tuple[CaseReceipt, ...]
    documents: tuple[EvidenceFile, ...]
    grounds: AssessmentGrounds
    established: Established | None = None


class Advancing:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def certain_part(self, step: CertainStep) -> tuple[DecidedLine, ...]:
        """Nothing when there is none."""
        async with self._database.transaction() as session:
            policy = (await session.exec(select(Policy).where(Policy.policy_no == step.policy_no))).one()
        claim = to_assess(policy, step.report, step.receipts, step.documents, step.grounds, step.established)
        return certain_part(claim)
