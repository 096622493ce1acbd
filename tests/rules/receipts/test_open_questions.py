"""What arithmetic leaves open is certain only where the print says it clearly."""

from dataclasses import replace

import pytest
from printed import changed, line, receipt
from test_other_papers import failing, invoice, read

from insurance.rules.receipts.certainty import CERTAIN
from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import PAYERS, ReceiptReading
from insurance.rules.receipts.second import combine

POOL, CASH = "医保统筹基金支付：150.00", "个人现金支付：356.50"
CODE = "https://www.chinaebill.cn/d?t=504&a=x&d=36060126_0012345678_a1b2c3_506.50_20261102&s=y"


def certain(reading: ReceiptReading) -> set[str]:
    return {name for name, confidence in reading.confidence.items() if confidence >= CERTAIN}


def blurred(lines: list[Line], text: str, characters: str, score: float) -> list[Line]:
    """The page with some characters of one line read unsurely."""
    scores = tuple(score if c in characters else 1.0 for c in text)
    return [replace(item, scores=scores) if item.text == text else item for item in lines]


def test_everything_that_its_label_says_clearly_and_a_sum_bears_out_is_certain() -> None:
    assert {*PAYERS, "total", "total_upper", "self_pay", "self_expense", "items"} <= certain(read(receipt()))


def test_two_payers_with_unclear_labels_may_stand_in_each_others_place() -> None:
    page = changed(changed(receipt(), POOL, "医保统筹基全文付：150.00"), CASH, "个人现全文付：356.50")
    reading = read(page)
    assert (reading.fields.pool_pay, reading.fields.cash_pay) == ("150.00", "356.50")
    assert failing(reading) == set()
    assert {"pool_pay", "cash_pay"} & certain(reading) == set()
    assert {"other_pay", "account_pay", "total"} <= certain(reading)


def test_one_payer_with_an_unclear_label_is_what_the_others_leave() -> None:
    page = changed(receipt(), POOL, "医保统筹基全文付：150.00")
    assert "pool_pay" in certain(read(page))
    beside = [*changed(page, "个人账户支付：0.00", "个人账户支付：0.00"), line("大病保险支付：0.00", 860, 810)]
    assert "pool_pay" not in certain(read(beside))


def test_payers_whose_labels_a_seal_hides_are_told_but_not_certain() -> None:
    page = changed(changed(receipt(), POOL, "150.00"), "其他支付：0.00", "0.00")
    reading = read(page)
    assert (reading.fields.pool_pay, reading.fields.other_pay) == ("150.00", "0.00")
    assert {"pool_pay", "other_pay"} & certain(reading) == set()


def test_two_looks_at_a_damaged_label_make_it_no_clearer_and_one_clear_look_does() -> None:
    clear = receipt()
    damaged = changed(changed(clear, POOL, "医保统筹基全文付：150.00"), CASH, "个人现全文付：356.50")
    twice = prove(combine(extract(damaged), extract(damaged)))
    once = prove(combine(extract(damaged), extract(clear)))
    assert {"pool_pay", "cash_pay"} & certain(twice) == set()
    assert {"pool_pay", "cash_pay"} <= certain(once)


@pytest.mark.parametrize(("score", "are_certain"), [(0.7, False), (0.95, True)])
def test_own_parts_are_told_apart_by_one_character_which_must_be_clear(score: float, are_certain: bool) -> None:
    page = blurred(receipt(), "个人自付：336.50", "付", score)
    page = blurred(page, "个人自费：20.00", "费", score)
    assert ({"self_pay", "self_expense"} <= certain(read(page))) is are_certain
    assert {"self_pay", "self_expense"} <= certain(read(blurred(receipt(), "个人自费：20.00", "费", score)))


def test_payers_that_fit_the_own_parts_only_when_two_change_places_are_not_certain() -> None:
    page = changed(receipt(), POOL, "医保统筹基金支付：356.50")
    exchanged = read(changed(page, CASH, "个人现金支付：150.00"))
    assert failing(exchanged) == {"own_parts_agree"}
    assert set(PAYERS) & certain(exchanged) == set()
    honest = read(changed(receipt(), "个人自付：336.50", "个人自付：300.00"))
    assert failing(honest) == {"own_parts_agree"}
    assert set(PAYERS) <= certain(honest)


