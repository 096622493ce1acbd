from printed import changed, line, receipt

from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.labels import find_labels
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import Item, ReceiptReading
from insurance.rules.receipts.split import split_receipts


def read(lines: list[Line], *qr: str) -> ReceiptReading:
    return prove(extract(lines), qr)


def failing(reading: ReceiptReading) -> set[str]:
    return {check.code for check in reading.checks if not check.ok}


def invoice() -> list[Line]:
    heads = (
        ("项目名称", 200),
        ("规格型号", 540),
        ("单位", 720),
        ("数量", 840),
        ("单价", 990),
        ("金额", 1180),
        ("税额", 1500),
    )
    rows = (
        ("*中成药*云南白药气雾剂", "85g", "3", "17.65", "52.96", "0.53", 160),
        ("*纺织产品*医用护踝", "均码", "3", "9.28", "27.83", "0.28", 200),
    )
    table = [line(text, x, 100) for text, x in heads]
    for name, size, count, price, amount, tax, y in rows:
        cells = ((name, 90), (size, 490), (count, 900), (price, 1000), (amount, 1190), (tax, 1540))
        table += [line(text, x, y) for text, x in cells]
    return [
        line("电子发票（普通发票）", 620, -160),
        line("发票号码：23372000000092267341", 1150, -150),
        line("开票日期：2023年04月28日", 1150, -100),
        line("名称：周涵嘉", 150, 0),
        line("名称：济南市安和骨伤科诊所", 910, 0),
        *table,
        line("合", 205, 400),
        line("计", 320, 400),
        line("¥80.79", 1200, 400),
        line("¥0.81", 1550, 400),
        line("价税合计（大写）", 130, 460),
        line("⊗捌拾壹元陆角整", 440, 460),
        line("（小写）¥81.60", 1160, 460),
    ]


def test_an_invoice_names_buyer_and_seller_and_its_charges_with_the_tax_make_the_total() -> None:
    reading = read(invoice(), "01,32,,23372000000092267341,81.60,20230428,,1B30")
    fields = reading.fields
    assert (fields.payer, fields.hospital) == ("周涵嘉", "济南市安和骨伤科诊所")
    assert (fields.bill_no, fields.date, fields.total) == ("23372000000092267341", "2023-04-28", "81.60")
    assert fields.total_upper == "捌拾壹元陆角整"
    assert fields.items == (Item("*中成药*云南白药气雾剂", "52.96"), Item("*纺织产品*医用护踝", "27.83"))
    assert failing(reading) == set()
    assert reading.confidence["total"] >= 0.99


def test_an_invoice_whose_total_was_changed_is_told_by_its_tax() -> None:
    assert "items_equal_total" in failing(read(changed(invoice(), "（小写）¥81.60", "（小写）¥91.60")))


def slip(*, heads: bool = True) -> list[Line]:
    return [
        line("北京建设路社区卫生服务中心", 60, 40),
        line("票号", 20, 160),
        line("0043865189", 420, 160),
        line("病人姓名", 20, 200),
        line("陶馨", 500, 200),
        line("日期", 20, 240),
        line("2013/04/16", 420, 240),
        *([line("项目", 20, 280), line("金额", 500, 280)] if heads else []),
        line("换药(中)", 20, 350),
        line("207.46 × 1", 60, 390),
        line("207.46", 476, 390),
        line("石膏固定术", 20, 430),
        line("100.00 × 1", 60, 470),
        line("100.00", 476, 470),
        line("费用合计", 20, 540),
        line("307.46", 476, 540),
        line("叁佰零柒元零肆角陆分", 170, 580),
        line("医保统筹支付", 20, 620),
        line("179.12", 476, 620),
        line("现金支付", 20, 660),
        line("128.34", 476, 660),
    ]


def test_a_slip_has_its_values_at_the_other_edge_and_sums_below_their_names() -> None:
    for paper in (slip(), slip(heads=False)):
        fields = read(paper).fields
        assert (fields.bill_no, fields.payer, fields.date) == ("0043865189", "陶馨", "2013-04-16")
        assert fields.hospital == "北京建设路社区卫生服务中心"
        assert (fields.total, fields.total_upper) == ("307.46", "叁佰零柒元零肆角陆分")
        assert (fields.pool_pay, fields.cash_pay) == ("179.12", "128.34")
        assert fields.items == (Item("换药(中)", "207.46"), Item("石膏固定术", "100.00"))


