"""The printed forms: national electronic receipts (财综〔2019〕29号 annexes 1, 2) and older papers filled by a printer."""

from random import Random
from typing import Any

from PIL import Image

from insurance.simulators.receipts.canvas import BLUE, RED, Canvas
from insurance.simulators.receipts.spec import Printed, ReceiptSpec, print_out

_LEFT, _RIGHT = 70, 1585


def draw(spec: ReceiptSpec) -> tuple[Image.Image, dict[str, Any]]:
    """The receipt as a picture at 200 dpi, and its truth: `fields` as printed, `qr`, `tampered`, `texts`."""
    printed = print_out(spec)
    canvas = _paper(printed) if spec.paper else _electronic(printed)
    truth = {
        "layout": spec.layout,
        "tampered": printed.tampered,
        "qr": printed.qr,
        "true_total": f"{spec.total_fen // 100}.{spec.total_fen % 100:02d}",
        "fields": printed.fields,
        "texts": canvas.texts,
        "turned_ccw": 0,
    }
    return canvas.image, truth


def _electronic(printed: Printed) -> Canvas:
    spec, fields = printed.spec, printed.fields
    rng = Random(f"form-{spec.seed}")
    rows = -(-len(spec.items) // (3 if spec.inpatient else 2))
    canvas = Canvas(1654, max(1100, 880 + rows * 42), rng.choice(((255, 255, 255), (253, 252, 247))))
    kind = "住院" if spec.inpatient else "门诊"
    canvas.text(827, 120, f"{spec.province}医疗{kind}收费票据（电子）", 44, RED, "song", "mm")
    _head(canvas, printed)
    top = 315
    bottom = canvas.image.height - 100
    canvas.box(_LEFT, top, _RIGHT, bottom, RED)
    total_y = bottom - (300 if spec.inpatient else 262)
    _items(
        canvas,
        printed,
        top,
        3 if spec.inpatient else 2,
        "项目名称",
        "金额（元）",
        None if spec.inpatient else "数量/单位",
    )
    canvas.line(_LEFT, total_y, _RIGHT, total_y, RED)
    canvas.line(_LEFT, total_y + 62, _RIGHT, total_y + 62, RED)
    canvas.pair(_LEFT + 16, total_y + 31, "金额合计（大写）", fields["total_upper"], 24, RED)
    amount = _thousands(fields["total"]) if rng.random() < 0.4 else fields["total"]
    canvas.pair(1010, total_y + 31, "（小写）", ("￥" if rng.random() < 0.3 else "") + amount, 24, RED)
    _other_information(canvas, printed, total_y + 62, bottom)
    canvas.pair(_LEFT + 10, bottom + 36, "收款单位（章）：", spec.hospital, 23, RED)
    canvas.pair(930, bottom + 36, "复核人：", printed.extras["clerk"], 23, RED)
    canvas.pair(1280, bottom + 36, "收款人：", printed.extras["clerk"], 23, RED)
    canvas.seal(827, 140, 122, 80, "全国统一票据监制章", spec.province)
    canvas.seal(rng.randrange(380, 560), bottom + rng.randrange(5, 50), 84, 84, spec.hospital, "收费专用章")
    if printed.qr:
        canvas.qr(1360, 60, 165, printed.qr)
    return canvas


def _head(canvas: Canvas, printed: Printed) -> None:
    fields = printed.fields
    left = (
        ("票据代码：", fields["bill_code"]),
        ("交款人统一社会信用代码：", printed.extras["payer_id"]),
        ("交款人：", fields["payer"]),
    )
    right = (("票据号码：", fields["bill_no"]), ("校验码：", fields["check_code"]), ("开票日期：", fields["date"]))
    for i in range(3):
        canvas.pair(_LEFT + 10, 196 + 43 * i, left[i][0], left[i][1], 23, RED)
        canvas.pair(1020, 196 + 43 * i, right[i][0], right[i][1], 23, RED)


def _items(
    canvas: Canvas,
    printed: Printed,
    top: float,
    columns: int,
    name: str,
    amount: str,
    middle: str | None,
    drop: float = 0,
) -> None:
    """Heads and lines, row by row; sums end right-aligned under their heads."""
    ink = BLUE if printed.spec.paper else RED
    rng = Random(f"items-{printed.spec.seed}")
    separators = rng.random() < 0.4
    width = (_RIGHT - _LEFT) / columns
    inner = 0.62 if columns == 3 else 0.7
    for column in range(columns):
        x = _LEFT + column * width
        canvas.text(x + width * 0.22, top + 30, name, 22, ink, "hei", "mm")
        if middle:
            canvas.text(x + width * 0.5, top + 30, middle, 22, ink, "hei", "mm")
        canvas.text(x + width * (inner + 0.02), top + 30, amount, 22, ink, "hei", "mm")
        if not printed.spec.paper:
            canvas.text(x + width * 0.91, top + 30, "备注", 22, ink, "hei", "mm")
    canvas.line(_LEFT, top + 60, _RIGHT, top + 60, ink)
    for i, item in enumerate(printed.fields["items"]):
        x, y = _LEFT + i % columns * width, top + 92 + i // columns * 42 + drop
        canvas.text(x + 14, y, item["name"], 22)
        if middle:
            canvas.text(x + width * 0.5, y, f"{rng.randrange(1, 4)}/{rng.choice('次盒项支')}", 22, anchor="mm")
        sum_text = _thousands(item["amount"]) if separators else item["amount"]
        canvas.text(x + width * (inner + 0.1), y, sum_text, 22, anchor="rm")


def _other_information(canvas: Canvas, printed: Printed, top: float, bottom: float) -> None:
    extras, fields, spec = printed.extras, printed.fields, printed.spec
    canvas.line(_LEFT + 52, top, _LEFT + 52, bottom, RED)
    for i, character in enumerate("其他信息"):
        canvas.text(_LEFT + 26, top + 40 + i * 42, character, 22, RED, "hei", "mm")
    common = [("医疗机构类型：", extras["institution"]), ("医保类型：", spec.insurance_type)]
    common += [("医保编号：", extras["insurance_no"]), ("性别：", extras["gender"])]
    if spec.inpatient:
        rows = [
            [("业务流水号：", extras["serial_no"]), ("病历号：", extras["record_no"])],
            [("住院时间：", extras["stay"]), ("预缴金额：", extras["prepaid"])],
            common,
        ]
        rows[0] += [("住院号：", extras["record_no"]), ("住院科别：", extras["department"])]
        rows[1] += [("补缴金额：", extras["topped_up"]), ("退费金额：", extras["refunded"])]
    else:
        rows = [[("业务流水号：", extras["serial_no"]), ("门诊号：", extras["record_no"])], common]
        rows[0] += [("就诊日期：", extras["visit_date"])]
    labels = {
        "医保统筹基金支付：": "pool_pay",
        "其他支付：": "other_pay",
        "个人账户支付：": "account_pay",
        "个人现金支付：": "cash_pay",
    }
    rows += [[(label, fields[name]) for label, name in labels.items()]]
    rows += [[("个人自付：", fields["self_pay"]), ("个人自费：", fields["self_expense"])]]
    for i, row in enumerate(rows):
        for j, (label, value) in enumerate(row):
            canvas.pair(_LEFT + 68 + j * 368, top + 36 + i * 43, label, value, 21, RED)


def _paper(printed: Printed) -> Canvas:
    spec, fields, extras = printed.spec, printed.fields, printed.extras
    rng = Random(f"form-{spec.seed}")
    drop = rng.uniform(0, 5)
    canvas = Canvas(1654, 1040, (252, 251, 246))
    for y in range(345, 700, 6):
        canvas.line(_LEFT, y, _RIGHT, y, (226, 228, 240), 1)
    kind = "住院" if spec.inpatient else "门诊"
    canvas.text(827, 100, f"{spec.province}医疗{kind}收费票据", 46, BLUE, "song", "mm")
    canvas.pair(_LEFT + 10, 185, "业务流水号：", extras["serial_no"], 22, BLUE, drop=drop)
    canvas.pair(620, 185, "医疗机构类型：", extras["institution"], 22, BLUE, drop=drop)
    end = canvas.text(1180, 172, "No. ", 30, (190, 40, 44), "song-bold")
    canvas.text(end, 172, fields["bill_no"], 34, (190, 40, 44), "song-bold")
    canvas.box(_LEFT, 215, _RIGHT, 890, BLUE)
    for x, label, value in (
        (_LEFT + 18, "姓名：", fields["payer"]),
        (400, "性别：", extras["gender"]),
        (580, "医保类型：", spec.insurance_type),
        (1020, "社会保障号码：", extras["insurance_no"]),
    ):
        canvas.pair(x, 250, label, value, 22, BLUE, drop=drop)
    canvas.line(_LEFT, 285, _RIGHT, 285, BLUE)
    if spec.inpatient:
        _items(canvas, printed, 285, 2, "收费项目", "金额", None, drop)
    else:
        _items(canvas, printed, 285, 2, "项目/规格", "金额", "数量", drop)
    for y in (705, 768, 830):
        canvas.line(_LEFT, y, _RIGHT, y, BLUE)
    canvas.pair(_LEFT + 18, 737, "合计（大写）：", fields["total_upper"], 24, BLUE, drop=drop)
    canvas.pair(1150, 737, "￥：", fields["total"], 24, BLUE, drop=drop)
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
        canvas.pair(_LEFT + 18 + i * 375, 862, label, fields[name], 22, BLUE, drop=drop)
    canvas.pair(_LEFT + 10, 930, "收款单位（章）：", spec.hospital, 22, BLUE, drop=drop)
    canvas.pair(760, 930, "收款人：", extras["clerk"], 22, BLUE, drop=drop)
    day = spec.date
    for x, number, unit in ((1130, f"{day:%Y}", "年"), (1250, f"{day:%m}", "月"), (1345, f"{day:%d}", "日")):
        canvas.text(x, 930 + drop, number, 22)
        canvas.text(x + 66 if unit == "年" else x + 42, 930, unit, 22, BLUE, "hei")
    canvas.seal(827, 118, 130, 78, "财政票据监制章", spec.province)
    canvas.seal(rng.randrange(440, 640), rng.randrange(880, 930), 84, 84, spec.hospital, "收费专用章")
    return canvas


def _thousands(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    return f"{int(whole):,}.{cents}"
