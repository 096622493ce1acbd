"""From a product file to the terms that rules compute with, and what no single field can show to be wrong."""

from collections.abc import Iterator

from insurance.products.reading import Problem
from insurance.products.schema import Bands, CoverageFile, Medical, ProductFile
from insurance.rules.terms import AgreedTime, Band, Coverage, DeathCap, MedicalTerms, ProductTerms, SurrenderTerms


def to_terms(file: ProductFile) -> ProductTerms:
    """The product's terms; clauses of single numbers stay in the file, a coverage carries its article and its sum's source."""
    return ProductTerms(
        product_id=file.product_id,
        version=file.version,
        title=file.title,
        insurer_code=file.insurer,
        sold_from=file.sold_from,
        school_types=file.school_types,
        premium_fen=file.premium.yuan,
        coverages=tuple(_coverage(c) for c in file.coverages),
        surrender=SurrenderTerms(
            kept_percent=file.surrender.kept_percent,
            request_day_counts=file.surrender.request_day_counts,
            zero_after_paid_claim=file.surrender.zero_after_paid_claim,
            clause=file.surrender.clause,
        ),
        agreed_times=tuple(
            AgreedTime(t.decide_working_days, t.pay_working_days, t.up_to_yuan) for t in file.agreed_times
        ),
        automatic_approval_limit_fen=file.approval.automatic_up_to.yuan,
        second_adjuster_from_fen=file.approval.second_adjuster_from.yuan,
        small_claim_fen=file.approval.small_claim_up_to.yuan,
        serious_case_from_fen=file.approval.serious_case_from.yuan,
        minors_death_caps=tuple(DeathCap(c.below_age, c.yuan) for c in file.minors_death_caps),
        document_ids=file.documents,
        term_years=file.term.years,
        first_day_after_payment=file.first_day.days_after_payment,
        first_day_within_days=file.first_day.within_days,
    )


def _coverage(file: CoverageFile) -> Coverage:
    return Coverage(
        coverage_id=file.id,
        label=file.title,
        clause=f"{file.clause}；{file.limit.clause}",
        limit_fen=file.limit.yuan,
        causes=file.causes,
        pays=file.pays,
        campus_only=file.campus_only,
        waiting_days=file.waiting.days if file.waiting else 0,
        draws_on=file.shares_sum_with,
        in_place_of=file.in_place_of,
        overflow_of=file.overflow_of,
        medical=_medical(file.medical) if file.medical else None,
    )


def _medical(file: Medical) -> MedicalTerms:
    return MedicalTerms(
        categories=file.receipts,
        settled=_bands(file.settled),
        unsettled=_bands(file.unsettled),
        deductible_fen=file.deductible.yuan if file.deductible else 0,
        deductible_per=file.deductible.per if file.deductible else "accident",
        self_expense_cut="" if file.self_expense.paid else file.self_expense.explanation,
        days_after_accident=file.treatment_within.days if file.treatment_within else None,
    )


def _bands(file: Bands) -> tuple[Band, ...]:
    return tuple(Band(b.percent, b.up_to_yuan) for b in file.bands)


def problems_of(name: str, file: ProductFile) -> list[Problem]:
    """What contradicts itself in a file whose single fields are all right."""
    return [Problem(name, field, reason) for check in _CHECKS for field, reason in check(file)]


Found = Iterator[tuple[str, str]]


def _names(file: ProductFile) -> Found:
    if name := _twice([c.id for c in file.coverages]):
        yield f"coverages.{name}", "写了两次"
    if name := _twice(file.documents):
        yield "documents", f"{name} 写了两次"


def _references(file: ProductFile) -> Found:
    """Another coverage that is named must be there; those that pay after it or in its place come after it."""
    ids = [c.id for c in file.coverages]
    for index, coverage in enumerate(file.coverages):
        for field in ("shares_sum_with", "in_place_of", "overflow_of"):
            name = getattr(coverage, field)
            if name is not None and name not in ids[:index]:
                yield f"coverages.{coverage.id}.{field}", f"没有排在本项之前的 {name}"


def _kinds(file: ProductFile) -> Found:
    """Medical pays by receipts or takes an overflow; nothing else has receipts."""
    for coverage in file.coverages:
        if ("medical" in coverage.pays) != bool(coverage.medical or coverage.overflow_of):
            yield f"coverages.{coverage.id}.medical", "pays 含 medical 时须写 medical 或 overflow_of，否则都不写"
        if coverage.medical and (coverage.overflow_of or len(coverage.pays) > 1):
            yield f"coverages.{coverage.id}.medical", "按票据赔付的保障不能再有 overflow_of 或其他给付"


def _receipts(file: ProductFile) -> Found:
    """A receipt counts once: for one cause, only one coverage takes its category."""
    taken: dict[tuple[str, str], str] = {}
    for coverage in file.coverages:
        for category in coverage.medical.receipts if coverage.medical else ():
            for cause in coverage.causes:
                other = taken.setdefault((cause, category), coverage.id)
                if other != coverage.id:
                    yield f"coverages.{coverage.id}.medical.receipts", f"{category} 已归 {other}"


def _bands_ascend(file: ProductFile) -> Found:
    for coverage in file.coverages:
        for field in ("settled", "unsettled"):
            bands: tuple[Bands, ...] = (getattr(coverage.medical, field),) if coverage.medical else ()
            for found in bands:
                *limits, last = [b.up_to_yuan for b in found.bands]
                if last is not None or None in limits or limits != sorted(set(limits), key=lambda fen: fen or 0):
                    yield f"coverages.{coverage.id}.medical.{field}", "各档上限须递增，最后一档不写上限"


def _explanations(file: ProductFile) -> Found:
    """What is cut needs words for the family (解释三 19)."""
    for coverage in file.coverages:
        rule = coverage.medical.self_expense if coverage.medical else None
        if rule and rule.paid == bool(rule.explanation):
            yield f"coverages.{coverage.id}.medical.self_expense.explanation", "不赔自费时须写说明，赔自费时不写"


def _agreed_times(file: ProductFile) -> Found:
    *limits, last = [t.up_to_yuan for t in file.agreed_times]
    if last is not None or None in limits or limits != sorted(set(limits), key=lambda fen: fen or 0):
        yield "agreed_times", "各档金额须递增，最后一档不写金额"


def _approval(file: ProductFile) -> Found:
    if file.approval.automatic_up_to.yuan >= file.approval.second_adjuster_from.yuan:
        yield "approval.second_adjuster_from", "须大于自动核赔上限"


_CHECKS = (_names, _references, _kinds, _receipts, _bands_ascend, _explanations, _agreed_times, _approval)


def _twice(names: list[str] | tuple[str, ...]) -> str | None:
    return next((name for name in names if names.count(name) > 1), None)
