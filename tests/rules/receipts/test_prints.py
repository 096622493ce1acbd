from dataclasses import replace

import pytest
from printed import changed, line, receipt

from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.labels import telling_places
from insurance.rules.receipts.layout import Line
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.second import combine, needs_second_reading, where_to_look
from insurance.rules.receipts.shapes import read_value
from insurance.rules.receipts.text import (
    fen_of_capitals,
    looks_like_another,
    parse_amount,
    parse_date,
    parse_date_range,
    plain_print,
)
from insurance.rules.receipts.vocabulary import HOSPITAL_KINDS, ITEM_NAMES


def with_scores(lines: list[Line], text: str, unsure: dict[str, float]) -> list[Line]:
    """The same page, with these characters of one line read less surely."""
    return [
        replace(x, scores=tuple(unsure.get(c, 1.0) for c in text), score=min(unsure.values())) if x.text == text else x
        for x in lines
    ]


def test_a_blurred_label_takes_nothing_from_a_clear_sum() -> None:
    page = with_scores(receipt(), "其他支付：0.00", {"其": 0.3, "付": 0.4})
    assert read_scores(page)["other_pay"] == 1.0


def read_scores(page: list[Line]) -> dict[str, float]:
    return {name: value.score for name, value in extract(page).values.items()}


def test_the_one_character_that_tells_two_labels_apart_counts() -> None:
    assert 3 in telling_places("个人自费")
    page = with_scores(receipt(), "个人自费：20.00", {"费": 0.3})
    assert read_scores(page)["self_expense"] == 0.3


def test_where_a_sign_can_not_stand_the_next_guess_counts() -> None:
    guesses = [("", 0.0)] * 3 + [(".", 0.4)] + [("", 0.0)] * 2
    read = plain_print("461:39", (1.0, 1.0, 1.0, 0.5, 1.0, 1.0), guesses).only("0123456789.")
    assert read.text == "461.39"
    assert read.score == pytest.approx(0.8)
    assert plain_print("46a", (1.0, 1.0, 1.0)).only("0123456789").text == "46a"


def test_a_known_name_one_guess_away_is_that_name() -> None:
    guesses = [("", 0.0), ("", 0.0), ("饮", 0.2), ("", 0.0)]
    assert plain_print("中药飲片", (1.0, 1.0, 0.7, 1.0), guesses).as_one_of(ITEM_NAMES).text == "中药饮片"
    name = plain_print("新建妇纺保健院", (1.0,) * 7, [*[("", 0.0)] * 3, ("幼", 0.3), *[("", 0.0)] * 3])
    assert name.ending_as(HOSPITAL_KINDS).text == "新建妇幼保健院"


def test_an_end_that_only_one_kind_of_hospital_can_have_is_read() -> None:
    def told(text: str, scores: list[float], guesses: dict[int, str]) -> tuple[str | None, float]:
        seconds = [(guesses.get(i, ""), 0.3 if i in guesses else 0.0) for i in range(len(text))]
        return read_value("hospital", plain_print(text, scores, seconds))

    clear = [1.0] * 6
    # two unclear characters of four, and no other end among the engine's guesses
    assert told("洛阳市朝阳路儿宣医隆", [*clear, 0.81, 0.26, 1.0, 0.45], {7: "重宦度童宜", 9: "降院阵陈除"}) == (
        "洛阳市朝阳路儿童医院",
        0.99,
    )
    # the clear ones belong to many, and two of these are guessed
    name, score = told("洛阳市朝阳路眼科医院", [*clear, 0.5, 1.0, 1.0, 0.55], {6: "骨", 9: "降"})
    assert name == "洛阳市朝阳路眼科医院"
    assert score == 0.5


@pytest.mark.parametrize("sign", ["-", "\u2212", "\uff0d"])
def test_a_sum_below_zero_is_read_wherever_its_sign_stands(sign: str) -> None:
    assert [parse_amount(text) for text in (f"{sign}12.00", f"￥{sign}12.00", f"{sign}￥0.50")] == [
        "-12.00",
        "-12.00",
        "-0.50",
    ]
    assert [parse_amount(text) for text in (f"{sign}￥{sign}12.00", f"12.00{sign}")] == [None, None]


