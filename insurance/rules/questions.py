"""What makes a calculator's question unanswerable (试算): refused by field, before the rules compute anything."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from insurance.rules.deadlines import ClaimFacts
from insurance.rules.errors import FieldError
from insurance.rules.event import ClaimReceipt, Cover, Event
from insurance.rules.terms import ProductTerms

# far from both ends of what a date can hold, so that adding a term or a period never overflows
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
MOST_FEN = 10**13


def settlement_problems(
    terms: ProductTerms,
    cover: Cover,
    event: Event,
    receipts: Sequence[ClaimReceipt],
    *,
    other_insurer_paid_fen: int = 0,
    other_death_benefit_fen: int = 0,
    used_fen: Mapping[str, int] | None = None,
) -> tuple[FieldError, ...]:
    """Why `settle` can't be asked this. Fields are named as in the preview's body (DESIGN 6)."""
    sums = {"other_insurer_paid_fen": other_insurer_paid_fen, "other_death_benefit_fen": other_death_benefit_fen}
    return (
        *_cover_problems(cover),
        *event_problems(event),
        *(
            problem
            for i, receipt in enumerate(receipts)
            for problem in _receipt_problems(f"receipts.{i}", receipt, event)
        ),
        *_sum_problems(sums),
        *_used_problems(terms, used_fen or {}),
    )


def surrender_problems(effective_date: date, requested_on: date) -> tuple[FieldError, ...]:
    return tuple(_date_problems({"effective_date": effective_date, "requested_on": requested_on}))


def clocks_problems(facts: ClaimFacts, as_of: date) -> tuple[FieldError, ...]:
    """Days that can't be: an answer before its question, or papers that nobody asked for."""
    found = [*_date_problems({**_days(facts), "as_of": as_of})]
    for later, earlier in _ORDER:
        first, second = getattr(facts, earlier), getattr(facts, later)
        if first is not None and second is not None and second < first:
            found.append(FieldError(later, "before_it_can_be", "日期早于它之前的一步"))
    if facts.supplement_received_on and not facts.notice_delivered_on:
        found.append(FieldError("notice_delivered_on", "required", "有补充材料的日期时，须填写补充通知送达的日期"))
    if facts.agreed_on and facts.outcome == "refused":
        found.append(FieldError("agreed_on", "refused", "拒赔没有达成赔付协议的日期"))
    return tuple(found)


_ORDER = (
    ("notice_delivered_on", "received_on"),
    ("supplement_received_on", "notice_delivered_on"),
    ("decided_on", "received_on"),
    ("agreed_on", "received_on"),
    ("agreed_on", "decided_on"),
)


def _days(facts: ClaimFacts) -> dict[str, date]:
    return {name: value for name, value in vars(facts).items() if isinstance(value, date)}


def _cover_problems(cover: Cover) -> Iterator[FieldError]:
    dates = {"effective_date": cover.effective_date, "insured_birth_date": cover.insured_birth_date}
    yield from _date_problems(dates)
    if cover.insured_birth_date > cover.effective_date:
        yield FieldError("insured_birth_date", "after_effective_date", "出生日期不能晚于生效日期")


def event_problems(event: Event) -> Iterator[FieldError]:
    """What can't have happened so."""
    yield from _date_problems({"event.date": event.date})
    for name in ("died_on", "critical_illness"):
        day: date | None = getattr(event, name)
        if day is not None:
            yield from _date_problems({f"event.{name}": day})
            if day < event.date:
                yield FieldError(f"event.{name}", "before_event", "不能早于出险日期")
    if event.sudden_death and event.died_on is None:
        yield FieldError("event.died_on", "required", "猝死须填写身故日期")
    for i, grade in enumerate(event.disability_grades):
        yield from _grade_problems(f"event.disability_grades.{i}", grade)
    if event.prior_disability_grade is not None:
        yield from _grade_problems("event.prior_disability_grade", event.prior_disability_grade)


def _grade_problems(field: str, grade: int) -> Iterator[FieldError]:
    if not 1 <= grade <= 10:
        yield FieldError(field, "bad_grade", "伤残等级为1到10级")


def _receipt_problems(path: str, receipt: ClaimReceipt, event: Event) -> Iterator[FieldError]:
    names = ("total_fen", "pool_pay_fen", "other_pay_fen", "self_expense_fen")
    yield from _sum_problems({f"{path}.{name}": getattr(receipt, name) for name in names})
    yield from _date_problems({f"{path}.date": receipt.date})
    if receipt.date < event.date:
        yield FieldError(f"{path}.date", "before_event", "票据日期不能早于出险日期")


def _used_problems(terms: ProductTerms, used_fen: Mapping[str, int]) -> Iterator[FieldError]:
    for coverage_id, amount in used_fen.items():
        field = f"used_fen.{coverage_id}"
        if terms.coverage(coverage_id) is None:
            yield FieldError(field, "unknown_coverage", "该产品没有这项保障")
        yield from _sum_problems({field: amount})


def _sum_problems(sums: Mapping[str, int]) -> Iterator[FieldError]:
    for field, amount in sums.items():
        if amount < 0:
            yield FieldError(field, "negative", "金额不能为负")
        elif amount > MOST_FEN:
            yield FieldError(field, "too_large", "金额过大")


def _date_problems(days: Mapping[str, date]) -> Iterator[FieldError]:
    for field, day in days.items():
        if not EARLIEST <= day <= LATEST:
            yield FieldError(field, "impossible_date", f"日期应在{EARLIEST}到{LATEST}之间")
