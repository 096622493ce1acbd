"""May this claim be decided without a person (自动核赔)? Every check that held is named; one that did not is a finding."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from insurance.rules.benefit import Settlement
from insurance.rules.case import AccidentReport, AssessmentGrounds, CaseReceipt, EvidenceFile, Finding
from insurance.rules.cover import shanghai_day
from insurance.rules.receipts.against_claim import days, payer, payer_number, unproven, unread
from insurance.rules.repeated import repeated
from insurance.rules.terms import ProductTerms

SIMPLE_STATES = frozenset({"outpatient", "inpatient", "discharged", "recovering"})
SIMPLE_CATEGORIES = frozenset({"outpatient", "inpatient"})
_UNKNOWN_PAYEE = "收款人不是保单上的投保人，由理赔员核对与孩子的关系；可上传户口簿、出生证明等关系证明"


@dataclass(frozen=True)
class ExaminedClaim:
    """Everything a decision may stand on. `receipts` are those that count; `copies` only repeat one of them, `uncounted`
    lack an amount or a day; `open_questions` are what the sum depends on and nothing proves."""

    terms: ProductTerms
    report: AccidentReport
    insured_name: str
    insured_id_number: str
    cover_from: date
    cover_to: date
    receipts: Sequence[CaseReceipt]
    copies: Sequence[CaseReceipt]
    uncounted: Sequence[CaseReceipt]
    open_questions: Sequence[Finding]
    missing_documents: Sequence[str]
    documents: Sequence[EvidenceFile]
    grounds: AssessmentGrounds
    settlement: Settlement
    payees_known: bool = True


def examine(claim: ExaminedClaim) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Findings, and the codes of the checks that held. Where one thing alone can fail a check, its finding has the check's code;
    the other codes stand in docs/findings.md."""
    event_day = shanghai_day(claim.report.accident_at)
    received_on = {document.document_id: shanghai_day(document.received_at) for document in claim.documents}
    checks: tuple[tuple[str, Iterable[Finding]], ...] = (
        _single("event_in_cover", claim.cover_from <= event_day <= claim.cover_to, "出险日期不在保险期间内"),
        _single("simple_medical_claim", _is_simple(claim), "不是普通的门诊或住院医疗费用，须人工审核"),
        _single("papers_complete", not claim.missing_documents, "材料尚不齐全"),
        _single("receipts_present", bool(claim.receipts), "没有可用的医疗票据"),
        ("receipts_read", [*_unread_files(claim), *_each(claim, unread), *claim.open_questions]),
        ("receipts_proven", _each(claim, unproven)),
        ("payer_is_insured", _each(claim, lambda r: payer(r, claim.insured_name, claim.insured_id_number))),
        ("days_possible", _each(claim, lambda r: days(r, event_day, received_on.get(r.document_id)))),
        ("not_claimed_before", repeated((*claim.receipts, *claim.copies), claim.documents, claim.grounds)),
        _single(
            "accident_told_once",
            not claim.grounds.same_accident,
            "近期另有一件申请，说的可能是同一次事故，由理赔员核对；同一次事故分几次就诊属于正常情况，不用担心",
        ),
        _single("school_day", not claim.grounds.closed_because, _why_doubtful_day(claim)),
        # indemnity: what two policies pay together may not exceed the loss (费用补偿)
        _single("no_other_policy", not claim.grounds.other_policies, _why_other_policies(claim)),
        _single("payee_known", claim.payees_known, _UNKNOWN_PAYEE),
        _single("payable", claim.settlement.payable_fen > 0, _why_nothing(claim)),
        _single("within_automatic_limit", _is_within_limit(claim), "赔付金额超过自动核赔上限"),
    )
    results = [(code, tuple(found)) for code, found in checks]
    findings = tuple(finding for _, found in results for finding in found)
    if findings:
        findings += tuple(_each(claim, lambda r: payer_number(r, claim.insured_id_number)))
    return findings, tuple(code for code, found in results if not found)


def _single(code: str, held: bool, explanation: str) -> tuple[str, tuple[Finding, ...]]:
    return code, () if held else (Finding(code, explanation),)


def _each(claim: ExaminedClaim, rule: Callable[[CaseReceipt], Iterator[Finding]]) -> Iterator[Finding]:
    for receipt in claim.receipts:
        yield from rule(receipt)


def _unread_files(claim: ExaminedClaim) -> Iterator[Finding]:
    """Nobody had the time; a file in which there is no receipt is rejected and not here."""
    read = {receipt.document_id for receipt in (*claim.receipts, *claim.copies)}
    for document in claim.documents:
        if document.kind == "medical_receipt" and document.document_id not in read:
            yield Finding("file_unread", "有一份票据文件还没有识别，请理赔员重新识别后核对")


def _is_simple(claim: ExaminedClaim) -> bool:
    """Ordinary medical costs; everything else is an adjuster's."""
    categories = {receipt.category for receipt in claim.receipts}
    is_simple_event = claim.report.patient_state in SIMPLE_STATES and not claim.report.critical_illness
    return is_simple_event and categories <= SIMPLE_CATEGORIES


def _why_nothing(claim: ExaminedClaim) -> str:
    if claim.uncounted:
        return "有票据还看不清，核对之后才能计算赔付金额"
    return "按条款计算的赔付金额为 0"


def _why_doubtful_day(claim: ExaminedClaim) -> str:
    name, guess = claim.grounds.closed_because, claim.grounds.closed_guessed_from
    day = f"当天可能是{name}（{guess}）" if guess else f"当天是{name}"
    return f"报案称事故发生在校园内，而{day}，由理赔员核对"


def _why_other_policies(claim: ExaminedClaim) -> str:
    return (
        f"孩子另有{claim.grounds.other_policies}张有效保单：医疗费用各保单合计不超过实际支出，由理赔员核对其他保单是否已赔；"
        "身故、伤残、重大疾病等定额给付不受影响"
    )


def _is_within_limit(claim: ExaminedClaim) -> bool:
    return claim.settlement.payable_fen <= claim.terms.automatic_approval_limit_fen
