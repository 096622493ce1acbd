"""Honest receipts of which something was read unsurely are not suspected, and what was changed is found none the less."""

from dataclasses import replace

import pytest
from printed import changed, line, receipt
from test_other_papers import failing, invoice, read

from insurance.rules.receipts.checks import check_receipt
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.qr import QrFields
from insurance.rules.receipts.reading import Extras, Item, ReceiptFields


def test_a_sum_whose_point_was_read_as_a_colon_is_that_sum() -> None:
    reading = read(changed(receipt(), "300.00", "300:00"))
    assert failing(reading) == set()
    assert [item.amount for item in reading.fields.items] == ["120.50", "300.00", "86.00"]


@pytest.mark.parametrize("sign", ["V", "Y", "¥"])
def test_the_tax_is_known_whatever_its_sign_was_taken_for(sign: str) -> None:
    page = changed(changed(invoice(), "¥80.79", f"{sign}80.79"), "¥0.81", f"{sign}0.81")
    assert read(page).extras.tax == "0.81"
    assert "items_equal_total" in failing(read(changed(page, "（小写）¥81.60", "（小写）¥91.60")))


def without_tax(total: str) -> list[Line]:
    return changed(changed(invoice(), "¥0.81", None), "（小写）¥81.60", f"（小写）¥{total}")


def test_charges_contradict_no_total_that_an_unread_tax_may_explain() -> None:
    assert read(without_tax("81.60")).extras.tax_unread
    assert "items_equal_total" not in failing(read(without_tax("81.60")))


@pytest.mark.parametrize("total", ["71.60", "181.60", "98.60"])
def test_no_tax_explains_a_total_below_its_charges_or_far_above(total: str) -> None:
    assert "items_equal_total" in failing(read(without_tax(total)))


def test_an_invoice_free_of_tax_has_none_to_be_read() -> None:
    free = changed(changed(without_tax("88.60"), "0.53", "***"), "0.28", "***")
    assert "items_equal_total" in failing(read(free))


def test_a_payer_read_not_quite_surely_contradicts_no_total_that_charges_and_capitals_bear_out() -> None:
    unsure, sure = (changed(receipt(), "个人现金支付：356.50", "个人现金支付：56.50", score) for score in (0.95, 1.0))
    assert failing(read(unsure)) <= {"own_parts_agree"}
    assert read(unsure).fields.cash_pay is None
    assert "payers_equal_total" in failing(read(sure))


def test_a_payer_read_not_quite_surely_still_contradicts_a_total_that_was_changed() -> None:
    page = changed(receipt(), "个人现金支付：356.50", "个人现金支付：356.50", 0.95)
    page = changed(page, "506.50", "1506.50")
    assert {"payers_equal_total", "items_equal_total"} <= failing(read(page))
    both = changed(page, "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）壹仟伍佰零陆元伍角整")
    assert {"payers_equal_total", "items_equal_total"} <= failing(read(both))


def with_total(total: str, capitals: str) -> list[Line]:
    """The page with another total, which charges and payers make."""
    odd = total[-2:]
    page = changed(changed(receipt(), "506.50", total), "86.00", f"85.{odd}")
    page = changed(page, "个人现金支付：356.50", f"个人现金支付：355.{odd}")
    return changed(page, "金额合计（大写）伍佰零陆元伍角整", f"金额合计（大写）{capitals}")


@pytest.mark.parametrize("capitals", ["伍佰零伍元", "伍佰零伍元玖角"])
def test_capitals_that_break_off_before_the_end_are_unclear(capitals: str) -> None:
    page = changed(with_total("505.97", capitals), "120.50", "120.00")
    reading = read(page)
    assert "capitals_equal_total" not in failing(reading)
    assert (reading.fields.total_upper, reading.fields.total) == (None, "505.97")