def test_a_discount_among_the_charges_is_one_of_them() -> None:
    page = changed(changed(receipt(), "300.00", "398.50"), "86.00", "-￥12.50")
    reading = prove(extract(page))
    assert [item.amount for item in reading.fields.items] == ["120.50", "398.50", "-12.50"]
    assert [check.code for check in reading.checks if not check.ok] == ["amounts_not_negative"]


def test_capitals_below_zero_are_a_finding_though_no_figures_were_read() -> None:
    page = changed(receipt(), "金额合计（大写）伍佰零陆元伍角整", "金额合计（大写）负伍佰零陆元伍角整")
    page = changed(page, "506.50", None)
    assert "amounts_not_negative" in {check.code for check in prove(extract(page)).checks if not check.ok}


def test_signs_that_print_alike_are_no_contradiction() -> None:
    assert looks_like_another("fob4", ["f0b4"])
    assert not looks_like_another("f1b4", ["f0b4"])
    assert not looks_like_another("f0b4", ["f0b4"])


@pytest.mark.parametrize(
    ("text", "amount"), [("871,61", "871.61"), ("1,234:50", "1234.50"), ("1,234", None), ("12345", None)]
)
def test_the_sign_before_two_last_figures_is_the_point(text: str, amount: str | None) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260112", "2026-01-12"),
        ("2026011208:15", "2026-01-12"),
        ("2026-1-2", "2026-01-02"),
        ("2026年1月12日", "2026-01-12"),
        ("2026年1月2日8:15", "2026-01-02"),
        ("2026/01/12 8:15", "2026-01-12"),
        ("2026-11-05 8:15", "2026-11-05"),
        ("2026-11-12 08:15:30", "2026-11-12"),
        ("２０２６.０１.１２", "2026-01-12"),
        ("2026-01-12上午", "2026-01-12"),
        # a figure or a sign was lost, or the space before the time
        ("2026112", None), ("202611", None), ("2021118", None), ("2026-112", None), ("2026/112", None), ("2026年112日", None),
        ("202601123", None), ("2026-02-30", None), ("2026-11-1 18:15", None), ("2026-11-11 8:15", None),
        # no month has ninety days
        ("2015/4/908:33:43", "2015-04-09"), ("2015/4/308:33:43", None),
    ],
)  # fmt: skip
def test_a_day_has_eight_figures_or_a_sign_on_both_sides_of_its_month(text: str, day: str | None) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("20210323-20210414", ("2021-03-23", "2021-04-14")),
        ("20210323 20210414", ("2021-03-23", "2021-04-14")),
        ("2021-3-23至2021-4-14", ("2021-03-23", "2021-04-14")),
        ("2021-03-23 08:00～2021-04-14 09:00", ("2021-03-23", "2021-04-14")),
        ("2021年3月23日起至2021年4月14日（共22天）", ("2021-03-23", "2021-04-14")),
        ("2021/3/23-2021/4/14 22天", ("2021-03-23", "2021-04-14")),
        ("2021/3/23-2021/4/1 9天", ("2021-03-23", "2021-04-01")),
        # no count of days that fits, half a day, a lost figure
        ("2021/3/23-2021/4/14 3天", (None, None)), ("20210323-0414", (None, None)), ("2021323-2021414", (None, None)),
    ],
)  # fmt: skip
def test_a_stay_is_read_however_its_days_are_written(text: str, days: tuple[str | None, str | None]) -> None:
    assert parse_date_range(text) == days


