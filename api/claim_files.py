"""A claim's rows as the values that its process knows."""

from typing import Any

from pydantic import TypeAdapter
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.claims import BESIDE_THE_FIELDS
from insurance.rules.case import Amendment as CaseAmendment
from insurance.rules.case import CaseReceipt, EvidenceFile
from insurance.rules.case_file import CaseFile
from insurance.rules.status import Turn, label, whose_turn
from insurance.tables import Amendment, Claim, ClaimDocument, Receipt
from workflows.messages import ClaimOrder

_case = TypeAdapter(CaseFile)
_receipt = TypeAdapter(CaseReceipt)
_file = TypeAdapter(EvidenceFile)


def case_of(row: Claim) -> CaseFile:
    return _case.validate_python(row.case)


def turn_of_claim(row: Claim) -> Turn:
    """Whose turn it is, by its state, by what the family may still say to its decision, and by who looks at whom it has named."""
    if _looks_at_payees(row):
        return "adjuster"
    decision = row.case.get("decision") or {}
    return whose_turn(row.state, decision.get("outcome"), row.case.get("disputed", False))


def label_of_claim(row: Claim) -> str:
    """Its state in words; a family that has named somebody is not asked for an account."""
    return "收款人核对中" if _looks_at_payees(row) else label("claim", row.state)


def _looks_at_payees(row: Claim) -> bool:
    return row.state == "payee_needed" and row.case.get("payees_to_confirm") is not None


def first_case(order: ClaimOrder) -> dict[str, Any]:
    """The case just reported, as it is stored until the process publishes its own."""
    case = CaseFile(
        claim_id=order.claim_id,
        policy_no=order.policy_no,
        subject=order.subject,
        insurer_code=order.insurer_code,
        state="reported",
        report=order.report,
        report_no=None,
        round=1,
        reported_at=order.reported_at,
        submitted_at=None,
        received_at=None,
        papers_requests=(),
        notice_delivered_at=None,
        supplement_received_at=None,
        assessment=None,
        decision=None,
        undone=(),
        agreed_at=None,
        payees=(),
        consents=order.consents,
        payouts=(),
        advance_paid=False,
        disputed=False,
        review_id=None,
        review_count=0,
        event_count=0,
        updated_at=order.reported_at,
        reported_by=order.reported_by,
    )
    document: dict[str, Any] = _case.dump_python(case, mode="json")
    return document


async def evidence_of(session: AsyncSession, claim_id: str) -> tuple[tuple[EvidenceFile, ...], tuple[CaseReceipt, ...]]:
    documents = (
        await session.exec(
            select(ClaimDocument)
            .where(ClaimDocument.claim_id == claim_id)
            .order_by(col(ClaimDocument.received_at), col(ClaimDocument.document_id))
        )
    ).all()
    receipts = (
        await session.exec(select(Receipt).where(Receipt.claim_id == claim_id).order_by(col(Receipt.receipt_id)))
    ).all()
    amendments = await _amendments(session, [r.receipt_id for r in receipts])
    return (
        tuple(_document_of(row) for row in documents),
        tuple(_receipt_of(row, amendments.get(row.receipt_id, [])) for row in receipts),
    )


def _document_of(row: ClaimDocument) -> EvidenceFile:
    values = {n: getattr(row, n) for n in EvidenceFile.__dataclass_fields__}
    return _file.validate_python(values | {"views": row.views["pages"]})


def _receipt_of(row: Receipt, amendments: list[CaseAmendment]) -> CaseReceipt:
    return _receipt.validate_python(
        {
            "receipt_id": row.receipt_id,
            "document_id": row.document_id,
            "ordinal": row.ordinal,
            "fields": row.fields,
            "read_fields": row.read_fields,
            "confidence": row.confidence,
            "boxes": row.boxes,
            **{name: row.checks[name] for name in BESIDE_THE_FIELDS if name in row.checks},
            "category": row.category,
            "social_insurance_settled": row.social_insurance_settled,
            "amendments": amendments,
        }
    )


async def _amendments(session: AsyncSession, receipt_ids: list[str]) -> dict[str, list[CaseAmendment]]:
    found: dict[str, list[CaseAmendment]] = {}
    if not receipt_ids:
        return found
    statement = select(Amendment).where(col(Amendment.receipt_id).in_(receipt_ids)).order_by(col(Amendment.seq))
    for row in (await session.exec(statement)).all():
        amendment = CaseAmendment(row.field, row.old["value"], row.new["value"], row.reason, row.person, row.at)
        found.setdefault(row.receipt_id, []).append(amendment)
    return found
