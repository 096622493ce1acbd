"""Assessing (理算) a claim: receipts to a settlement, and whether a person must look. One function for the running case, for
corrections, and for the shadow replay of stored decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from insurance.rules.approval import ExaminedClaim, examine
from insurance.rules.benefit import ClaimReceipt, Cover, Event, Settlement, settle
from insurance.rules.case import AccidentReport, Assessment, AssessmentGrounds, CaseReceipt
from insurance.rules.cover import shanghai_day
from insurance.rules.evidence import EvidenceFacts, missing_documents, required_documents
from insurance.rules.money import parse_yuan
from insurance.rules.terms import ProductTerms


@dataclass(frozen=True)
class ClaimToAssess:
    """`cover_to` is the last covered day; `grounds` is what the books say beside the case itself."""

    terms: ProductTerms
    cover: Cover
    cover_to: date
    insured_name: str
    report: AccidentReport
    receipts: Sequence[CaseReceipt]
    document_kinds: Sequence[str]
    grounds: AssessmentGrounds


def assess(claim: ClaimToAssess) -> Assessment:
    """The settlement of the receipts that can be counted, every finding, and every check that held."""
    settlement, left_out = _settlement(claim)
    findings, passed = examine(
        ExaminedClaim(
            terms=claim.terms,
            report=claim.report,
            insured_name=claim.insured_name,
            cover_from=claim.cover.effective_date,
            cover_to=claim.cover_to,
            receipts=claim.receipts,
            unsettled_receipts=left_out,
            missing_documents=_missing(claim),
            repeats=claim.grounds.repeats,
            other_policies=claim.grounds.other_policies,
            settlement=settlement,
        )
    )
    return Assessment(settlement, findings, passed, automatic=not findings, grounds=claim.grounds)


def _settlement(claim: ClaimToAssess) -> tuple[Settlement, tuple[str, ...]]:
    """With the ids of the receipts that could not be counted."""
    counted, left_out = [], []
    for receipt in claim.receipts:
        known = countable(receipt)
        if known is None:
            left_out.append(receipt.receipt_id)
        else:
            counted.append(known)
    report = claim.report
    event = Event(report.event, shanghai_day(report.accident_at), report.on_campus)
    used = dict(claim.grounds.used_fen)
    return settle(claim.terms, claim.cover, event, counted, used_fen=used), tuple(left_out)


def countable(receipt: CaseReceipt) -> ClaimReceipt | None:
    """None when an amount or the day that the arithmetic needs could not be read."""
    f = receipt.fields
    if (
        receipt.treated_on is None
        or f.total is None
        or f.pool_pay is None
        or f.other_pay is None
        or f.self_expense is None
    ):
        return None
    return ClaimReceipt(
        category=receipt.category,
        date=date.fromisoformat(receipt.treated_on),
        total_fen=parse_yuan(f.total),
        pool_pay_fen=parse_yuan(f.pool_pay),
        other_pay_fen=parse_yuan(f.other_pay),
        self_expense_fen=parse_yuan(f.self_expense),
        social_insurance_settled=receipt.social_insurance_settled,
        receipt_id=receipt.receipt_id,
    )


def _missing(claim: ClaimToAssess) -> tuple[str, ...]:
    report = claim.report
    required = required_documents(EvidenceFacts(report.event, report.patient_state, report.on_campus))
    total_fen = sum(parse_yuan(r.fields.total) for r in claim.receipts if r.fields.total is not None)
    missing = missing_documents(required, claim.document_kinds, total_fen, claim.terms.small_claim_fen)
    return tuple(document.kind for document in missing)
