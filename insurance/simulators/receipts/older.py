"""Older papers: a pre-printed form filled by a dot-matrix printer, with a number and neither code nor QR."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BLUE
from insurance.simulators.receipts.itemtable import Table, draw_items
from insurance.simulators.receipts.spec import Printed

_LEFT, _RIGHT = 70, 1585
_RED = (190, 40, 44)


def older_form(printed: Printed) -> Canvas:
    spec, fields, extras = printed.spec, printed.fields, printed.extras
    rng = Random(f"form-{spec.seed}")
    drop = rng.uniform(0, 5)
    canvas = Canvas(1654, 1040, (252, 251, 246), spec.press, spec.label_face, spec.value_face)
    for y in range(345, 700, 6):
        canvas.line(_LEFT, y, _RIGHT, y, (226, 228, 240), 1)
    kind = "住院" if spec.inpatient else "门诊"
    canvas.text(827, 100, f"{spec.province}医疗{kind}收费票据", 46, BLUE, spec.title_face, "mm")
    canvas.pair(_LEFT + 10, 185, "业务流水号：", extras["serial_no"], 22, BLUE, drop=drop)
    canvas.pair(620, 185, "医疗机构类型：", extras["institution"], 22, BLUE, drop=drop)
    end = canvas.text(1180, 172, "No. ", 30, _RED, "song-bold")
    canvas.text(end, 172, fields["bill_no"], 34, _RED, "song-bold", field="bill_no")
    canvas.box(_LEFT, 215, _RIGHT, 890, BLUE)
    canvas.pair(_LEFT + 18, 250, "姓名：", fields["payer"], 22, BLUE, "payer", drop)
    canvas.pair(400, 250, "性别：", extras["gender"], 22, BLUE, drop=drop)
    canvas.pair(580, 250, "医保类型：", spec.insurance_type, 22, BLUE, drop=drop)
    canvas.pair(1020, 250, "社会保障号码：", extras["insurance_no"], 22, BLUE, drop=drop)
    canvas.line(_LEFT, 285, _RIGHT, 285, BLUE)
    own = fields["cash_pay"] and float(fields["cash_pay"]) / (spec.total_fen / 100)
    draw_items(canvas, fields["items"], _table(printed), 285, BLUE, Random(f"items-{spec.seed}"), drop, own)
    for y in (705, 768, 830):
        canvas.line(_LEFT, y, _RIGHT, y, BLUE)
    _sums(canvas, printed, drop)
    _foot(canvas, printed, drop)
    canvas.seal(827, 118, 130, 78, "财政票据监制章", spec.province)
    at = (rng.randrange(440, 640), rng.randrange(880, 930))
    canvas.seal(*at, 84, 84, spec.hospital, "收费专用章", spec.star)
    return canvas


def _table(printed: Printed) -> Table:
    spec = printed.spec
    inpatient = spec.inpatient
    return Table(
        _LEFT,
        _RIGHT,
        2,
        name="收费项目" if inpatient else "项目/规格",
        amount="金额",
        quantity=None if inpatient else "数量",
        remark=None,
        own_pay="个人支付金额" if inpatient and spec.own_pay_column else None,
        amount_at=0.55 if inpatient and spec.own_pay_column else 0.72,
        extra_at=0.83,
    )


def _sums(canvas: Canvas, printed: Printed, drop: float) -> None:
    spec, fields, extras = printed.spec, printed.fields, printed.extras
    canvas.pair(_LEFT + 18, 737, "合计（大写）：", fields["total_upper"], 24, BLUE, "total_upper", drop)
    canvas.pair(1150, 737, "￥：", fields["total"], 24, BLUE, "total", drop)
    if spec.inpatient:
        second = (
            ("预缴金额：", extras["prepaid"]),
            ("补缴金额：", extras["topped_up"]),
            ("退费金额：", extras["refunded"]),
        )
    else:
        second = (("就诊日期：", extras["visit_date"]), ("门诊号：", extras["record_no"]), ("", ""))
    for i, (label, value) in enumerate(second):
        canvas.pair(_LEFT + 18 + i * 480, 800, label, value, 22, BLUE, drop=drop)
    paid = {
        "医保统筹支付：": "pool_pay",
        "个人账户支付：": "account_pay",
        "其他医保支付：": "other_pay",
        "个人支付金额：": "cash_pay",
    }
    for i, (label, name) in enumerate(paid.items()):
        canvas.pair(_LEFT + 18 + i * 375, 862, label, fields[name], 22, BLUE, name, drop)


def _foot(canvas: Canvas, printed: Printed, drop: float) -> None:
    spec, day = printed.spec, printed.spec.date
    canvas.pair(_LEFT + 10, 930, "收款单位（章）：", spec.hospital, 22, BLUE, "hospital", drop)
    canvas.pair(760, 930, "收款人：", printed.extras["clerk"], 22, BLUE, drop=drop)
    for x, number, unit in ((1130, f"{day:%Y}", "年"), (1250, f"{day:%m}", "月"), (1345, f"{day:%d}", "日")):
        canvas.text(x, 930 + drop, number, 22, field="date")
        canvas.text(x + (66 if unit == "年" else 42), 930, unit, 22, BLUE, canvas.label_face)
    for i, character in enumerate("第一联收据联" if spec.own_pay_column else ""):
        canvas.text(1612, 380 + i * 46, character, 20, BLUE, canvas.label_face, "mm")
