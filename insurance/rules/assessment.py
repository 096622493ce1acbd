"""Assessing (理算) a claim: receipts to a settlement, and whether a person must look. One function for the running case, for
corrections, and for the shadow replay of stored decisions."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from insurance.rules.approval import ExaminedClaim, examine
from insurance.rules.benefit import ClaimReceipt, Cover, Event, Settlement, settle
from insurance.rules.case import (
    AccidentReport,
    Assessment,
    AssessmentGrounds,
    CaseReceipt,
    Established,
    EvidenceFile,
    Finding,
)
from insurance.rules.cover import shanghai_day
from insurance.rules.evidence import RequiredDocument, evidence_facts, missing_documents, required_documents
from insurance.rules.receipts.against_claim import fen_of, named
from insurance.rules.receipts.repeats import each_once
from insurance.rules.terms import ProductTerms


@dataclass(frozen=True)
class ClaimToAssess:
    """`cover_to` is the last covered day; `documents` are those that were not rejected; `grounds` is what the books say beside
    the case itself. `payees_known`: the policy itself proves who is to be paid."""

    terms: ProductTerms
    cover: Cover
    cover_to: date
    insured_name: str
    report: AccidentReport
    receipts: Sequence[CaseReceipt]
    documents: Sequence[EvidenceFile]
    grounds: AssessmentGrounds
    insured_id_number: str = ""
    established: Established | None = None
    payees_known: bool = True


def assess(claim: ClaimToAssess) -> Assessment:
    """The settlement of the receipts that can be counted, each once, every finding, and every check that held."""
    counted, copies = each_once(claim.receipts)
    settlement = _settled(claim, counted)
    findings, passed = examine(
        ExaminedClaim(
            terms=claim.terms,
            report=claim.report,
            insured_name=claim.insured_name,
            insured_id_number=claim.insured_id_number,
            cover_from=claim.cover.effective_date,
            cover_to=claim.cover_to,
            receipts=counted,
            copies=copies,
            uncounted=[r for r in counted if countable(r) is None],
            open_questions=tuple(_open_questions(claim, counted, settlement)),
            missing_documents=_missing(claim, counted),
            documents=claim.documents,
            grounds=claim.grounds,
            settlement=settlement,
            payees_known=claim.payees_known,
        )
    )
    read = [receipt.as_read() for receipt in counted]
    totals = [_totals(one, another) for one, another in zip(counted, read, strict=True)]
    return Assessment(
        settlement,
        findings,
        passed,
        not findings,
        claim.grounds,
        claimed_fen=sum(max(some) for some in totals if some),
        read_payable_fen=(settlement if read == counted else _settled(claim, read)).payable_fen,
        unread_totals=totals.count([]),
    )


def _totals(*receipts: CaseReceipt) -> list[int]:
    """In fen; none of those that could not be read."""
    return [fen for receipt in receipts if (fen := fen_of(receipt.fields.total)) is not None]


def _settled(claim: ClaimToAssess, receipts: Sequence[CaseReceipt]) -> Settlement:
    known = [counted for receipt in receipts if (counted := countable(receipt)) is not None]
    found = claim.established
    event = replace(event_of(claim.report, found), deductible_taken_fen=claim.grounds.deductible_taken_fen)
    return settle(
        claim.terms,
        claim.cover,
        event,
        known,
        other_insurer_paid_fen=found.other_insurer_paid_fen if found else 0,
        other_death_benefit_fen=found.other_death_benefit_fen if found else 0,
        used_fen=dict(claim.grounds.used_fen),
    )


def event_of(report: AccidentReport, found: Established | None) -> Event:
    """What happened: as it was told, and what was found since."""
    event = Event(report.event, shanghai_day(report.accident_at), report.on_campus)
    if found is None:
        return event
    return replace(
        event,
        died_on=found.died_on,
        sudden_death=found.sudden_death,
        critical_illness=found.critical_illness,
        disability_grades=found.disability_grades,
        prior_disability_grade=found.prior_disability_grade,
    )


def countable(receipt: CaseReceipt) -> ClaimReceipt | None:
    """None when an amount or the day that the arithmetic needs could not be read."""
    f = receipt.fields
    total, pool, other, own = (fen_of(amount) for amount in (f.total, f.pool_pay, f.other_pay, f.self_expense))
    if receipt.treated_on is None or total is None or pool is None or other is None or own is None:
        return None
    return ClaimReceipt(
        category=receipt.category,
        date=date.fromisoformat(receipt.treated_on),
        total_fen=total,
        pool_pay_fen=pool,
        other_pay_fen=other,
        self_expense_fen=own,
        social_insurance_settled=receipt.social_insurance_settled,
        receipt_id=receipt.receipt_id,
    )


def _open_questions(claim: ClaimToAssess, receipts: Sequence[CaseReceipt], settlement: Settlement) -> Iterator[Finding]:
    """What nothing on a receipt proves is harmless as long as the sum is the same either way."""
    for place, receipt in enumerate(receipts):
        for code, words, field_name, otherwise in _otherwise(receipt):
            variant = [*receipts[:place], otherwise, *receipts[place + 1 :]]
            if _settled(claim, variant).payable_fen != settlement.payable_fen:
                yield Finding(code, f"{named(receipt)}{words}", receipt.receipt_id, (field_name,))


def _otherwise(receipt: CaseReceipt) -> Iterator[tuple[str, str, str, CaseReceipt]]:
    """The receipt with each thing that was not proved the other way."""
    issued = receipt.fields.date
    if issued is not None and receipt.treated_on not in (None, issued) and not receipt.is_amended("treated_on"):
        words = "的就诊日期影响赔付金额，由理赔员核对"
        yield "treatment_day_unproved", words, "treated_on", replace(receipt, treated_on=issued)
    if "social_insurance_settled" in receipt.assumed and not receipt.is_amended("social_insurance_settled"):
        words = "的医保类型看不清，影响赔付比例，由理赔员核对"
        settled = replace(receipt, social_insurance_settled=not receipt.social_insurance_settled)
        yield "insurance_type_unread", words, "social_insurance_settled", settled
    if "category" in receipt.assumed and not receipt.is_amended("category"):
        other = replace(receipt, category="inpatient" if receipt.category == "outpatient" else "outpatient")
        yield "form_unread", "看不出是门诊还是住院票据，影响赔付，由理赔员核对", "category", other


def _missing(claim: ClaimToAssess, receipts: Sequence[CaseReceipt]) -> tuple[str, ...]:
    kinds = {document.kind for document in claim.documents}
    missing = missing_papers(claim.report, claim.established, receipts, kinds, claim.terms.small_claim_fen)
    return tuple(document.kind for document in missing)


def missing_papers(
    report: AccidentReport,
    found: Established | None,
    counted: Sequence[CaseReceipt],
    received_kinds: Collection[str],
    small_claim_fen: int,
) -> tuple[RequiredDocument, ...]:
    """What still has to come, by what the receipts come to; `counted` has each of them once (rules/receipts/repeats.py)."""
    required = required_documents(evidence_facts(report, found))
    total_fen = sum(fen_of(receipt.fields.total) or 0 for receipt in counted)
    return missing_documents(required, received_kinds, total_fen, small_claim_fen)
