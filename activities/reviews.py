"""Publishing the review process."""

from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import TypeAdapter
from temporalio import activity

from activities.rows import publish_row
from insurance.rules.case import Decision, Finding
from insurance.tables import Database, Review


@dataclass(frozen=True)
class ReviewRecord:
    review_id: str
    claim_id: str
    insurer_code: str
    state: str
    seq: int
    adjuster: str | None
    excluded: tuple[str, ...]
    findings: tuple[Finding, ...]
    amount_fen: int
    decision: Decision | None
    due_at: datetime
    created_at: datetime
    updated_at: datetime


_decision = TypeAdapter(Decision | None)


class ReviewRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def publish_review(self, record: ReviewRecord) -> None:
        """Safe to repeat."""
        values = {name: getattr(record, name) for name in ReviewRecord.__dataclass_fields__}
        values |= {
            "excluded": {"subjects": list(record.excluded)},
            "findings": {"findings": [asdict(f) for f in record.findings]},
            "decision": _decision.dump_python(record.decision, mode="json"),
        }
        async with self._database.transaction() as session:
            await publish_row(session, Review, values, key="review_id", fixed=frozenset({"claim_id", "created_at"}))
