from dataclasses import replace

from printed import changed, line, receipt

from insurance.rules.receipts.checks import check_receipt
from insurance.rules.receipts.draft import Draft
from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.label_words import meaning_of
from insurance.rules.receipts.layout import Line, straighten
from insurance.rules.receipts.pairs_in_rows import pairs_in_rows
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import Extras, Item, ReceiptFields, ReceiptReading
from insurance.rules.receipts.second import combine


def read(lines: list[Line], *qr: str) -> ReceiptReading:
    return prove(extract(lines), qr)


def failing(reading: ReceiptReading) -> set[str]:
    return {check.code for check in reading.checks if not check.ok}


def test_labels_in_pieces_are_put_together() -> None:
    pieces = [line("日", 100, 100), line("期：2016-3-5", 200, 100), line("患", 100, 160), line("者：陶馨", 200, 160)]
    fields = read([*pieces, line("金额大写", 100, 400), line("壹佰元整", 300, 400)]).fields
    assert (fields.date, fields.payer) == ("2016-03-05", "陶馨")


def test_pieces_beside_each_other_that_make_no_label_stay_apart() -> None:
    assert (
        len(extract([line("销", 40, 100), line("名", 100, 100), line("称：南阳市嘉禾儿科门诊部", 200, 100)]).lines) == 3
    )


def test_sums_below_the_names_of_their_charges_are_charges() -> None:
    heads = [line(name, 100 + i * 240, 200) for i, name in enumerate(("诊察费", "检查费", "化验费", "治疗费"))]
    below = [line("9.00", 110, 260), line("21.00", 590, 260)]
    total = [line("合计金额（大写）", 100, 330), line("叁拾元整", 380, 330), line("￥30.00", 900, 330)]
    reading = read([*heads, *below, *total])
    assert reading.fields.items == (Item("诊察费", "9.00"), Item("化验费", "21.00"))
    assert failing(reading) == set()


def test_a_name_over_two_lines_is_one_name() -> None:
    heads = [line("项目名称", 100, 100), line("数量", 560, 100), line("金额", 800, 100)]
    first = [
        line("*化学药品制剂*布洛芬", 100, 150),
        line("1", 570, 150),
        line("44.97", 790, 150),
        line("缓释胶囊", 100, 186),
    ]
    second = [line("*中成药*板蓝根颗粒", 100, 250), line("2", 570, 250), line("20.00", 790, 250)]
    items = read([*heads, *first, *second, line("合计", 100, 400), line("大写", 100, 440)]).fields.items
    assert items == (Item("*化学药品制剂*布洛芬缓释胶囊", "44.97"), Item("*中成药*板蓝根颗粒", "20.00"))


def test_drugs_listed_below_the_kinds_of_charges_are_no_charges() -> None:
    drugs = [("阿莫西林颗粒", "120.50", 450), ("头颅CT平扫", "300.00", 490), ("换药(中)", "86.00", 530)]
    listed = [part for name, sum_, y in drugs for part in (line(name, 80, y), line(sum_, 530, y))]
    assert set(read([*receipt(), *listed]).fields.items) == set(read(receipt()).fields.items)


def test_what_further_funds_paid_may_stand_beside_the_four_payers() -> None:
    fields = ReceiptFields(total="100.00", pool_pay="50.00", other_pay="0.00", account_pay="0.00", cash_pay="30.00")

    def found(*further: str | None) -> list[bool]:
        checks = check_receipt(fields, Extras(further_funds=further), (), False)
        return [check.ok for check in checks if check.code == "payers_equal_total"]

    assert found("20.00") == [True]
    assert found("15.00", "5.00") == [True]
    assert found("10.00") == [False]
    assert found() == [False]
    assert found("10.00", None) == []


def test_a_further_fund_on_the_page_is_read() -> None:
    page = changed(receipt(), "个人现金支付：356.50", "个人现金支付：300.00")
    reading = read([*page, line("大病保险支付：56.50", 860, 810)])
    assert reading.extras.further_funds == ("56.50",)
    assert "payers_equal_total" not in failing(reading)
    assert "payers_equal_total" in failing(read(page))


def seen_twice(text: str, score: float) -> Draft:
    """Two looks that read one charge alike."""
    page = changed(receipt(), "300.00", text, score)
    return combine(extract(page), extract(page))


def test_an_unclear_charge_contradicts_no_total_that_the_payers_bear_out() -> None:
    unclear, clear = prove(seen_twice("308.00", 0.6)), prove(seen_twice("308.00", 0.95))
    assert failing(unclear) == set()
    assert Item("检查费", None) in unclear.fields.items
    assert "items_equal_total" in failing(clear)


def test_an_unclear_charge_still_contradicts_a_total_that_nobody_bears_out() -> None:
    page = changed(changed(receipt(), "506.50", "806.50"), "300.00", "300.00", 0.6)
    twice = combine(extract(page), extract(page))
    assert "capitals_equal_total" in failing(prove(twice))
    silent = replace(twice, values={n: v for n, v in twice.values.items() if n != "total_upper"})
    assert {"items_equal_total", "payers_equal_total"} <= failing(prove(silent))


