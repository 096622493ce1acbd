"""Letters of an invented family, with full defaults, and what can be read in their files."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2

from insurance.letters.apportionment_statement import ApportionmentOnPaper, PrintedNumber, apportionment_statement
from insurance.letters.claim_facts import ClaimOnPaper
from insurance.letters.decision_notice import DecisionOnPaper, decision_notice
from insurance.letters.electronic_policy import AgreedText, PersonOnPolicy, PolicyOnPaper, electronic_policy
from insurance.letters.letter import Issuer, Letter
from insurance.products.catalogue import load_catalogue
from insurance.rules.apportionment import apportion
from insurance.rules.benefit import ClaimReceipt, Cover, Event, settle
from insurance.rules.case import DecidedLine, Decision
from insurance.rules.settlement import Settlement

TERMS = load_catalogue().product("changsha-2024-plan-2")
ISSUER = Issuer("湘江学安保险股份有限公司湖南省分公司（示例）", "400-000-0731", "每日 8:00-20:00")
CLAIM = ClaimOnPaper(
    "cl-1", "R20260304000123", "XJ00000000000001", TERMS.title, "黄建国", "黄小明", "430102201602290017", "accident",
    date(2026, 3, 4),
)  # fmt: skip
COVER = Cover(date(2025, 9, 1), False, date(2016, 2, 29))
ACCIDENT = Event("accident", date(2026, 3, 4))
RECEIPTS = (
    ClaimReceipt("outpatient", date(2026, 3, 4), 1_280_50, 402_30, 0, 240_00, receipt_id="r-1"),
    ClaimReceipt("dental", date(2026, 3, 8), 800_00, receipt_id="r-2"),
)


IN_HOSPITAL = (ClaimReceipt("inpatient", date(2026, 3, 6), 3_000_00, receipt_id="r-3"),)


def settlement(event: Event = ACCIDENT) -> Settlement:
    return settle(TERMS, COVER, event, RECEIPTS if event.type == "accident" else IN_HOSPITAL)


def decided(outcome: Any, settled: Settlement, **changes: Any) -> Decision:
    """Partial: half of every line."""
    part = {"full": 1, "partial": 2}.get(outcome)
    lines = tuple(DecidedLine(li.coverage_id, li.payable_fen // part) for li in settled.lines) if part else ()
    decision = Decision(
        by="automatic" if outcome == "full" else "adjuster",
        outcome=outcome,
        payable_fen=sum(line.payable_fen for line in lines),
        lines=lines,
        reason_codes=() if outcome == "full" else ("item_not_covered",),
        comment="" if outcome == "full" else "特需门诊服务费不在保障范围内",
        checks=("receipts_read", "payer"),
        adjusters=() if outcome == "full" else ("adj-1", "adj-2"),
        decided_at=datetime(2026, 3, 10, 18, 0, tzinfo=UTC),
    )
    return replace(decision, **changes)


def notice(outcome: str, event: Event = ACCIDENT, **changes: Any) -> Letter:
    settled = settlement(event)
    paper = DecisionOnPaper("cl-1-d1", CLAIM, TERMS, settled, decided(outcome, settled), date(2026, 4, 10))
    return decision_notice(replace(paper, **changes), ISSUER)


def statement(**changes: Any) -> Letter:
    paid = {line.coverage_id: line.payable_fen for line in settlement().lines}
    numbers = {"r-1": PrintedNumber("43060125", "0012345678"), "r-2": PrintedNumber(None, None)}
    paper = ApportionmentOnPaper(
        "cl-1-a1", CLAIM, TERMS, apportion(TERMS, ACCIDENT, RECEIPTS, paid), numbers, (), date(2026, 3, 12)
    )
    return apportionment_statement(replace(paper, **changes), ISSUER)


def pages_of(file: bytes) -> list[str]:
    """The text of each page, as a reader selects it, without its line ends."""
    document = pypdfium2.PdfDocument(file)
    texts = [page.get_textpage().get_text_range() for page in document]
    return ["".join(text.split()) for text in texts]


def text_of(file: bytes) -> str:
    return "".join(pages_of(file))


def policy_on_paper(**changes: Any) -> PolicyOnPaper:
    texts = load_catalogue().documents(TERMS.product_id)
    paper = PolicyOnPaper(
        policy_no="XJ00000000000001",
        terms=TERMS,
        applicant=PersonOnPolicy("黄建国", "360102********3450", "137****5678"),
        insured=PersonOnPolicy("黄小明", "430102********0017"),
        relationship="parent",
        school_class="三年级二班",
        effective_date=date(2025, 9, 1),
        ends_on=date(2026, 8, 31),
        premium_fen=120_00,
        paid_on=date(2025, 8, 20),
        issued_on=date(2025, 8, 20),
        renewal=False,
        death_limit_fen=None,
        death_cover=None,
        agreed=tuple(AgreedText(text.title, text.version, text.sha256) for text in texts),
    )
    return replace(paper, **changes)


def e_policy(verify_url: str = "https://xueping.invalid/v1/verify/XJ1?c=abc", **changes: Any) -> Letter:
    return electronic_policy(policy_on_paper(**changes), "XJ00000000000001-0123456789", ISSUER, verify_url)