@pytest.mark.parametrize("capitals", ["伍佰零伍元整", "伍佰零伍元贰角", "肆佰零伍元玖角", "伍元玖角柒分"])
def test_capitals_that_say_another_sum_contradict(capitals: str) -> None:
    page = changed(with_total("505.97", capitals), "120.50", "120.00")
    assert "capitals_equal_total" in failing(read(page))


def test_capitals_that_break_off_contradict_a_total_that_nothing_bears_out() -> None:
    page = changed(with_total("505.97", "伍佰零伍元玖角"), "120.50", "120.00")
    assert "capitals_equal_total" in failing(read(changed(page, "个人现金支付：355.97", "个人现金支付：355.90")))
    bare = [item for item in page if "项目" not in item.text and "支付" not in item.text and item.quad[0][1] != 350]
    assert "capitals_equal_total" in failing(read([item for item in bare if item.quad[0][1] != 400]))


@pytest.mark.parametrize(("score", "found"), [(0.7, set()), (0.99, {"days_in_order"})])
def test_only_a_day_that_was_read_surely_lies_after_the_day_of_issue(score: float, found: set[str]) -> None:
    page = changed(receipt(), "就诊日期：20261102", "就诊日期：20261108", score)
    assert failing(read(page)) == found
    assert ("visit_date" in read(page).basis.unread) is not bool(found)
    stay = changed(receipt(), "就诊日期：20261102", "住院时间：20261101-20261108", score)
    assert failing(read(stay)) == found


def guessed(lines: list[Line], text: str, at: int, score: float, guess: tuple[str, float]) -> list[Line]:
    """The page with one character of a line read unsurely, and what the engine would read next."""
    scores = tuple(score if i == at else 1.0 for i in range(len(text)))
    seconds = tuple(guess if i == at else ("", 0.0) for i in range(len(text)))
    assert any(item.text == text for item in lines)
    return [replace(item, scores=scores, seconds=seconds) if item.text == text else item for item in lines]


def without_payers(lines: list[Line]) -> list[Line]:
    return [item for item in lines if "支付" not in item.text]


def test_a_charge_whose_next_guess_would_make_the_total_is_unclear() -> None:
    page = changed(without_payers(receipt()), "300.00", "308.00")
    near = read(guessed(page, "308.00", 2, 0.95, ("0", 0.04)))
    assert failing(near) == set()
    assert Item("检查费", None) in near.fields.items
    assert "items_equal_total" in failing(read(guessed(page, "308.00", 2, 0.95, ("3", 0.04))))
    assert "items_equal_total" in failing(read(page))


def test_no_guess_excuses_a_total_that_something_else_contradicts() -> None:
    page = changed(without_payers(receipt()), "506.50", "906.50")
    page = changed(page, "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）玖佰零陆元伍角整")
    assert "items_equal_total" in failing(read(guessed(page, "300.00", 0, 0.95, ("8", 0.04))))
    code = "https://www.chinaebill.cn/d?t=504&a=x&d=36060126_0012345678_a1b2c3_506.50_20261102&s=y"
    assert "items_equal_total" in failing(read(guessed(page, "300.00", 0, 0.95, ("7", 0.04)), code))


def test_a_payer_whose_next_guess_would_make_the_total_is_unclear() -> None:
    page = changed(receipt(), "医保统筹基金支付：150.00", "医保统筹基金支付：160.00")
    near = read(guessed(page, "医保统筹基金支付：160.00", 10, 0.985, ("5", 0.02)))
    assert "payers_equal_total" not in failing(near)
    assert near.fields.pool_pay is None
    assert "payers_equal_total" in failing(read(page))


def test_a_sum_that_no_label_calls_a_payers_contradicts_nothing() -> None:
    page = changed(receipt(), "其他支付：0.00", "70.00")
    reading = read(page)
    assert "payers_equal_total" not in failing(reading)
    assert reading.fields.other_pay is None
    assert "payers_equal_total" in failing(read(changed(receipt(), "其他支付：0.00", "其他支付：70.00")))