def test_the_hospital_stands_before_the_kind_of_its_paper() -> None:
    page = [
        line("成都市朝阳路人民医院门诊收费凭证", 100, 20),
        line("姓名：陶馨", 40, 100),
        line("合计（大写）：壹佰元整", 40, 300),
    ]
    assert read(page).fields.hospital == "成都市朝阳路人民医院"
    assert read(changed(page, "成都市朝阳路人民医院门诊收费凭证", "人民医院门诊收费凭证")).fields.hospital is None


def grid(*rows: tuple[str, ...]) -> list[Line]:
    cells = [line(cell, 80 + 200 * j, 200 + 50 * i) for i, row in enumerate(rows) for j, cell in enumerate(row)]
    total = [line("合计（大写）", 80, 500), line("壹佰元整", 280, 500), line("￥100.00", 900, 500)]
    return [line("姓名：陶馨", 80, 120), *cells, *total]


def test_charges_without_heads_run_over_the_width_of_the_page() -> None:
    page = grid(("床位费", "20.00", "手术费", "30.00"), ("护理费", "50.00"))
    reading = read(page)
    assert reading.fields.items == (Item("床位费", "20.00"), Item("手术费", "30.00"), Item("护理费", "50.00"))
    assert "items_equal_total" in {check.code for check in reading.checks if check.ok}


def test_a_row_that_is_not_names_and_sums_in_turn_is_no_such_table() -> None:
    def pairs(*rows: tuple[str, ...]) -> int:
        return len(pairs_in_rows(straighten(grid(*rows)[1:-3]), lambda place: place.text.endswith("费")))

    assert pairs(("床位费", "20.00", "手术费", "30.00"), ("护理费", "50.00")) == 3
    assert pairs(("床位费", "20.00", "手术费", "30.00"), ("护理费", "1.00", "50.00")) == 0
    assert pairs(("床位费", "20.00"), ("护理费", "50.00")) == 0


def test_numbers_of_charges_are_no_part_of_their_names() -> None:
    page = grid(("1. 床位费", "20.00", "2.", "手术费", "30.00"), ("3.特需护理", "50.00"))
    names = [item.name for item in read(page).fields.items]
    assert names[:2] == ["床位费", "手术费"]
    every = grid(("1.床位费", "20.00", "2.陪护用品", "80.00"))
    assert [item.name for item in read(every).fields.items] == ["床位费", "陪护用品"]


def test_a_sum_alone_above_all_labels_is_the_total_of_a_card() -> None:
    card = [line("￥100.00", 400, 60), line("开票单位", 80, 200), line("南昌市明湖人民医院", 600, 200)]
    assert read(card).fields.total == "100.00"
    beside = [*card, line("优惠", 80, 60)]
    assert read(beside).fields.total is None


def test_what_the_fund_paid_in_all_is_the_pool() -> None:
    assert read(changed(receipt(), "医保统筹基金支付：150.00", "基金支付总额：150.00")).fields.pool_pay == "150.00"
    assert read(changed(receipt(), "医保统筹基金支付：150.00", "其他基金支付总额：150.00")).fields.pool_pay is None


def test_of_two_labels_beside_each_other_the_values_stand_close_below() -> None:
    labels = [line("就诊人", 80, 100), line("缴费时间", 480, 100)]
    below = [line("陶馨", 80, 140), line("2026-03-06", 480, 140)]
    fields = read([*labels, *below]).fields
    assert (fields.payer, fields.date) == ("陶馨", "2026-03-06")
    assert read([*labels, line("陶馨", 160, 140)]).fields.payer is None
    assert read([*labels, line("陶馨", 80, 260)]).fields.payer is None


def test_what_was_paid_counts_beside_list_price_and_discount() -> None:
    heads = [line(head, x, 100) for head, x in (("服务项目", 80), ("原价", 500), ("优惠", 700), ("实付金额", 900))]
    charge = [line("换药(中)", 80, 150), line("50.00", 490, 150), line("10.00", 690, 150), line("40.00", 910, 150)]
    other = [line("头颅CT平扫", 80, 200), line("70.00", 490, 200), line("10.00", 690, 200), line("60.00", 910, 200)]
    items = read([*heads, *charge, *other, line("合计金额", 80, 300), line("￥100.00", 900, 300)]).fields.items
    assert items == (Item("换药(中)", "40.00"), Item("头颅CT平扫", "60.00"))


def test_numbered_phrases_are_charges() -> None:
    page = [line("患者姓名：陶馨", 80, 100), line("1. 床位费：20.00元", 80, 200), line("2. 护理费：", 500, 200)]
    page = [*page, line("80.00元", 640, 200), line("1. 总费用：100.00元", 80, 300)]
    assert read(page).fields.items == (Item("床位费", "20.00"), Item("护理费", "80.00"))


def test_own_money_paid_by_phone_is_cash() -> None:
    assert [meaning_of(words) for words in ("自费微信支付", "个人支付宝支付金额", "微信支付")] == [
        "cash_pay",
        "cash_pay",
        None,
    ]


def test_a_list_of_charges_is_known_by_its_heading_and_a_receipt_by_its_own_wherever_charges_are_headed_so() -> None:
    heading = line("湖南省医疗收费明细（电子）", 500, 40)
    assert extract([heading, *receipt()[1:]]).extras.title == "湖南省医疗收费明细(电子)"
    inner = line("费用明细", 500, 250)
    assert extract([*receipt(), inner]).extras.title == "江西省医疗门诊收费票据(电子)"
    assert extract([*receipt()[1:], inner]).extras.title is None
