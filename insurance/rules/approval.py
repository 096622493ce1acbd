"""May this claim be decided without a person (自动核赔)? Every check that held is named; one that did not is a finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from insurance.rules.benefit import Settlement
from insurance.rules.case import AccidentReport, CaseReceipt, Finding
from insurance.rules.cover import shanghai_day
from insurance.rules.terms import ProductTerms

CERTAIN = 0.99
# what the arithmetic of a settlement and the search for repeats stand on; the payer's name proves itself when it is the insured's
DECIDING_FIELDS = ("bill_no", "date", "total", "pool_pay", "other_pay", "self_expense")
SIMPLE_STATES = frozenset({"outpatient", "inpatient", "discharged", "recovering"})
SIMPLE_CATEGORIES = frozenset({"outpatient", "inpatient"})


@dataclass(frozen=True)
class ExaminedClaim:
    """Everything a decision may stand on. `repeats`: receipts that another claim or another file of this one already has."""

    terms: ProductTerms
    report: AccidentReport
    insured_name: str
    cover_from: date
    cover_to: date
    receipts: Sequence[CaseReceipt]
    unsettled_receipts: Sequence[str]
    missing_documents: Sequence[str]
    repeats: Sequence[str]
    other_policies: int
    settlement: Settlement


def examine(claim: ExaminedClaim) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Findings, and the codes of the checks that held."""
    results = [
        _in_cover(claim),
        _simple(claim),
        _papers_complete(claim),
        _receipts_there(claim),
        _receipts_read(claim),
        _receipts_proven(claim),
        _payer_is_insured(claim),
        _treated_after_event(claim),
        _not_claimed_before(claim),
        _no_other_policy(claim),
        _something_payable(claim),
        _within_limit(claim),
    ]
    findings = tuple(Finding(code, text) for code, text in results if text is not None)
    return findings, tuple(code for code, text in results if text is None)


Result = tuple[str, str | None]


def _in_cover(claim: ExaminedClaim) -> Result:
    day = shanghai_day(claim.report.accident_at)
    inside = claim.cover_from <= day <= claim.cover_to
    return "event_in_cover", None if inside else "出险日期不在保险期间内"


def _simple(claim: ExaminedClaim) -> Result:
    simple = claim.report.patient_state in SIMPLE_STATES and all(
        r.category in SIMPLE_CATEGORIES for r in claim.receipts
    )
    return "simple_medical_claim", None if simple else "不是普通的门诊或住院医疗费用，须人工审核"


def _papers_complete(claim: ExaminedClaim) -> Result:
    return "papers_complete", "材料尚不齐全" if claim.missing_documents else None


def _receipts_there(claim: ExaminedClaim) -> Result:
    return "receipts_present", None if claim.receipts else "没有可用的医疗票据"


def _receipts_read(claim: ExaminedClaim) -> Result:
    unsure = {
        field
        for receipt in claim.receipts
        for field in DECIDING_FIELDS
        if getattr(receipt.fields, field) is None
        or (receipt.confidence.get(field, 0.0) < CERTAIN and not _amended(receipt, field))
    }
    whole = not unsure and not claim.unsettled_receipts
    return "receipts_read", None if whole else "票据有看不清或没有把握的内容，须人工核对"


def _receipts_proven(claim: ExaminedClaim) -> Result:
    failed = [c for receipt in claim.receipts for c in receipt.checks if not c.ok and c.level in ("error", "warning")]
    return "receipts_proven", failed[0].explanation if failed else None


def _payer_is_insured(claim: ExaminedClaim) -> Result:
    others = [r for r in claim.receipts if r.fields.payer != claim.insured_name]
    return "payer_is_insured", "票据上的姓名看不清，或与被保险人不一致" if others else None


def _treated_after_event(claim: ExaminedClaim) -> Result:
    event_day = shanghai_day(claim.report.accident_at).isoformat()
    earlier = [r for r in claim.receipts if r.treated_on is not None and r.treated_on < event_day]
    return "treated_after_event", "就诊日期早于出险日期" if earlier else None


def _not_claimed_before(claim: ExaminedClaim) -> Result:
    return "not_claimed_before", "同一张票据已在其他申请或文件中出现" if claim.repeats else None


def _no_other_policy(claim: ExaminedClaim) -> Result:
    """Indemnity: what two policies pay together may not exceed the loss, so that a person looks."""
    return "no_other_policy", "被保险人另有有效保单，须核对补偿原则" if claim.other_policies else None


def _something_payable(claim: ExaminedClaim) -> Result:
    return "payable", None if claim.settlement.payable_fen > 0 else "按条款计算的赔付金额为 0"


def _within_limit(claim: ExaminedClaim) -> Result:
    within = claim.settlement.payable_fen <= claim.terms.automatic_approval_limit_fen
    return "within_automatic_limit", None if within else "赔付金额超过自动核赔上限"


def _amended(receipt: CaseReceipt, field: str) -> bool:
    return any(amendment.field == field for amendment in receipt.amendments)
