import pytest
from printed import changed, line, receipt, tilted
from pydantic import TypeAdapter

from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import Item, ReceiptReading
from insurance.rules.receipts.second import combine, needs_second_reading
from insurance.rules.receipts.split import split_receipts

QR = "CZ-EI-36,1.0.0,36060126,0012345678,a1b2c3,20261102,506.50"


def read(lines: list[Line], *qr: str) -> ReceiptReading:
    return prove(extract(lines), qr)


def failing(reading: ReceiptReading) -> set[str]:
    return {check.code for check in reading.checks if not check.ok}


def test_every_field_of_a_clean_page_is_read_and_proved() -> None:
    reading = read(receipt(), QR)
    fields = reading.fields
    assert (fields.bill_code, fields.bill_no, fields.check_code) == ("36060126", "0012345678", "a1b2c3")
    assert (fields.payer, fields.date, fields.hospital) == ("黄子轩", "2026-11-02", "南昌市明湖人民医院")
    assert (fields.total_upper, fields.total) == ("伍佰零陆元伍角整", "506.50")
    assert (fields.pool_pay, fields.other_pay, fields.account_pay, fields.cash_pay) == (
        "150.00",
        "0.00",
        "0.00",
        "356.50",
    )
    assert (fields.self_pay, fields.self_expense) == ("336.50", "20.00")
    assert fields.items == (Item("西药费", "120.50"), Item("检查费", "300.00"), Item("治疗费", "86.00"))
    assert failing(reading) == set()
    assert (reading.kind, reading.settled) == ("outpatient", True)
    assert all(reading.confidence[name] >= 0.99 for name in ("total", "bill_no", "cash_pay", "items", "date"))


def test_names_are_never_certain() -> None:
    confidence = read(receipt(), QR).confidence
    assert 0 < confidence["payer"] < 0.99
    assert 0 < confidence["hospital"] < 0.99


@pytest.mark.parametrize(("slope", "fan"), [(0.05, 0.0), (-0.04, 0.0), (0.02, 0.00003), (-0.03, -0.00004)])
def test_a_page_photographed_askew_reads_the_same(slope: float, fan: float) -> None:
    assert read(tilted(receipt(), slope, fan), QR).fields == read(receipt(), QR).fields


def test_a_reading_goes_through_json_and_back() -> None:
    adapter = TypeAdapter(ReceiptReading)
    reading = read(receipt(), QR)
    assert adapter.validate_json(adapter.dump_json(reading)) == reading


def test_a_changed_total_stands_as_printed_and_every_check_says_so() -> None:
    reading = read(changed(receipt(), "506.50", "906.50"), QR)
    assert reading.fields.total == "906.50"
    assert failing(reading) == {"items_equal_total", "payers_equal_total", "capitals_equal_total", "qr_agrees"}
    assert reading.confidence["total"] < 0.6


def test_a_total_changed_in_figures_and_capitals_is_found_by_the_rest() -> None:
    page = changed(
        changed(receipt(), "506.50", "906.50"), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）玖佰零陆元伍角整"
    )
    assert failing(read(page)) == {"items_equal_total", "payers_equal_total"}


def test_a_total_changed_in_both_is_found_by_its_capitals_when_the_figures_are_unreadable() -> None:
    page = changed(
        changed(receipt(), "506.50", None), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）玖佰零陆元伍角整"
    )
    assert failing(read(page, QR)) >= {"items_equal_total", "payers_equal_total", "qr_agrees"}


def test_a_total_that_is_printed_but_unclear_is_never_taken_from_the_code() -> None:
    reading = read(changed(receipt(), "506.50", "2506.50", score=0.6), QR)
    assert reading.fields.total is None
    assert "total_unclear" in failing(reading)


def test_an_unsure_name_is_left_out_unless_read_alike_twice() -> None:
    unsure = extract(changed(receipt(), "交款人：黄子轩", "交款人：黄子轩", score=0.7))
    assert prove(unsure).fields.payer is None
    assert prove(combine(unsure, unsure)).fields.payer == "黄子轩"


def test_a_missing_total_is_not_made_up_from_the_code_alone() -> None:
    page = changed(
        changed(receipt(), "506.50", None), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）玖佰零陆元伍角整"
    )
    assert read(page, QR).fields.total is None


def test_the_code_fills_a_number_that_could_not_be_read_and_calls_it_uncertain() -> None:
    reading = read(changed(receipt(), "票据号码：0012345678", "票据号码："), QR)
    assert reading.fields.bill_no == "0012345678"
    assert reading.confidence["bill_no"] < 0.99


def test_a_print_that_contradicts_the_code_stays_with_a_finding() -> None:
    reading = read(changed(receipt(), "校验码：a1b2c3", "校验码：ffffff"), QR)
    assert reading.fields.check_code == "ffffff"
    assert "qr_agrees" in failing(reading)


