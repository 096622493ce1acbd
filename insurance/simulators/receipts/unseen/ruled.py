"""An electronic receipt whose 其他信息 are ruled cells, who pays first, in the words of the national settlement (基金支出)."""

from dataclasses import replace
from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import invent_hospital
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import FIELDS, Sheet
from insurance.simulators.receipts.spec import PROVINCES, Printed, print_out, yuan

_INK: Ink = (176, 44, 60)
_LEFT, _RIGHT = 64, 1590
_PROVINCES = ("山东省", "安徽省", "四川省", "河南省")
_CELLS = (
    (("统筹基金支出", "pool_pay"), ("大病保险支出", "zero"), ("医疗救助支出", "zero"), ("公务员补助支出", "zero")),
    (("其他支出", "other_pay"), ("个人账户支出", "account_pay"), ("共济账户支出", "zero"), ("个人现金支出", "cash_pay")),
    (("个人自付", "self_pay"), ("个人自费", "self_expense"), ("起付标准", "start"), ("账户余额", "balance")),
    (("人员类别", "kind"), ("结算流水号", "serial_no"), ("门诊号", "record_no"), ("就诊日期", "visit_date")),
    (("机构类型", "institution"), ("就诊科室", "department"), ("性别", "gender"), ("医保编号", "insurance_no")),
)  # fmt: skip
# where columns begin
_HEADS = ((90, "序号"), (190, "收费项目"), (720, "计量单位"), (930, "数量"), (1090, "收费标准"))


def ruled_receipt(rng: Random) -> Sheet:
    """医疗门诊收费票据（电子）, the capitals after the figures."""
    spec = invent_known(rng, "outpatient")
    province = rng.choice(_PROVINCES)
    code = f"{PROVINCES[province]}0601{spec.date:%y}"
    spec = replace(spec, province=province, hospital=invent_hospital(rng, province), bill_code=code)
    printed = print_out(spec)
    canvas = Canvas(1654, 2000, (255, 255, 255), "laser", rng.choice(("song", "hei")), rng.choice(("hei", "song")))
    _head(canvas, printed, rng)
    y = _charges(canvas, printed.fields["items"], 262, rng)
    y = _total(canvas, printed.fields, y)
    values = printed.extras | {
        "zero": "0.00",
        "start": yuan(rng.choice((0, 50_00, 200_00))),
        "balance": yuan(rng.randrange(2000_00)),
        "kind": spec.insurance_type,
    }
    y = _cells(canvas, values | printed.fields, y)
    canvas.pair(_LEFT + 10, y + 40, "收款人：", printed.extras["clerk"], 22, _INK)
    canvas.pair(400, y + 40, "复核人：", printed.extras["clerk"], 22, _INK)
    canvas.pair(800, y + 40, "收款单位（盖章）：", spec.hospital, 22, _INK, "hospital")
    canvas.seal(rng.randrange(1160, 1300), y + 20, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 120)
    notes = ["the unit price is no amount of an item"]
    return Sheet(canvas, printed.fields, "ruled_receipt", yuan(spec.total_fen), printed.qr, spec.qr_style, notes=notes)


def _head(canvas: Canvas, printed: Printed, rng: Random) -> None:
    fields, spec = printed.fields, printed.spec
    if printed.qr:
        canvas.qr(80, 40, 160, printed.qr)
    canvas.text(720, 96, f"{spec.province}医疗门诊收费票据（电子）", 42, _INK, "song-bold", "mm")
    canvas.seal(720 + rng.randrange(-40, 40), 108, 116, 74, "全国统一票据监制章", spec.province)
    for i, (label, name) in enumerate((("票据代码", "bill_code"), ("票据号码", "bill_no"), ("校验码", "check_code"))):
        canvas.pair(1230, 60 + i * 42, f"{label}：", fields[name], 23, _INK, name)
    day = f"{spec.date:%Y年%m月%d日}" if rng.random() < 0.5 else f"{spec.date:%Y-%m-%d}"
    canvas.pair(270, 180, "开票日期：", day, 23, _INK, "date")
    canvas.pair(_LEFT + 10, 228, "交款人：", fields["payer"], 23, _INK, "payer")
    canvas.pair(1000, 228, "交款人统一社会信用代码：", printed.extras["payer_id"], 23, _INK)


def _charges(canvas: Canvas, items: list[dict[str, Any]], top: float, rng: Random) -> float:
    bottom = top + 50 + 42 * max(len(items), 5) + 14
    canvas.box(_LEFT, top, _RIGHT, bottom, _INK, 2)
    for x, head in _HEADS:
        canvas.text(x, top + 25, head, 22, _INK, canvas.label_face)
    canvas.text(1500, top + 25, "收费金额", 22, _INK, canvas.label_face, "rm")
    canvas.line(_LEFT, top + 50, _RIGHT, top + 50, _INK)
    for i, item in enumerate(items):
        y = top + 80 + i * 42
        canvas.text(100, y, f"{i + 1:02d}", 22)
        canvas.text(190, y, item["name"], 23, field=f"items.{i}.name")
        count = rng.choice((1, 1, 1, 2)) if item["amount"][-1] in "02468" else 1
        canvas.text(750, y, rng.choice("次项盒支"), 22)
        canvas.text(950, y, str(count), 22)
        canvas.text(1200, y, yuan(int(item["amount"].replace(".", "")) // count), 22, anchor="rm")
        canvas.text(1500, y, item["amount"], 23, anchor="rm", field=f"items.{i}.amount")
    return bottom


def _total(canvas: Canvas, fields: dict[str, Any], top: float) -> float:
    canvas.box(_LEFT, top, _RIGHT, top + 58, _INK, 2)
    canvas.pair(_LEFT + 20, top + 29, "金额合计（小写） ￥", fields["total"], 24, _INK, "total")
    canvas.pair(700, top + 29, "金额合计（大写） ", fields["total_upper"], 24, _INK, "total_upper")
    return top + 58


def _cells(canvas: Canvas, values: dict[str, Any], top: float) -> float:
    """Each label in a cell of its own, its value in the next."""
    wide, tall = (_RIGHT - _LEFT) / 4, 46
    bottom = top + tall * len(_CELLS)
    for i, row in enumerate(_CELLS):
        y = top + i * tall
        canvas.line(_LEFT, y, _RIGHT, y, _INK, 1)
        for j, (label, key) in enumerate(row):
            x = _LEFT + j * wide
            canvas.text(x + 12, y + tall / 2, label, 21, _INK, canvas.label_face)
            field = key if key in FIELDS else None
            canvas.text(x + 178, y + tall / 2, values[key], 21, field=field)
    for j in range(4):
        canvas.line(_LEFT + j * wide, top, _LEFT + j * wide, bottom, _INK)
        canvas.line(_LEFT + j * wide + 170, top, _LEFT + j * wide + 170, bottom, _INK, 1)
    canvas.box(_LEFT, top, _RIGHT, bottom, _INK, 2)
    return bottom
