"""Assessing (理算) a claim: the rules on what was read, under the policy's lock, so that two claims can't take the same fen."""

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.claims import LimitsHeld, lock_policy, replace_limits
from insurance.rules.approval import ExaminedClaim, examine
from insurance.rules.benefit import ClaimReceipt, Cover, Event, Settlement, settle
from insurance.rules.case import AccidentReport, Assessment, CaseReceipt, DecidedLine
from insurance.rules.cover import shanghai_day
from insurance.rules.evidence import EvidenceFacts, missing_documents, required_documents
from insurance.rules.money import parse_yuan
from insurance.rules.terms import ProductTerms
from insurance.tables import Claim, ClaimDocument, Database, LimitEntry, Policy, Receipt

_terms = TypeAdapter(ProductTerms)


@dataclass(frozen=True)
class AssessStep:
    claim_id: str
    policy_no: str
    report: AccidentReport
    receipts: tuple[CaseReceipt, ...]
    document_kinds: tuple[str, ...]
    document_hashes: tuple[str, ...]


class Assessing:
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn
    async def assess_claim(self, step: AssessStep) -> Assessment:
        """What is payable now, and whether a person must look. Reserves the limits it counts on, in place of what the
        claim held before. Safe to repeat."""
        async with self._database.transaction() as session:
            policy = await lock_policy(session, step.policy_no)
            terms = _terms.validate_python(policy.terms)
            settlement, unsettled = _settle(step, policy, terms, await _held_by_others(session, step))
            lines = tuple(DecidedLine(line.coverage_id, line.payable_fen) for line in settlement.lines)
            await replace_limits(session, step.policy_no, step.claim_id, LimitsHeld("reserved", lines))
            findings, passed = examine(
                ExaminedClaim(
                    terms=terms,
                    report=step.report,
                    insured_name=policy.insured["name"],
                    cover_from=policy.effective_date,
                    cover_to=policy.ends_on,
                    receipts=step.receipts,
                    unsettled_receipts=unsettled,
                    missing_documents=_missing(step, terms),
                    repeats=await _repeats(session, step),
                    other_policies=await _other_policies(session, policy, step.report),
                    settlement=settlement,
                )
            )
        return Assessment(settlement, findings, passed, automatic=not findings)


def _settle(
    step: AssessStep, policy: Policy, terms: ProductTerms, used_fen: dict[str, int]
) -> tuple[Settlement, tuple[str, ...]]:
    """The settlement of the receipts that can be counted, and the ids of those that can't."""
    counted, left_out = [], []
    for receipt in step.receipts:
        known = _countable(receipt)
        if known is None:
            left_out.append(receipt.receipt_id)
        else:
            counted.append(known)
    report = step.report
    event = Event(report.event, shanghai_day(report.accident_at), report.on_campus)
    cover = Cover(
        effective_date=policy.effective_date,
        renewal=policy.renewal,
        insured_birth_date=date.fromisoformat(policy.insured["birth_date"]),
        ends_on=policy.ends_on,
        death_limit_fen=policy.death_limit_fen,
    )
    return settle(terms, cover, event, counted, used_fen=used_fen), tuple(left_out)


def _countable(receipt: CaseReceipt) -> ClaimReceipt | None:
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


def _missing(step: AssessStep, terms: ProductTerms) -> tuple[str, ...]:
    report = step.report
    required = required_documents(EvidenceFacts(report.event, report.patient_state, report.on_campus))
    missing = missing_documents(required, step.document_kinds, _total_fen(step.receipts), terms.small_claim_fen)
    return tuple(document.kind for document in missing)


def _total_fen(receipts: tuple[CaseReceipt, ...]) -> int:
    return sum(parse_yuan(r.fields.total) for r in receipts if r.fields.total is not None)


async def _held_by_others(session: AsyncSession, step: AssessStep) -> dict[str, int]:
    """What other claims of this policy used or reserved, by coverage."""
    statement = (
        select(col(LimitEntry.coverage_id), func.sum(col(LimitEntry.reserved_fen) + col(LimitEntry.used_fen)))
        .where(LimitEntry.policy_no == step.policy_no, LimitEntry.claim_id != step.claim_id)
        .group_by(col(LimitEntry.coverage_id))
    )
    return {coverage: int(held) for coverage, held in (await session.exec(statement)).all()}


async def _repeats(session: AsyncSession, step: AssessStep) -> tuple[str, ...]:
    """Receipts or files that are in another claim that was not withdrawn, or twice in this one."""
    numbers = [(r.fields.bill_no, r.fields.bill_code or "") for r in step.receipts if r.fields.bill_no is not None]
    repeated = {no for no, code in numbers if numbers.count((no, code)) > 1}
    repeated |= {digest for digest in step.document_hashes if step.document_hashes.count(digest) > 1}
    counts = col(Claim.state) != "withdrawn"
    if numbers:
        bill = tuple_(col(Receipt.bill_no), func.coalesce(col(Receipt.bill_code), ""))
        same_bill = select(Receipt.bill_no).join(Claim, col(Claim.claim_id) == col(Receipt.claim_id))
        found = await session.exec(same_bill.where(bill.in_(numbers), Receipt.claim_id != step.claim_id, counts))
        repeated |= {no for no in found.all() if no is not None}
    same_file = select(ClaimDocument.sha256).join(Claim, col(Claim.claim_id) == col(ClaimDocument.claim_id))
    found_files = await session.exec(
        same_file.where(
            col(ClaimDocument.sha256).in_(step.document_hashes), ClaimDocument.claim_id != step.claim_id, counts
        )
    )
    return tuple(sorted(repeated | set(found_files.all())))


async def _other_policies(session: AsyncSession, policy: Policy, report: AccidentReport) -> int:
    """Other policies of the same child that cover the day of the event."""
    day = shanghai_day(report.accident_at)
    statement = select(func.count()).where(
        col(Policy.insured_digest) == policy.insured_digest,
        col(Policy.policy_no) != policy.policy_no,
        col(Policy.effective_date) <= day,
        col(Policy.ends_on) >= day,
    )
    return (await session.exec(statement)).one()
