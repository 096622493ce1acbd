"""The apportionment statement (理赔分割单): what was paid on which receipt, for a second insurer. Its sums are the payment's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from insurance.letters.claim_facts import ClaimOnPaper, claim_facts
from insurance.letters.letter import Block, Heading, Issuer, Letter, Paragraph, Table, chinese_day
from insurance.rules.apportionment import Apportionment, PaidLine, ReceiptShare
from insurance.rules.capitals import write_capitals
from insurance.rules.money import yuan
from insurance.rules.terms import ProductTerms

TITLE = "理赔分割单"


@dataclass(frozen=True)
class PrintedNumber:
    """How a receipt is told from others: 票据代码 and 票据号码 as printed, None where none is."""

    bill_code: str | None
    bill_no: str | None

    def __str__(self) -> str:
        return " ".join(part for part in (self.bill_code, self.bill_no) if part) or "无号码"


@dataclass(frozen=True)
class ApportionmentOnPaper:
    """`numbers` by receipt id. `uncounted`: receipts of the claim that no sum was worked out from."""

    number: str
    claim: ClaimOnPaper
    terms: ProductTerms
    apportionment: Apportionment
    numbers: dict[str, PrintedNumber]
    uncounted: tuple[PrintedNumber, ...]
    paid_on: date


def apportionment_statement(paper: ApportionmentOnPaper, issuer: Issuer) -> Letter:
    paid_fen = paper.apportionment.paid_fen
    return Letter(
        title=TITLE,
        number=paper.number,
        issuer=issuer,
        dated=paper.paid_on,
        blocks=(
            claim_facts(paper.claim, ("付款日期", chinese_day(paper.paid_on))),
            Paragraph(f"本次理赔共赔付{yuan(paid_fen)}元（人民币{write_capitals(paid_fen)}），分到各张票据如下。"),
            *_receipts(paper),
            *_lump_sums(paper),
            *_lines(paper),
            Paragraph(
                "赔付金额按条款计算后分到每张票据，分到分的尾差按最大余数法处理，各张票据相加等于赔付合计。"
                "医保及其他支付以票据所载为准。本单供被保险人向其他保险公司申请理赔使用。",
                small=True,
            ),
        ),
    )


def _receipts(paper: ApportionmentOnPaper) -> Iterator[Block]:
    shares = paper.apportionment.receipts
    if shares:
        rows = [_row(number, paper.numbers[share.receipt.receipt_id], share) for number, share in enumerate(shares, 1)]
        total = ("", "合计", "", *(yuan(sum(column)) for column in zip(*map(_sums, shares), strict=True)))
        header = ("序号", "票据代码 号码", "日期", "票据金额", "医保及其他支付", "本次赔付", "余下自担")
        yield Heading("按票据（单位：元）")
        yield Table(header, (*rows, total), (7, 24, 14, 13, 16, 13, 13), frozenset({3, 4, 5, 6}))
    if paper.uncounted:
        yield Paragraph(f"没有计入理算的票据：{'；'.join(str(number) for number in paper.uncounted)}。")


def _row(number: int, printed: PrintedNumber, share: ReceiptShare) -> tuple[str, ...]:
    return (str(number), str(printed), share.receipt.date.isoformat(), *(yuan(fen) for fen in _sums(share)))


def _sums(share: ReceiptShare) -> tuple[int, int, int, int]:
    receipt = share.receipt
    others = receipt.pool_pay_fen + receipt.other_pay_fen
    return receipt.total_fen, others, share.paid_fen, receipt.total_fen - others - share.paid_fen


def _lump_sums(paper: ApportionmentOnPaper) -> Iterator[Block]:
    if paper.apportionment.lump_sums:
        yield Heading("定额给付（与票据无关，单位：元）")
        yield _table(paper, paper.apportionment.lump_sums)


def _lines(paper: ApportionmentOnPaper) -> Iterator[Block]:
    """The same sums by coverage."""
    by_coverage: dict[str, int] = {}
    for share in paper.apportionment.receipts:
        for line in share.lines:
            by_coverage[line.coverage_id] = by_coverage.get(line.coverage_id, 0) + line.paid_fen
    if by_coverage:
        yield Heading("票据赔付按保险责任（单位：元）")
        yield _table(paper, tuple(PaidLine(coverage_id, fen) for coverage_id, fen in by_coverage.items()))


def _table(paper: ApportionmentOnPaper, lines: tuple[PaidLine, ...]) -> Table:
    rows = []
    for line in lines:
        coverage = paper.terms.coverage(line.coverage_id)
        assert coverage is not None
        rows.append((coverage.label, coverage.clause, yuan(line.paid_fen)))
    total = ("合计", "", yuan(sum(line.paid_fen for line in lines)))
    return Table(("保险责任", "条款", "赔付金额"), (*rows, total), (36, 46, 18), frozenset({2}))