def test_what_a_charge_is_made_of_is_no_charge() -> None:
    parts = [line("尿常规", 100, 375), line("100.50", 530, 375), line("换药", 100, 385 + 15), line("20.00", 530, 400)]
    page = [item for item in receipt() if item.text not in ("检查费", "300.00", "治疗费", "86.00")]
    fields = read(changed([*page, *parts], "506.50", "120.50")).fields
    assert fields.items == (Item("西药费", "120.50"),)


def test_a_column_whose_head_is_unreadable_is_known_by_its_sums() -> None:
    page = [item for item in receipt() if not (item.text in ("项目名称", "金额（元）", "备注") and item.box[0] > 900)]
    assert read(page).fields.items == read(receipt()).fields.items


def test_a_sum_whose_label_a_seal_hides_belongs_to_the_one_field_without_a_label() -> None:
    page = changed(receipt(), "个人自费：20.00", "20.00")
    assert read(page).fields.self_expense == "20.00"
    two = changed(page, "其他支付：0.00", "0.00")
    assert (read(two).fields.self_expense, read(two).fields.other_pay) == ("20.00", "0.00")
    gone = changed(page, "其他支付：0.00", None)
    assert (read(gone).fields.self_expense, read(gone).fields.other_pay) == (None, None)


def test_a_longer_label_is_not_cut_short_to_a_known_one() -> None:
    assert read(changed(receipt(), "医保统筹基金支付：150.00", "医保统筹基全支付：150.00")).fields.pool_pay == "150.00"
    assert read(changed(receipt(), "其他支付：0.00", "其他支付金额：0.00")).fields.other_pay == "0.00"
    assert read(changed(receipt(), "其他支付：0.00", "大病支付：0.00")).fields.other_pay is None


def test_a_hospital_without_its_label_is_known_by_how_its_name_ends() -> None:
    page = changed(receipt(), "收款单位（章）：南昌市明湖人民医院", "南昌市明湖人民医院")
    assert read(page).fields.hospital == "南昌市明湖人民医院"
    cut = changed(receipt(), "收款单位（章）：南昌市明湖人民医院", "收款单位（章）：南昌市明湖口腔医")
    assert read(cut).fields.hospital is None
    dropped = changed(receipt(), "收款单位（章）：南昌市明湖人民医院", "收款单位（章）：南昌市明湖童医院")
    assert read(dropped).fields.hospital is None


def test_a_red_letter_receipt_keeps_its_own_number_and_its_capitals_as_printed() -> None:
    page = changed(
        changed(receipt(), "506.50", "-506.50"),
        "金额合计（大写）伍佰零陆元伍角整",
        "金额合计（大写）（负数）伍佰零陆元伍角整",
    )
    reading = read([line("原票据号码：0099999999", 80, 150), *page])
    assert reading.fields.bill_no == "0012345678"
    assert (reading.fields.total, reading.fields.total_upper) == ("-506.50", "（负数）伍佰零陆元伍角整")
    assert "amounts_not_negative" in failing(reading)
    assert "capitals_equal_total" not in failing(reading)


def test_stamps_in_the_table_are_no_charges() -> None:
    page = [*receipt(), line("收讫", 120, 450)]
    assert read(page).fields.items == read(receipt()).fields.items


def test_receipts_side_by_side_are_two_whatever_their_forms() -> None:
    right = [Line(x.text, tuple((a + 1800, b) for a, b in x.quad), x.score) for x in slip()]  # type: ignore[arg-type]
    parts = split_receipts([*right, *receipt()])
    assert [read(part).fields.payer for part in parts] == ["黄子轩", "陶馨"]
    assert [read(part).fields.total for part in parts] == ["506.50", "307.46"]


def test_a_figure_put_before_the_total_is_found_though_the_capitals_are_the_end_of_the_new_ones() -> None:
    page = changed(
        changed(receipt(), "506.50", "1006.50"), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）陆元伍角整"
    )
    reading = read(page)
    assert reading.fields.total_upper == "陆元伍角整"
    assert "capitals_equal_total" in failing(reading)


def test_a_row_of_labels_above_a_row_of_sums() -> None:
    labels = ("统筹基金支付", "其他医保支付", "个人账户支付", "个人现金支付")
    sums = ("758.34", "0.00", "205.70", "104.99")
    page = [
        line("收据编号0085657935", 1226, 130),
        line("病人姓名：秦轩梓", 71, 190),
        line("费用名称", 146, 300),
        line("金额", 437, 300),
        line("手术费", 72, 360),
        line("1069.03", 430, 360),
        line("合计（大写）人民币壹仟零陆拾玖圆零叁分", 78, 600),
        *(line(text, 280 + 190 * i, 680) for i, text in enumerate(labels)),
        *(line(text, 310 + 190 * i, 760) for i, text in enumerate(sums)),
    ]
    fields = read(page).fields
    assert (fields.pool_pay, fields.other_pay, fields.account_pay, fields.cash_pay) == sums
    assert (fields.bill_no, fields.total_upper) == ("0085657935", "壹仟零陆拾玖圆零叁分")


