"""What a coverage (保险责任) pays, in words and numbers of its terms: what its sum is, what is deducted, at which ratio."""

from collections.abc import Iterator

from insurance.rules.money import yuan
from insurance.rules.terms import Band, Coverage, MedicalTerms, ProductTerms

_PER = {"accident": "每次事故", "stay": "每次住院"}


def waiting_words(coverage: Coverage, renewal: bool) -> str:
    """The waiting period (等待期); a renewal has none."""
    if not coverage.waiting_days:
        return "无"
    return "续保，无" if renewal else f"{coverage.waiting_days}天"


def payment_words(coverage: Coverage, terms: ProductTerms) -> str:
    return "；".join(_words(coverage, terms)) or "按保险金额给付"


def _words(coverage: Coverage, terms: ProductTerms) -> Iterator[str]:
    if coverage.campus_only:
        yield "限校园内"
    if coverage.overflow_of:
        yield f"“{_label(terms, coverage.overflow_of)}”用完后接续"
    if coverage.draws_on:
        yield f"与“{_label(terms, coverage.draws_on)}”共用保额"
    if coverage.in_place_of:
        yield f"给付后不再给付“{_label(terms, coverage.in_place_of)}”"
    if coverage.medical:
        yield from _medical(coverage.medical)


def _medical(medical: MedicalTerms) -> Iterator[str]:
    if medical.deductible_fen:
        yield f"{_PER[medical.deductible_per]}免赔{yuan(medical.deductible_fen)}元"
    settled, unsettled = _bands(medical.settled), _bands(medical.unsettled)
    if settled == unsettled:
        yield f"赔付{settled}"
    else:
        yield f"经医保结算赔付{settled}"
        yield f"未经医保结算赔付{unsettled}"
    if medical.self_expense_cut:
        yield "医保目录外费用不赔"
    if medical.days_after_accident is not None:
        yield f"限事故发生后{medical.days_after_accident}天内的治疗"


def _bands(bands: tuple[Band, ...]) -> str:
    return "、".join(_band(band, number) for number, band in enumerate(bands))


def _band(band: Band, number: int) -> str:
    if band.up_to_fen is not None:
        return f"{yuan(band.up_to_fen)}元以内部分{band.percent}%"
    return f"其余{band.percent}%" if number else f"{band.percent}%"


def _label(terms: ProductTerms, coverage_id: str) -> str:
    known = terms.coverage(coverage_id)
    return known.label if known else coverage_id