@pytest.mark.parametrize("days", ["就诊日期：20261020-20261028", "入院日期：2026-10-20 出院日期：2026-10-28"])
def test_visits_of_several_days_and_admission_with_discharge_are_a_stay(days: str) -> None:
    page = changed(receipt(), "就诊日期：20261102", days)
    extras = prove(extract(page)).extras
    assert (extras.visit_date, extras.stay_from, extras.stay_to) == (None, "2026-10-20", "2026-10-28")
    late = changed(page, "开票日期：2026-11-02", "开票日期：2026-10-27")
    assert "days_in_order" in {check.code for check in prove(extract(late)).checks if not check.ok}
    unclear = prove(extract(changed(late, days, days, 0.7)))
    assert unclear.extras.stay_from is None and {"admitted", "visit_date", "stay"} & set(unclear.basis.unread)


def test_a_day_of_issue_that_lost_a_figure_is_not_told() -> None:
    page = [item for item in receipt() if not item.text.startswith("就诊日期")]
    reading = prove(extract(changed(page, "开票日期：2026-11-02", "开票日期：2026112")))
    assert (reading.fields.date, "date" in reading.basis.unread) == (None, True)


@pytest.mark.parametrize(
    ("text", "fen"), [("负捌元捌角叁分", -883), ("（负数）伍佰肆拾元肆角整", -54040), ("捌元整", 800), ("负", None)]
)
def test_capitals_below_zero(text: str, fen: int | None) -> None:
    assert fen_of_capitals(text) == fen


def test_a_look_alike_check_code_is_filled_by_the_code_and_no_finding() -> None:
    page = changed(receipt(), "校验码：a1b2c3", "校验码：alb2c3")
    reading = prove(extract(page), ["CZ-EI-36,1.0.0,36060126,0012345678,a1b2c3,20261102,506.50"])
    assert reading.fields.check_code == "a1b2c3"
    assert reading.confidence["check_code"] < 0.99
    assert all(check.ok for check in reading.checks)


def test_an_unclear_number_that_contradicts_the_code_is_nobodys() -> None:
    page = changed(receipt(), "票据号码：0012345678", "票据号码：0012345978", score=0.8)
    reading = prove(extract(page), ["CZ-EI-36,1.0.0,36060126,0012345678,a1b2c3,20261102,506.50"])
    assert reading.fields.bill_no is None


def test_only_the_part_of_the_page_where_the_trouble_is_is_looked_at_again() -> None:
    draft = extract(changed(receipt(), "交款人：黄子轩", "交款人：黄子轩", score=0.6))
    seen = {line.text for line in where_to_look(draft, prove(draft))}
    assert "交款人：黄子轩" in seen
    assert not {"西药费", "个人自费：20.00", "收款人：1234"} & seen


def test_trouble_with_a_sum_means_the_table_and_the_total() -> None:
    draft = extract(changed(receipt(), "86.00", None))
    assert needs_second_reading(draft, prove(draft))
    seen = {line.text for line in where_to_look(draft, prove(draft))}
    assert {"项目名称", "治疗费", "金额合计（大写）伍佰零陆元伍角整"} <= seen
    assert "收款单位（章）：南昌市明湖人民医院" not in seen


def test_of_two_readings_of_a_hospital_the_one_with_a_known_end_stands() -> None:
    right = "收款单位（章）：南昌市明湖人民医院"
    wrong = extract(changed(receipt(), right, "收款单位（章）：南昌市明湖入民医院"))
    assert prove(combine(wrong, extract(receipt()))).fields.hospital == "南昌市明湖人民医院"


def test_of_two_unsure_readings_that_agree_the_name_stands_and_is_not_certain() -> None:
    unsure = extract(changed(receipt(), "交款人：黄子轩", "交款人：黄子轩", score=0.6))
    assert prove(unsure).fields.payer is None
    twice = prove(combine(unsure, unsure))
    assert twice.fields.payer == "黄子轩"
    assert twice.confidence["payer"] < 0.99


def test_one_unclear_character_of_a_known_end_is_borne_out_by_the_rest() -> None:
    name = "南昌市明湖儿童医院"
    scores = tuple(0.2 if c == "儿" else 1.0 for c in name)
    assert read_value("hospital", plain_print(name, scores)) == (name, 0.99)
    assert read_value("hospital", plain_print(name, (0.2, *scores[1:])))[1] == 0.2