def test_a_sum_in_a_row_of_sums_whose_name_is_not_read_makes_no_whole_list() -> None:
    names, sums = ("诊察费", "治疗费", "西药费", "化验费"), ("60.94", "249.78", "163.48", "55.33")
    page = [
        line("姓名：陶馨", 80, 100),
        *(line(name, 100 + 200 * i, 200) for i, name in enumerate(names)),
        *(line(told, 100 + 200 * i, 250) for i, told in enumerate(sums)),
        line("合计（大写）：伍佰贰拾玖元伍角叁分", 80, 400),
        line("¥529.53", 800, 400),
    ]
    assert failing(read(page)) == set()
    assert failing(read(changed(page, "治疗费", None))) == set()
    assert "items_equal_total" in failing(read(changed(page, "249.78", "349.78")))


def test_capitals_without_their_beginning_are_unclear_where_the_code_tells_the_total() -> None:
    code = "https://www.chinaebill.cn/d?t=504&a=x&d=36060126_0012345678_a1b2c3_{}_20261102&s=y"
    page = changed(receipt(), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）陆元伍角整")
    reading = read(page, code.format("506.50"))
    assert failing(reading) == set()
    assert reading.fields.total_upper is None
    assert "capitals_equal_total" in failing(read(page))
    assert {"capitals_equal_total", "qr_agrees"} <= failing(read(page, code.format("6.50")))
    other = changed(receipt(), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）柒元伍角整")
    assert "capitals_equal_total" in failing(read(other, code.format("506.50")))


@pytest.mark.parametrize(("net", "found"), [("80.79", False), ("1.60", True), ("81.60", True)])
def test_the_code_of_an_older_invoice_tells_the_total_without_its_tax(net: str, found: bool) -> None:
    page = changed(invoice(), "⊗捌拾壹元陆角整", "⊗壹元陆角整")
    code = f"01,10,031002200111,04722674,{net},20230428,50284843600898197308,5417,"
    page = changed(page, "发票号码：23372000000092267341", "发票号码：04722674")
    assert ("capitals_equal_total" in failing(read(page, code))) is found


def agrees(page: list[Line], net: str) -> bool | None:
    page = changed(page, "发票号码：23372000000092267341", "发票号码：04722674")
    reading = read(page, f"01,10,031002200111,04722674,{net},20230428,50284843600898197308,5417,")
    return next((check.ok for check in reading.checks if check.code == "qr_agrees"), None)


@pytest.mark.parametrize(
    ("net", "ok"), [("80.79", True), ("81.60", True), ("80.60", False), ("8.10", False), ("181.60", False)]
)
def test_the_sum_of_an_older_invoices_code_is_the_total_with_or_without_its_tax(net: str, ok: bool) -> None:
    assert agrees(invoice(), net) is ok


@pytest.mark.parametrize(
    ("net", "ok"), [("80.79", True), ("81.60", True), ("72.30", True), ("8.10", False), ("181.60", False)]
)
def test_where_the_tax_is_not_read_some_rate_explains_the_sum_of_an_older_invoices_code(net: str, ok: bool) -> None:
    assert agrees(without_tax("81.60"), net) is ok


def test_a_tax_that_no_rate_makes_explains_no_total() -> None:
    page = changed(changed(invoice(), "（小写）¥81.60", "（小写）¥981.60"), "¥0.81", "¥900.81")
    assert agrees(page, "80.79") is False


def test_the_tax_of_each_line_is_rounded_and_of_older_invoices_it_was_higher() -> None:
    for net, total in (("501.29", "566.47"), ("69.74", "81.60")):
        fields = ReceiptFields(bill_no="04722674", total=total)
        code = QrFields(bill_no="04722674", total=net, total_may_differ=True)
        assert all(check.ok for check in check_receipt(fields, Extras(), (code,), items_whole=False))
