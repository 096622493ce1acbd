"""What small or sealed print leaves, and what bears it out."""

from dataclasses import replace

import pytest
from printed import changed, line, receipt

from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import ReceiptFields
from insurance.rules.receipts.second import combine

NAME, HOSPITAL = "交款人：黄子轩", "收款单位（章）：南昌市明湖人民医院"
LABEL_OF_HOSPITAL = "收款单位（章）："


def fields_of(*looks: list[Line]) -> ReceiptFields:
    first, *second = [extract(look) for look in looks]
    return prove(combine(first, second[0]) if second else first).fields


def scored(lines: list[Line], text: str, new: str, scores: tuple[float, ...]) -> list[Line]:
    page = changed(lines, text, new, min(scores))
    return [replace(item, scores=scores) if item.text == new else item for item in page]


def test_a_hospital_behind_a_damaged_label_is_told_by_how_it_ends() -> None:
    damaged = "秋款单位（章）：南昌市明湖人民医院"
    scores = (0.3, *[1.0] * (len(damaged) - 1))
    assert fields_of(scored(receipt(), HOSPITAL, damaged, scores)).hospital == "南昌市明湖人民医院"


def test_the_clear_characters_of_an_end_that_no_other_has_bear_it_out() -> None:
    def told(end: str, *unclear: float) -> str | None:
        name = f"{LABEL_OF_HOSPITAL}南昌市明湖{end}"
        scores = (*[1.0] * (len(name) - len(unclear)), *unclear)
        return fields_of(scored(receipt(), HOSPITAL, name, scores)).hospital

    assert told("骨科医院", 1.0, 1.0, 0.4, 0.7) == "南昌市明湖骨科医院"
    assert told("骨科医院", 0.4, 0.7, 1.0, 1.0) is None


def test_a_print_seen_again_without_its_label_agrees() -> None:
    scores = (*[1.0] * 10, 0.85, *[1.0] * 6)
    first = scored(receipt(), HOSPITAL, HOSPITAL, scores)
    assert fields_of(first).hospital is None
    again = [line("复核人：1234", 1280, 860), line("南昌市明湖人民医院", 80 + 24 * 8, 900, 0.97)]
    assert fields_of(first, again).hospital == "南昌市明湖人民医院"
    other = [again[0], line("南昌市明潮人民医院", 80 + 24 * 8, 900, 0.97)]
    assert fields_of(first, other).hospital is None


def test_an_unsure_second_look_does_not_shake_what_was_beyond_doubt() -> None:
    assert fields_of(receipt(), changed(receipt(), NAME, "交款人：黄子斗", 0.7)).payer == "黄子轩"
    assert fields_of(receipt(), changed(receipt(), NAME, "交款人：黄子斗", 0.97)).payer is None


def test_a_character_that_hardly_anybody_is_called_is_no_name() -> None:
    assert fields_of(changed(receipt(), NAME, "交款人：黄字轩")).payer is None
    assert fields_of(changed(receipt(), NAME, "交款人：黄宇轩")).payer == "黄宇轩"


def test_a_name_behind_a_damaged_label_takes_more_than_two_looks_alike() -> None:
    damaged = scored(receipt(), NAME, "父款人：黄子轩", (0.3, 1.0, 1.0, 1.0, 1.0, 0.9, 1.0))
    assert fields_of(damaged, damaged).payer is None


@pytest.mark.parametrize(("label", "gender", "payer"), [("经名：", "性别：女", "黄子轩"), ("户名：", "账号：12", None)])
def test_a_damaged_label_of_a_name_is_known_beside_the_gender(label: str, gender: str, payer: str | None) -> None:
    page = [*changed(receipt(), NAME, f"{label}黄子轩"), line(gender, 500, 200)]
    assert fields_of(page).payer == payer


def test_a_number_read_unsurely_twice_alike_is_still_unsure() -> None:
    unsure = changed(receipt(), "票据代码：36060126", "票据代码：36080126", 0.7)
    assert fields_of(unsure, unsure).bill_code is None
    surer = changed(receipt(), "票据代码：36060126", "票据代码：36060126", 0.8)
    assert fields_of(surer, surer).bill_code == "36060126"


def test_a_day_is_as_sure_as_its_figures() -> None:
    text = "开票日期：2026年11月02日"
    unclear_word = tuple(0.5 if c == "年" else 1.0 for c in text)
    unclear_figure = tuple(0.5 if i == len(text) - 2 else 1.0 for i in range(len(text)))
    page = [item for item in receipt() if not item.text.startswith(("就诊日期", "业务流水号"))]
    assert fields_of(scored(page, "开票日期：2026-11-02", text, unclear_word)).date == "2026-11-02"
    assert fields_of(scored(page, "开票日期：2026-11-02", text, unclear_figure)).date is None


def test_own_parts_that_make_the_total_with_the_funds_are_read_right_whatever_cash_says() -> None:
    page = changed(receipt(), "个人现金支付：356.50", "个人现金支付：350.50", 0.6)
    page = changed(page, "个人自付：336.50", "个人自付：336.50", 0.6)
    fields = fields_of(page)
    assert (fields.self_pay, fields.self_expense, fields.cash_pay) == ("336.50", "20.00", None)
    other = changed(page, "个人自付：336.50", "个人自付：338.50", 0.6)
    assert fields_of(other).self_pay is None


def test_the_end_of_a_sum_found_twice_is_no_sum_without_a_label() -> None:
    page = changed(receipt(), "个人自付：336.50", "个人自付：3")
    page = [*changed(page, "个人自费：20.00", "20.00"), line("336.50", 228, 810)]
    assert fields_of(page).self_expense == "20.00"


def test_a_damaged_label_whose_field_stands_elsewhere_owns_nothing() -> None:
    page = changed(receipt(), "其他支付：0.00", "业支付：0.00")
    fields = fields_of(changed(page, "个人自费：20.00", "20.00"))
    assert (fields.other_pay, fields.self_expense) == ("0.00", "20.00")


def test_cash_that_contradicts_what_the_own_parts_bear_out_must_be_clear() -> None:
    page = changed([*receipt()], "300.00", None)
    unclear = changed(page, "个人现金支付：356.50", "个人现金支付：856.50", 0.8)
    assert fields_of(unclear, unclear).cash_pay is None
    clear = changed(page, "个人现金支付：356.50", "个人现金支付：856.50", 0.95)
    assert fields_of(clear).cash_pay == "856.50"