def test_an_unsure_sum_that_nothing_proves_is_left_out() -> None:
    reading = read(changed(receipt(), "其他支付：0.00", "其他支付：10.00", score=0.5))
    assert reading.fields.other_pay is None
    assert failing(reading) == set()


def test_an_unsure_sum_that_adds_up_stays() -> None:
    assert read(changed(receipt(), "其他支付：0.00", "其他支付：0.00", score=0.5)).fields.other_pay == "0.00"


def test_a_lost_point_is_no_amount() -> None:
    assert read(changed(receipt(), "个人自费：20.00", "个人自费：2000")).fields.self_expense is None


def test_a_label_that_a_seal_damaged_is_known_by_what_stands_elsewhere() -> None:
    for damaged in ("个人自蛋：20.00", "人自费：20.00", "妇个人自费：20.00"):
        assert read(changed(receipt(), "个人自费：20.00", damaged)).fields.self_expense == "20.00"


def test_the_words_of_the_seal_are_no_part_of_the_hospital() -> None:
    page = changed(receipt(), "收款单位（章）：南昌市明湖人民医院", "收款单位（章）：南昌市明湖人民医院务专用章")
    assert read(page).fields.hospital == "南昌市明湖人民医院"


def test_a_sum_in_two_touching_pieces_is_one_sum() -> None:
    page = changed(receipt(), "个人现金支付：356.50", None)
    front = line("个人现金支付：356", 1240, 760)
    assert read([*page, front, line(".50", front.box[2] + 2, 760)]).fields.cash_pay == "356.50"


def test_a_figure_that_two_boxes_share_is_one_figure_and_proved_by_the_sum() -> None:
    page = changed(receipt(), "个人现金支付：356.50", None)
    front = line("个人现金支付：3", 1240, 760)
    overlapping = [*page, front, line("356.50", front.box[2] - 4, 760)]
    assert read(overlapping).fields.cash_pay == "356.50"
    assert read(changed(overlapping, "其他支付：0.00", None)).fields.cash_pay is None


def test_a_day_at_the_foot_is_the_day_of_an_older_paper() -> None:
    page = changed(receipt(), "开票日期：2026-11-02", None)
    foot = [line("2026", 900, 950), line("年", 960, 950), line("11", 1000, 950), line("月", 1040, 950)]
    assert read([*page, *foot, line("02", 1080, 950), line("日", 1120, 950)]).fields.date == "2026-11-02"


@pytest.mark.parametrize(
    "mark",
    ["作废", "作　废", "【作废】", "已作废", "此票作废", "本发票已作废", "作废章", "红字", "（红字）", "已红冲", "已冲红", "负数",
     "销项负数", "0.00 作废", "中巴冲红", "江西省医疗门诊收费票据（电子）（红字）", "红冲原票据号码：0012345678",
     "状态：已红冲", "票据状态：已作废", "打印次数：1 票据状态：已被红冲", "状态：退费", "该票据已被红冲", "本票据于2026-11-05被红冲",
     "本票据于2026年11月5日被红冲", "被红冲票据", "已被作废", "红票", "已开红票", "红冲票据号码0099", "废票", "全额退费", "退费",
     "已退", "（已退费）", "此票已退费", "退费专用章", "退号"],
)  # fmt: skip
def test_a_void_mark_is_an_error(mark: str) -> None:
    assert failing(read([*receipt(), line(mark, 700, 500)], QR)) == {"not_void"}


@pytest.mark.parametrize(
    ("text", "mark"), [("此票已退", "已退"), ("（已退费）", "已退费"), ("票据状态：已红冲", "红冲")]
)
def test_a_void_mark_is_told_as_it_is_printed(text: str, mark: str) -> None:
    assert read([*receipt(), line(text, 700, 500)]).extras.void_mark == mark


def test_a_stamp_that_was_read_in_two_pieces_is_a_void_mark() -> None:
    assert failing(read([*receipt(), line("作", 700, 500), line("废", 760, 510)], QR)) == {"not_void"}
    assert failing(read([*receipt(), line("作", 100, 500), line("废", 1300, 510)], QR)) == set()


def test_half_of_a_large_stamp_is_a_void_mark() -> None:
    stamp = Line("废", ((700, 480), (820, 480), (820, 600), (700, 600)), 0.8)
    assert failing(read([*receipt(), stamp], QR)) == {"not_void"}


@pytest.mark.parametrize(
    "sentence",
    ["当日有效，过期作废", "手写无效，涂改作废", "复印作废", "红字信息表编号：3601012611000001", "注：本票据涂改、复印均作废",
     "遗失不补，作废不退", "开具红字发票须收回原票据", "现金收讫", "负数表示退费", "不可红冲",
     "票据状态：正常", "是否红冲", "是否已作废：否", "退费金额：", "退费：", "退费 12.00",
     "退费须持本票据", "退费时请出示原票", "票据退费说明"],
)  # fmt: skip
def test_small_print_about_void_papers_is_no_mark(sentence: str) -> None:
    assert failing(read([*receipt(), line(sentence, 500, 960)], QR)) == set()


