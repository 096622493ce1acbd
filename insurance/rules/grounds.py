"""Whether a coverage applies to what happened (保险责任是否成立), and if not, why, in words for a parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from insurance.rules.days import last_day_of_term
from insurance.rules.event import ClaimReceipt, Cover, Event
from insurance.rules.medical import timely
from insurance.rules.settlement import NotPayable, NotPayableCode
from insurance.rules.terms import Coverage, ProductTerms, Trigger

_NAMES = {"accident": "意外", "illness": "疾病"}
_MISSING = {
    "death": "没有身故",
    "sudden_death": "不是猝死",
    "disability": "没有评定伤残等级",
    "critical_illness": "没有确诊约定的重大疾病",
}


@dataclass(frozen=True)
class Claim:
    """What `settle` was asked, in one value. Receipts dated before the event are not among them."""

    terms: ProductTerms
    cover: Cover
    event: Event
    receipts: tuple[ClaimReceipt, ...]

    @property
    def ends_on(self) -> date:
        return self.cover.ends_on or last_day_of_term(self.cover.effective_date, self.terms.term_years)

    def receipts_of(self, coverage: Coverage) -> tuple[ClaimReceipt, ...]:
        categories = coverage.medical.categories if coverage.medical else ()
        return tuple(r for r in self.receipts if r.category in categories)


def why_not(claim: Claim, coverage: Coverage) -> NotPayable | None:
    """The first ground on which the coverage does not apply; None when it does."""
    for ground in (_period, _cause, _campus, _occurrence, _late, _waiting, _in_place):
        found = ground(claim, coverage)
        if found:
            return refused(coverage, *found)
    return None


def refused(coverage: Coverage, code: NotPayableCode, explanation: str) -> NotPayable:
    return NotPayable(coverage.coverage_id, coverage.label, code, explanation)


def happened(event: Event, trigger: Trigger) -> bool:
    """Whether the event brought about what a benefit other than medical is paid for. Sudden death (猝死) is no accident."""
    match trigger:
        case "death":
            return event.died_on is not None
        case "sudden_death":
            return event.died_on is not None and event.sudden_death
        case "disability":
            return bool(event.disability_grades)
        case "critical_illness":
            return event.critical_illness is not None
        case "medical":
            return False


Ground = tuple[NotPayableCode, str] | None


def _deciding_day(claim: Claim, coverage: Coverage) -> date:
    """The accident's day or the illness's first day; for a critical illness the day of its first diagnosis."""
    event = claim.event
    if "critical_illness" in coverage.pays and event.type == "illness" and event.critical_illness:
        return event.critical_illness
    return event.date


def _period(claim: Claim, coverage: Coverage) -> Ground:
    day, first, last = _deciding_day(claim, coverage), claim.cover.effective_date, claim.ends_on
    if first <= day <= last:
        return None
    return "outside_period", f"{day}不在保险期间（{first}零时至{last}二十四时）内"


def _cause(claim: Claim, coverage: Coverage) -> Ground:
    if claim.event.type in coverage.causes:
        return None
    return "event_not_covered", f"这次是{_NAMES[claim.event.type]}，本项只保{_NAMES[coverage.causes[0]]}"


def _campus(claim: Claim, coverage: Coverage) -> Ground:
    if claim.event.on_campus or not coverage.campus_only:
        return None
    return "event_not_covered", "事故不在校园内，本项只保校园内的意外"


def _occurrence(claim: Claim, coverage: Coverage) -> Ground:
    first = claim.terms.coverage(coverage.overflow_of) if coverage.overflow_of else None
    if first:
        reason = why_not(claim, first)
        return (reason.code, reason.explanation) if reason else None
    if coverage.medical:
        return _receipts(claim, coverage)
    if any(happened(claim.event, trigger) for trigger in coverage.pays):
        return None
    return "event_not_covered", "，".join(_MISSING[trigger] for trigger in coverage.pays)


def _receipts(claim: Claim, coverage: Coverage) -> Ground:
    if claim.receipts_of(coverage):
        return None
    if claim.receipts:
        return "item_not_covered", "提交的票据里没有本项可以赔付的类别"
    return "no_evidence", "还没有可以计算的医疗票据"


def _late(claim: Claim, coverage: Coverage) -> Ground:
    terms = coverage.medical
    if terms is None or any(timely(terms, claim.event, r) for r in claim.receipts_of(coverage)):
        return None
    return "item_not_covered", f"治疗都在意外发生{terms.days_after_accident}日之后"


def _waiting(claim: Claim, coverage: Coverage) -> Ground:
    if claim.event.type == "accident" or claim.cover.renewal:
        return None
    day = _deciding_day(claim, coverage)
    last = claim.cover.effective_date + timedelta(days=coverage.waiting_days - 1)
    if day > last:
        return None
    return "waiting_period", f"{day}还在{coverage.waiting_days}天等待期内（到{last}为止）"


def _in_place(claim: Claim, coverage: Coverage) -> Ground:
    for other in _replacing(claim, coverage):
        if why_not(claim, other) is None:
            return "paid_in_place", f"按{other.label}赔付，不再另付本项"
    return None


def _replacing(claim: Claim, coverage: Coverage) -> Sequence[Coverage]:
    return [other for other in claim.terms.coverages if other.in_place_of == coverage.coverage_id]
