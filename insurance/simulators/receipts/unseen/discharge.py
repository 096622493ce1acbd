"""Paper of a settlement at discharge (出院结算): charges down three columns, each sum of the settlement below its label."""

from datetime import timedelta
from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import Printed, print_out, yuan

_INK: Ink = (24, 92, 108)
_RED: Ink = (188, 38, 46)
_LEFT, _RIGHT, _COLUMNS, _ROWS, _STEP = 66, 1588, 3, 5, 50
_TOP = 300
_END = _TOP + 52 + _ROWS * _STEP


def discharge_receipt(rng: Random) -> Sheet:
    """住院病人费用结算收据."""
    spec = invent_known(rng, "paper_in")
    printed = print_out(spec)
    fields = printed.fields
    drop = rng.uniform(0, 4)
    canvas = Canvas(1654, 1040, (252, 252, 244), rng.choice(("dots", "laser")), "song", rng.choice(("ming", "hei")))
    canvas.text(827, 62, spec.hospital, 38, _INK, "song-bold", "mm", "hospital")
    canvas.text(827, 116, "住院病人费用结算收据", 34, _INK, "kai", "mm")
    end = canvas.text(1230, 150, "收据编号 ", 23, _INK, "song")
    canvas.text(end, 150, fields["bill_no"], 28, _RED, "song-bold", field="bill_no")
    _head(canvas, printed, rng, drop)
    _charges(canvas, fields["items"], drop)
    canvas.pair(_LEFT + 14, _END + 34, "合计（大写）人民币 ", fields["total_upper"], 25, _INK, "total_upper", drop)
    _settlement(canvas, printed, _END + 68, drop)
    canvas.box(_LEFT, _TOP, _RIGHT, _END + 228, _INK, 2)
    day = f"{spec.date.year}年{spec.date.month:02d}月{spec.date.day:02d}日"
    canvas.pair(_LEFT + 10, _END + 272, "结算员：", invent_name(rng), 22, _INK, drop=drop)
    canvas.pair(480, _END + 272, "结算日期：", day, 22, _INK, "date", drop)
    canvas.text(1100, _END + 272, "收款单位盖章（未盖章无效）", 22, _INK, "song")
    canvas.seal(rng.randrange(1200, 1400), _END + 250, 90, 90, spec.hospital, "住院收费专用章", True)
    canvas.height = _END + 352
    return Sheet(canvas, fields, "discharge_receipt", yuan(spec.total_fen))


def _head(canvas: Canvas, printed: Printed, rng: Random, drop: float) -> None:
    spec, extras = printed.spec, printed.extras
    days = rng.randrange(2, 15)
    rows = (
        (
            ("病人姓名", spec.payer, "payer"),
            ("性别", extras["gender"], None),
            ("病区", f"{extras['department']}{rng.randrange(1, 6)}病区", None),
            ("床号", f"{rng.randrange(1, 60):02d}", None),
        ),
        (
            ("住院号", extras["record_no"], None),
            ("入院", f"{spec.date - timedelta(days=days):%Y-%m-%d}", None),
            ("出院", f"{spec.date:%Y-%m-%d}", None),
            ("天数", str(days), None),
        ),
    )
    for i, row in enumerate(rows):
        for x, (label, value, name) in zip((76, 470, 800, 1240), row, strict=True):
            canvas.pair(x, 206 + i * 48, f"{label}：", value, 23, _INK, name, drop)


def _charges(canvas: Canvas, items: list[dict[str, Any]], drop: float) -> None:
    """The first charges stand below each other in the first column."""
    wide = (_RIGHT - _LEFT) / _COLUMNS
    for column in range(_COLUMNS):
        x = _LEFT + column * wide
        canvas.text(x + 130, _TOP + 26, "费用名称", 22, _INK, "song", "mm")
        canvas.text(x + 400, _TOP + 26, "金额", 22, _INK, "song", "mm")
        canvas.line(x, _TOP, x, _END, _INK)
        canvas.line(x + 285, _TOP, x + 285, _END, _INK, 1)
    for row in range(_ROWS + 1):
        y = _TOP + 52 + row * _STEP
        canvas.line(_LEFT, y, _RIGHT, y, _INK, 1)
    for i, item in enumerate(items):
        x, middle = _LEFT + i // _ROWS * wide, _TOP + 52 + (i % _ROWS + 0.5) * _STEP + drop
        canvas.text(x + 14, middle, item["name"], 23, field=f"items.{i}.name")
        canvas.text(x + wide - 24, middle, item["amount"], 23, anchor="rm", field=f"items.{i}.amount")


def _settlement(canvas: Canvas, printed: Printed, top: float, drop: float) -> None:
    fields, extras = printed.fields, printed.extras
    cells = (
        ("费用总额", fields["total"], "total"),
        ("统筹基金支付", fields["pool_pay"], "pool_pay"),
        ("其他医保支付", fields["other_pay"], "other_pay"),
        ("个人账户支付", fields["account_pay"], "account_pay"),
        ("个人现金支付", fields["cash_pay"], "cash_pay"),
        ("预交金总额", extras["prepaid"], None),
        ("应补金额", extras["topped_up"], None),
        ("应退金额", extras["refunded"], None),
    )
    wide = (_RIGHT - _LEFT) / len(cells)
    canvas.line(_LEFT, top, _RIGHT, top, _INK)
    canvas.line(_LEFT, top + 58, _RIGHT, top + 58, _INK, 1)
    for i, (label, value, name) in enumerate(cells):
        middle = _LEFT + (i + 0.5) * wide
        canvas.line(_LEFT + i * wide, top, _LEFT + i * wide, top + 160, _INK, 1)
        canvas.text(middle, top + 29, label, 22, _INK, "song", "mm")
        canvas.text(middle, top + 108 + drop, value, 24, anchor="mm", field=name)