@pytest.mark.parametrize("refund", ["退费", "已退费", "已退"])
def test_a_refund_of_a_deposit_is_no_mark_and_a_large_stamp_of_it_is(refund: str) -> None:
    deposits = [line("预缴金额 500.00", 120, 860), line(refund, 800, 860)]
    for page in (
        deposits,
        [line(refund, 800, 860), line("12.00", 920, 862)],
        [line(refund, 800, 960), line("12.00", 800, 995)],
    ):
        assert failing(read([*receipt(), *page], QR)) == set()
    stamp = Line(refund, ((700, 560), (880, 560), (880, 650), (700, 650)), 0.9)
    assert failing(read([*receipt(), *deposits, stamp], QR)) == {"not_void"}


SHORT = "http://einvoice.jsczt.cn/page/36060126/0012345678/a1b2c3"


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (QR.replace("506.50", "106.50"), "合计金额"),
        (QR.replace("a1b2c3", "ffffff"), "校验码"),
        (QR.replace("0012345678", "0099999999"), "票据号码"),
        (QR.replace("20261102", "20261031").replace("506.50", "1.00"), "开票日期、合计金额"),
    ],
)
def test_a_code_that_agrees_hides_no_other_that_contradicts(other: str, named: str) -> None:
    for codes in ((SHORT, other), (other, SHORT)):
        reading = read(receipt(), *codes)
        assert [(c.code, c.level, c.explanation) for c in reading.checks if not c.ok] == [
            ("qr_agrees", "error", f"二维码与票面不一致：{named}")
        ]
        assert reading.confidence["total"] < 0.99


def test_two_codes_that_say_what_is_printed_agree() -> None:
    reading = read(receipt(), SHORT, QR, "https://pay.example.cn/x")
    assert failing(reading) == set()
    assert [check.ok for check in reading.checks if check.code == "qr_agrees"] == [True]


def test_visits_after_the_day_of_issue_are_an_error() -> None:
    assert "days_in_order" in failing(read(changed(receipt(), "就诊日期：20261102", "就诊日期：20261105")))


def test_a_code_of_a_later_year_is_an_error() -> None:
    reading = read(changed(receipt(), "票据代码：36060126", "票据代码：36060127"))
    assert [(c.code, c.level) for c in reading.checks if not c.ok] == [("code_year", "error")]


def test_own_parts_that_disagree_only_warn() -> None:
    reading = read(changed(receipt(), "个人自付：336.50", "个人自付：300.00"))
    assert [(c.code, c.level) for c in reading.checks if not c.ok] == [("own_parts_agree", "warning")]


def test_two_receipts_on_one_page_are_two_readings() -> None:
    below = [Line(x.text, tuple((a, b + 1100) for a, b in x.quad), x.score) for x in receipt()]  # type: ignore[arg-type]
    parts = split_receipts(receipt() + changed(below, "交款人：黄子轩", "交款人：李安然"))
    assert [read(part).fields.payer for part in parts] == ["黄子轩", "李安然"]
    assert all(read(part).fields.total == "506.50" for part in parts)


def test_text_that_is_no_receipt_gives_no_fields() -> None:
    reading = read([line("今天天气很好", 10, 10), line("明天也是", 10, 60)])
    assert not any(reading.confidence.values())


def test_no_lines_at_all_are_read_without_complaint() -> None:
    assert not any(read([]).confidence.values())


def test_a_whole_proved_page_needs_no_second_reading() -> None:
    assert not needs_second_reading(extract(receipt()), read(receipt(), QR))


@pytest.mark.parametrize("lost", ["交款人：黄子轩", "其他支付：0.00", "86.00", "个人自费：20.00"])
def test_what_is_missing_asks_for_a_second_reading_which_fills_it(lost: str) -> None:
    first = extract(changed(receipt(), lost, None))
    assert needs_second_reading(first, prove(first))
    assert prove(combine(first, extract(receipt()))).fields == read(receipt()).fields


def test_two_sure_readings_that_differ_leave_nothing() -> None:
    other = extract(changed(receipt(), "交款人：黄子轩", "交款人：黄子软"))
    assert prove(combine(extract(receipt()), other)).fields.payer is None


def test_a_surer_second_reading_stands_against_an_unsure_first() -> None:
    first = extract(changed(receipt(), "其他支付：0.00", "其他支付：10.00", score=0.5))
    assert prove(combine(first, extract(receipt()))).fields.other_pay == "0.00"
