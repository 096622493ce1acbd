"""Facts with full defaults, and strategies that make them up, for tests of the rules."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from insurance.products.catalogue import load_catalogue
from insurance.rules.application import Agreement, Applicant, Application, Consent, Insured
from insurance.rules.benefit import ClaimReceipt, Cover, Event, Settlement, settle
from insurance.rules.terms import Coverage, MedicalTerms, ProductTerms

DAY = date(2025, 10, 20)


def for_people(text: str) -> bool:
    """A whole Chinese text: it begins and ends in Chinese, a figure or a bracket."""
    return all("一" <= edge <= "鿿" or edge.isdigit() or edge in "（）《》%" for edge in (text[0], text[-1]))


PRODUCTS = [product.product_id for product in load_catalogue().products]


def product(number: int | str = 1) -> ProductTerms:
    return load_catalogue().product(number if isinstance(number, str) else f"changsha-2024-plan-{number}")


def cover(**changes: Any) -> Cover:
    return Cover(
        **{"effective_date": date(2025, 9, 1), "renewal": False, "insured_birth_date": date(2013, 3, 15)} | changes
    )


def accident(**changes: Any) -> Event:
    return Event(**{"type": "accident", "date": DAY} | changes)


def illness(**changes: Any) -> Event:
    return Event(**{"type": "illness", "date": DAY} | changes)


def receipt(total_fen: int, **changes: Any) -> ClaimReceipt:
    return ClaimReceipt(**{"category": "outpatient", "date": DAY, "total_fen": total_fen} | changes)


def medical_coverage(medical: MedicalTerms, **changes: Any) -> Coverage:
    return Coverage(
        **{
            "coverage_id": "accident_medical",
            "label": "意外医疗",
            "clause": "第一条",
            "limit_fen": 100_000_00,
            "causes": ("accident",),
            "pays": ("medical",),
            "medical": medical,
        }
        | changes
    )


def applicant(**changes: Any) -> Applicant:
    return Applicant(
        **{
            "name": "黄晓明",
            "mobile": "13700005678",
            "id_type": "resident_id",
            "id_number": "360102198105123450",
            "gender": "male",
            "birth_date": date(1981, 5, 12),
        }
        | changes
    )


def insured(**changes: Any) -> Insured:
    return Insured(
        **{
            "name": "黄小雨",
            "id_type": "resident_id",
            "id_number": "360102201203151249",
            "gender": "female",
            "birth_date": date(2012, 3, 15),
            "school_code": "3136000001",
            "school_type": "junior",
            "school_region": "360102",
            "class_name": "初二（3）班",
        }
        | changes
    )


def application(**changes: Any) -> Application:
    return Application(
        **{
            "applicant": applicant(),
            "relationship": "parent",
            "insured": insured(),
            "agreements": (Agreement("declaration", "1", "0" * 64),),
            "consents": (Consent("child_data", True), Consent("share_with_insurer", True)),
            "existing_death_cover_fen": 0,
        }
        | changes
    )


CATEGORIES = st.sampled_from(["outpatient", "inpatient", "rabies", "dental", "suturing"])
FEN = st.integers(0, 200_000_00)


@st.composite
def receipts(draw: st.DrawFn, day: date | None = None) -> ClaimReceipt:
    """A receipt whose payers do not exceed its total."""
    total = draw(st.integers(0, 150_000_00))
    pool = draw(st.integers(0, total))
    other = draw(st.integers(0, total - pool))
    return ClaimReceipt(
        category=draw(CATEGORIES),
        date=day or DAY + timedelta(days=draw(st.integers(0, 4) | st.integers(0, 200))),
        total_fen=total,
        pool_pay_fen=draw(st.just(0) | st.just(pool)),
        other_pay_fen=draw(st.just(0) | st.just(other)),
        self_expense_fen=draw(st.just(0) | st.integers(0, total - pool - other)),
        social_insurance_settled=draw(st.booleans()),
    )


EVENTS = st.builds(
    Event,
    type=st.sampled_from(["accident", "illness"]),
    date=st.just(DAY) | st.dates(date(2025, 8, 20), date(2025, 10, 20)),
    on_campus=st.booleans(),
    died_on=st.none() | st.dates(DAY, DAY + timedelta(days=400)),
    sudden_death=st.booleans(),
    critical_illness=st.none() | st.dates(DAY, DAY + timedelta(days=60)),
    disability_grades=st.lists(st.integers(1, 10), max_size=4).map(tuple),
    prior_disability_grade=st.none() | st.integers(1, 10),
)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Everything that `settle` takes, by name."""
    terms = draw(st.sampled_from(PRODUCTS).map(product))
    used = draw(st.dictionaries(st.sampled_from([c.coverage_id for c in terms.coverages]), FEN, max_size=4))
    return {
        "terms": terms,
        "cover": cover(
            insured_birth_date=draw(st.dates(date(2007, 1, 1), date(2022, 1, 1))),
            renewal=draw(st.booleans()),
            death_limit_fen=draw(st.none() | FEN),
        ),
        "event": draw(EVENTS),
        "receipts": draw(st.lists(receipts(), max_size=5)),
        "other_insurer_paid_fen": draw(st.just(0) | FEN),
        "other_death_benefit_fen": draw(st.just(0) | FEN),
        "used_fen": used,
    }


def ask(question: dict[str, Any], **changes: Any) -> Settlement:
    return settle(**question | changes)