def test_a_head_of_personal_shares_is_no_label_of_what_was_paid() -> None:
    page = [line("个人支付金额", 620, 300), line("33.00", 650, 350), *changed(receipt(), "个人现金支付：356.50", None)]
    assert read(page).fields.cash_pay is None


def test_some_provinces_print_other_words_for_paid() -> None:
    page = changed(receipt(), "其他支付：0.00", "其他支出：0.00")
    assert read(changed(page, "票据号码：0012345678", "No 0012345678")).fields == read(receipt()).fields


def test_a_sentence_about_a_pharmacy_is_no_hospital() -> None:
    page = changed(slip(), "北京建设路社区卫生服务中心", "缴费凭条")
    assert read([*page, line("取药请到门诊一楼药房", 100, 760)]).fields.hospital is None


def test_names_printed_beforehand_without_a_sum_are_no_charges_when_the_others_make_the_total() -> None:
    printed = [line("手术费", 860, 400), line("护理费", 80, 450)]
    assert read([*receipt(), *printed]).fields.items == read(receipt()).fields.items
    unread = read([*changed(receipt(), "86.00", None), *printed]).fields.items
    assert Item("治疗费", None) in unread


def test_receipts_side_by_side_on_a_leaning_photo_are_two() -> None:
    second = [leaning(item, 1700) for item in changed(receipt(), "票据号码：0012345678", "票据号码：0098765432")]
    page = [*(leaning(item, 0) for item in receipt()), *second]
    assert {extract(part).text("bill_no") for part in split_receipts(page)} == {"0012345678", "0098765432"}


def leaning(item: Line, right: float) -> Line:
    return Line(item.text, tuple((x + right - 0.08 * y, y) for x, y in item.quad), item.score)  # type: ignore[arg-type]


def test_words_inside_other_words_are_no_labels() -> None:
    page = changed(receipt(), "收款单位（章）：南昌市明湖人民医院", "收款单位（章）：南昌市明湖骨科医院")
    assert read(page).fields.hospital == "南昌市明湖骨科医院"
    assert [label.field for label in find_labels("医院:南昌市明湖骨科医院")] == ["hospital"]


def test_a_sum_alone_in_the_row_of_the_capitals_is_the_total() -> None:
    assert read(changed(receipt(), "（小写）", None)).fields.total == "506.50"


def test_facts_below_a_row_of_heads_are_theirs_and_the_head_of_a_table_is_no_fact() -> None:
    heads = [line(text, 80 + i * 400, 60) for i, text in enumerate(("票据号码", "患者姓名", "性别", "收费日期"))]
    facts = [line(text, 80 + i * 400, 110) for i, text in enumerate(("0012345678", "陶馨", "女", "2026-11-02"))]
    fields = read([*heads, *facts, *receipt()[13:]]).fields
    assert (fields.bill_no, fields.payer, fields.date) == ("0012345678", "陶馨", "2026-11-02")
    table = [line(text, 80 + i * 400, 110) for i, text in enumerate(("项目", "金额", "项目", "金额"))]
    assert read([*heads, *table, *receipt()[13:]]).fields.payer is None


def test_charges_without_a_table_are_known_kinds_with_a_sum_behind() -> None:
    page = [item for item in receipt() if not 290 < item.box[1] < 450]
    charges = [
        line("西药费：120.50", 80, 350),
        line("检查费：", 500, 350),
        line("300.00", 620, 350),
        line("治疗费：86.00", 900, 350),
    ]
    found = read([*page, *charges])
    assert found.fields.items == (Item("西药费", "120.50"), Item("检查费", "300.00"), Item("治疗费", "86.00"))
    assert {c.code: c.ok for c in found.checks}["items_equal_total"]


def test_a_value_alone_in_its_row_belongs_to_its_label_however_far() -> None:
    page = [item for item in receipt() if item.box[1] != 200]
    assert read([*page, line("交款人", 80, 200), line("陶馨", 1500, 200)]).fields.payer == "陶馨"


def test_a_known_label_with_more_words_behind_it_is_another() -> None:
    fields = read(changed(receipt(), "个人自付：336.50", "个人自付现金 356.50")).fields
    assert fields.self_pay is None


def test_a_total_in_capitals_and_in_figures_does_not_make_two_receipts() -> None:
    page = changed(receipt(), "（小写）", "合计 ￥")
    assert len(split_receipts(page)) == 1