def test_a_later_guess_of_the_engine_counts_where_it_makes_a_known_end() -> None:
    read, guesses = "南昌市明湖导科医院", [("", 0.0)] * 5 + [("于守骨", 0.06)] + [("", 0.0)] * 3
    scores = tuple(0.1 if c == "导" else 1.0 for c in read)
    assert read_value("hospital", plain_print(read, scores, guesses))[0] == "南昌市明湖骨科医院"
    assert read_value("hospital", plain_print(read, (1.0,) * 9, guesses))[0] is None


def test_a_seals_star_behind_a_value_is_no_part_of_it() -> None:
    assert read_value("pool_pay", plain_print("297.34*", (1.0,) * 7))[0] == "297.34"
    assert read_value("pool_pay", plain_print("*297.34", (1.0,) * 7))[0] is None
    name = "惠州市明湖儿童医院★"
    assert read_value("hospital", plain_print(name, (1.0,) * 10))[0] == name[:-1]


def test_capitals_that_begin_with_a_nought_before_a_figure_are_the_end_of_longer_ones() -> None:
    assert fen_of_capitals("零伍元肆角捌分") is None
    assert fen_of_capitals("零元伍角") is not None


@pytest.mark.parametrize("total", ["506.5", "506.500", "506"])
def test_a_total_without_two_decimals_is_not_read_and_a_person_looks(total: str) -> None:
    reading = prove(extract(changed(receipt(), "506.50", total)))
    assert reading.fields.total is None
    assert [check.code for check in reading.checks if not check.ok] == ["total_unclear"]


@pytest.mark.parametrize(("second", "contradicted"), [("20.50", False), ("25.50", True)])
def test_lines_below_a_charge_that_do_not_make_it_are_charges_which_the_total_contradicts(
    second: str, contradicted: bool
) -> None:
    page = [item for item in receipt() if item.text not in ("检查费", "300.00", "治疗费", "86.00")]
    page = [item for item in page if item.box[1] != 300 or item.box[0] < 700]
    parts = (("阿莫西林", "100.00", 130), ("布洛芬", second, 130), ("检查费", "386.00", 80))
    for row, (name, amount, x) in enumerate(parts):
        page += [line(name, x, 385 + 35 * row), line(amount, 530, 385 + 35 * row)]
    reading = prove(extract(page))
    assert ("items_equal_total" in {check.code for check in reading.checks if not check.ok}) is contradicted
    assert len(reading.fields.items) == (4 if contradicted else 2)


@pytest.mark.parametrize(("score", "clear"), [(0.95, True), (0.85, False)])
def test_a_hidden_number_is_clear_when_each_of_its_characters_is(score: float, clear: bool) -> None:
    label, number = "交款人统一社会信用代码：", "360102********1249"
    page = [*receipt(), line(label + number, 80, 150)]
    scores = (*[1.0] * (len(label) + 8), score, *[1.0] * (len(number) - 9))
    page[-1] = replace(page[-1], scores=scores)
    extras = extract(page).extras
    assert (extras.payer_id, extras.payer_id_clear) == (number, clear)


@pytest.mark.parametrize("size", ["10ml*6支", "100ml/瓶", "0.5g×24片", "12粒/盒", "甲类", "(乙类)"])
def test_the_size_of_a_package_and_how_it_is_insured_name_no_charge(size: str) -> None:
    reading = prove(extract(changed(receipt(), "西药费", size)))
    assert [item.name for item in reading.fields.items if item.amount == "120.50"] == [None]
    named = prove(extract(changed(receipt(), "西药费", "5g口服糖"))).fields.items
    assert "5g口服糖" in [item.name for item in named]


def test_a_number_in_the_row_of_the_head_leaves_it_the_hospital() -> None:
    page = [item for item in receipt() if not item.text.startswith("收款单位")]
    slip = [line("锦州市传染病医院", 300, 10), line("凭证号：0009309890", 900, 4), *page]
    assert prove(extract(slip)).fields.hospital == "锦州市传染病医院"