def test_sums_half_a_row_off_their_labels_may_belong_to_the_next_row() -> None:
    def column(off: float) -> list[Line]:
        kept = [item for item in receipt() if "支付" not in item.text]
        labels = ("医保统筹基金支付", "其他支付", "个人账户支付", "个人现金支付")
        sums = ("150.00", "0.00", "0.00", "356.50")
        rows = [(label, told, 960 + 45 * i) for i, (label, told) in enumerate(zip(labels, sums, strict=True))]
        return [*kept, *(x for label, told, y in rows for x in (line(label, 120, y), line(told, 420, y + off)))]

    straight, off = read(column(3)), read(column(16))
    assert [getattr(off.fields, name) for name in PAYERS] == ["150.00", "0.00", "0.00", "356.50"]
    assert set(PAYERS) <= certain(straight)
    assert set(PAYERS) & certain(off) == set()


def test_a_charge_is_certain_only_by_a_clear_name_in_its_row() -> None:
    assert "items" not in certain(read(changed(receipt(), "西药费", "西药费", 0.8)))
    assert "items" in certain(read(changed(receipt(), "120.50", "120.50", 0.8)))
    lowered = [replace(i, quad=tuple((x, y + 15) for x, y in i.quad)) if i.text in ("120.50", "300.00") else i for i in receipt()]  # type: ignore[arg-type]  # fmt: skip
    assert [item.amount for item in read(lowered).fields.items] == ["120.50", "300.00", "86.00"]
    assert "items" not in certain(read(lowered))


@pytest.mark.parametrize(
    ("capitals", "unclear", "is_certain"),
    [
        ("伍佰零陆元伍角整", "", True),
        ("伍佰零陆元伍角整", "伍陆", True),
        ("伍佰零陆元伍角整", "整", False),
        ("伍佰零陆元伍角整", "零", False),
        ("伍佰零陆元伍角", "", False),
    ],
)
def test_of_capitals_no_sum_proves_the_words_that_are_no_figures(capitals: str, unclear: str, is_certain: bool) -> None:
    label = "金额合计（大写）"
    page = changed(receipt(), label + "伍佰零陆元伍角整", label + capitals)
    reading = read(blurred(page, label + capitals, unclear, 0.8))
    assert reading.fields.total_upper == capitals
    assert ("total_upper" in certain(reading)) is is_certain
    assert "total" in certain(reading)


def test_a_day_of_another_kind_is_never_certain() -> None:
    other = changed(receipt(), "开票日期：2026-11-02", "结算日期：2026-11-01")
    assert "date" not in certain(read(other))
    assert "date" not in certain(read(other, CODE))
    assert "date" in certain(read(receipt(), CODE))


@pytest.mark.parametrize("y", [150, 250])
def test_the_day_of_issue_is_no_other_day_wherever_that_stands(y: float) -> None:
    page = [*receipt(), line("结算日期：2026-11-01", 80, y), line("打印日期：2026-11-05", 500, y)]
    reading = read(page, CODE)
    assert reading.fields.date == "2026-11-02"
    assert failing(reading) == set()
    unread = read(changed(page, "开票日期：2026-11-02", "开票日期："))
    assert unread.fields.date is None


@pytest.mark.parametrize("shift", [-90, 0])
def test_of_two_sums_below_a_label_the_one_that_stands_more_below_it_counts(shift: float) -> None:
    labels = ("医保统筹基金支付", "其他医保支付", "个人账户支付", "个人现金支付")
    sums = ("150.00", "3.42", "7.08", "346.00")
    kept = [item for item in receipt() if "支付" not in item.text]
    row = [line(label, 120 + 215 * i, 960) for i, label in enumerate(labels)]
    below = [line(told, 180 + 215 * i + shift, 1000 - i) for i, told in enumerate(sums)]
    reading = read([*kept, *row, *below])
    assert [getattr(reading.fields, name) for name in PAYERS] == list(sums)


def test_what_the_code_of_another_receipt_tells_proves_nothing() -> None:
    dateless = "https://www.chinaebill.cn/x?invoice_code=36060126&invoice_number=0012345678&check_code=a1b2c3"
    another = CODE.replace("0012345678", "0012345679")
    assert {"bill_code", "bill_no", "check_code"} <= certain(read(receipt(), dateless))
    assert not {"bill_code", "bill_no", "check_code", "date"} & certain(read(receipt(), dateless, another))
    assert "date" in certain(read(receipt(), dateless, CODE))


def test_the_sum_without_tax_is_no_total_of_an_invoice() -> None:
    hidden = changed(changed(invoice(), "（小写）¥81.60", None), "⊗捌拾壹元陆角整", None)
    net = "01,10,031002200111,04722674,80.79,20230428,50284843600898197308,5417,"
    for page in (hidden, changed(hidden, "¥0.81", None)):
        assert read(page, net).fields.total is None
        joined = changed(changed(page, "计", None), "合", "合计")
        assert "total" not in certain(read(joined, net))
