"""The national electronic receipts: 医疗门诊收费票据（电子）, 医疗住院收费票据（电子） (财综〔2019〕29号 annexes 1, 2)."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import RED
from insurance.simulators.receipts.itemtable import Table, draw_items, thousands
from insurance.simulators.receipts.spec import Printed

_LEFT, _RIGHT = 70, 1585


def electronic_form(printed: Printed) -> Canvas:
    spec, fields = printed.spec, printed.fields
    rng = Random(f"form-{spec.seed}")
    columns = 3 if spec.inpatient else 2
    rows = -(-len(spec.items) // columns)
    canvas = Canvas(
        1654,
        max(1100, 880 + rows * 42),
        rng.choice(((255, 255, 255), (253, 252, 247))),
        "laser",
        spec.label_face,
        spec.value_face,
    )
    kind = "住院" if spec.inpatient else "门诊"
    canvas.text(827, 120, f"{spec.province}医疗{kind}收费票据（电子）", 44, RED, spec.title_face, "mm")
    _head(canvas, printed)
    top, bottom = 315, canvas.height - 100
    canvas.box(_LEFT, top, _RIGHT, bottom, RED)
    total_y = bottom - (300 if spec.inpatient else 262)
    table = Table(
        _LEFT,
        _RIGHT,
        columns,
        quantity=None if spec.inpatient else "数量/单位",
        amount_at=0.64 if spec.inpatient else 0.72,
    )
    draw_items(canvas, fields["items"], table, top, RED, Random(f"items-{spec.seed}"))
    canvas.line(_LEFT, total_y, _RIGHT, total_y, RED)
    canvas.line(_LEFT, total_y + 62, _RIGHT, total_y + 62, RED)
    amount = thousands(fields["total"]) if rng.random() < 0.4 else fields["total"]
    canvas.pair(_LEFT + 16, total_y + 31, "金额合计（大写）", fields["total_upper"], 24, RED, field="total_upper")
    shown = ("￥" if rng.random() < 0.3 else "") + amount
    canvas.pair(1010, total_y + 31, "（小写）", shown, 24, RED, field="total")
    _other_information(canvas, printed, total_y + 62, bottom)
    canvas.pair(_LEFT + 10, bottom + 36, "收款单位（章）：", spec.hospital, 23, RED, field="hospital")
    canvas.pair(930, bottom + 36, "复核人：", printed.extras["clerk"], 23, RED)
    canvas.pair(1280, bottom + 36, "收款人：", printed.extras["clerk"], 23, RED)
    canvas.seal(827, 140, 122, 80, "全国统一票据监制章", spec.province)
    canvas.seal(rng.randrange(380, 560), bottom + rng.randrange(5, 50), 84, 84, spec.hospital, "收费专用章", spec.star)
    if printed.qr:
        canvas.qr(1360, 60, 165, printed.qr)
    return canvas


def _head(canvas: Canvas, printed: Printed) -> None:
    fields = printed.fields
    rows = (
        ((80, "票据代码：", "bill_code"), (1020, "票据号码：", "bill_no")),
        ((80, "交款人统一社会信用代码：", None), (1020, "校验码：", "check_code")),
        ((80, "交款人：", "payer"), (1020, "开票日期：", "date")),
    )
    for i, row in enumerate(rows):
        for x, label, name in row:
            value = fields[name] if name else printed.extras["payer_id"]
            canvas.pair(x, 196 + 43 * i, label, value, 23, RED, field=name)


def _other_information(canvas: Canvas, printed: Printed, top: float, bottom: float) -> None:
    canvas.line(_LEFT + 52, top, _LEFT + 52, bottom, RED)
    for i, character in enumerate("其他信息"):
        canvas.text(_LEFT + 26, top + 40 + i * 42, character, 22, RED, canvas.label_face, "mm")
    for i, row in enumerate(_other_rows(printed)):
        for j, (label, value, name) in enumerate(row):
            at = (_LEFT + 68 + j * 368, top + 36 + i * 43)
            canvas.pair(*at, label, value, 21, RED, field=name)


def _other_rows(printed: Printed) -> list[list[tuple[str, str, str | None]]]:
    extras, fields, spec = printed.extras, printed.fields, printed.spec
    common: list[tuple[str, str, str | None]] = [
        ("医疗机构类型：", extras["institution"], None),
        ("医保类型：", spec.insurance_type, None),
        ("医保编号：", extras["insurance_no"], None),
        ("性别：", extras["gender"], None),
    ]
    serial = ("业务流水号：", extras["serial_no"], None)
    rows: list[list[tuple[str, str, str | None]]]
    if spec.inpatient:
        rows = [
            [serial, ("病历号：", extras["record_no"], None)],
            [("住院时间：", extras["stay"], None), ("预缴金额：", extras["prepaid"], None)],
            common,
        ]
        rows[0] += [("住院号：", extras["record_no"], None), ("住院科别：", extras["department"], None)]
        rows[1] += [("补缴金额：", extras["topped_up"], None), ("退费金额：", extras["refunded"], None)]
    else:
        rows = [[serial, ("门诊号：", extras["record_no"], None), ("就诊日期：", extras["visit_date"], None)], common]
    labels = {
        "医保统筹基金支付：": "pool_pay",
        "其他支付：": "other_pay",
        "个人账户支付：": "account_pay",
        "个人现金支付：": "cash_pay",
    }
    rows.append([(label, fields[name], name) for label, name in labels.items()])
    own = {"个人自付：": "self_pay", "个人自费：": "self_expense"}
    rows.append([(label, fields[name], name) for label, name in own.items()])
    return rows
