"""Receipt of a township's 卫生院: every kind of charge is pre-printed in a grid, and only those that were charged have a sum."""

from dataclasses import replace
from random import Random
from typing import Any

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import CITIES, FEES, SURNAMES, invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import ReceiptSpec, print_out, yuan

_INK: Ink = (92, 62, 138)
_RED: Ink = (190, 40, 44)
_TOWNS = ("大塘乡", "柳河镇", "枫林镇", "石门乡", "双溪镇", "杨家坪镇")
_LEFT, _RIGHT, _TOP, _CELL, _COLUMNS = 60, 1380, 270, 56, 3
_NAMES = FEES["outpatient"]
_GRID_END = _TOP + _CELL * (-(-len(_NAMES) // _COLUMNS) + 1)


def township_receipt(rng: Random) -> Sheet:
    """××卫生院门诊医药费收据."""
    spec = _in_order_of_form(invent_known(rng, "paper_out", detailed=False))
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    hospital = rng.choice(CITIES[spec.province]) + rng.choice(_TOWNS) + rng.choice(("卫生院", "中心卫生院"))
    fields["hospital"] = hospital
    drop = rng.uniform(0, 5)
    canvas = Canvas(1496, 866, (250, 248, 252), "dots", rng.choice(("kai", "song")), rng.choice(("song", "ming")))
    canvas.text(720, 66, "乡镇卫生院门诊医药费收据", 42, _INK, "kai", "mm")
    end = canvas.text(1130, 70, "№ ", 30, _RED, "song-bold")
    canvas.text(end, 70, fields["bill_no"], 32, _RED, "song-bold", field="bill_no")
    for x, number, unit in (
        (560, f"{spec.date.year}", "年"),
        (690, f"{spec.date.month}", "月"),
        (780, f"{spec.date.day}", "日"),
    ):
        canvas.text(x + 60, 132 + drop, number, 24, anchor="rm", field="date")
        canvas.text(x + 66, 132, unit, 24, _INK, canvas.label_face)
    head = (
        (70, "患者", fields["payer"], "payer"),
        (310, "户主", _householder(fields["payer"], rng), None),
        (560, "住址", f"{rng.choice(SURNAMES)}家村{rng.randrange(1, 15)}组", None),
        (860, "医疗证号", extras["insurance_no"], None),
    )
    for x, label, value, name in head:
        canvas.pair(x, 190, f"{label} ", value, 23, _INK, name, drop)
    _grid(canvas, fields["items"], drop)
    _sums(canvas, fields, "新农合补偿" if spec.date.year < 2018 else "居民医保补偿", drop)
    canvas.pair(70, 770, "收费单位（公章） ", hospital, 23, _INK, "hospital", drop)
    canvas.pair(900, 770, "收费 ", invent_name(rng), 23, _INK, drop=drop)
    canvas.pair(1150, 770, "复核 ", invent_name(rng), 23, _INK, drop=drop)
    for i, character in enumerate("第二联交患者"):
        canvas.text(1438, 290 + i * 50, character, 20, _INK, canvas.label_face, "mm")
    canvas.seal(rng.randrange(420, 620), 756, 88, 88, hospital, "收费专用章", True)
    notes = ["a kind of charge without a sum is no item", "the 户主 is not the payer"]
    return Sheet(canvas, fields, "township_receipt", yuan(spec.total_fen), notes=notes)


def _in_order_of_form(spec: ReceiptSpec) -> ReceiptSpec:
    return replace(spec, items=tuple(sorted(spec.items, key=lambda item: _NAMES.index(item[0]))))


def _householder(payer: str, rng: Random) -> str:
    """Another person of the family."""
    return payer[0] + rng.choice(("建国", "志强", "秀英", "春梅", "德福"))


def _grid(canvas: Canvas, items: list[dict[str, Any]], drop: float) -> None:
    """Name and sum side by side in ruled cells, three pairs a row."""
    wide = (_RIGHT - _LEFT) / _COLUMNS
    canvas.box(_LEFT, _TOP - 46, _RIGHT, _GRID_END - _CELL + 150, _INK, 2)
    charged = {item["name"]: i for i, item in enumerate(items)}
    for column in range(_COLUMNS):
        x = _LEFT + column * wide
        canvas.text(x + 120, _TOP - 22, "项　目", 22, _INK, canvas.label_face, "mm")
        canvas.text(x + 340, _TOP - 22, "金　额", 22, _INK, canvas.label_face, "mm")
        canvas.line(x + 240, _TOP - 46, x + 240, _GRID_END - _CELL, _INK, 1)
        canvas.line(x, _TOP - 46, x, _GRID_END - _CELL, _INK)
    for i, name in enumerate(_NAMES):
        x, y = _LEFT + i % _COLUMNS * wide, _TOP + i // _COLUMNS * _CELL
        if i % _COLUMNS == 0:
            canvas.line(_LEFT, y, _RIGHT, y, _INK, 1)
        n = charged.get(name)
        field = None if n is None else f"items.{n}"
        canvas.text(x + 14, y + _CELL / 2, name, 22, _INK, canvas.label_face, field=field and f"{field}.name")
        if n is not None:
            canvas.text(x + 420, y + _CELL / 2 + drop, items[n]["amount"], 24, anchor="rm", field=f"{field}.amount")


def _sums(canvas: Canvas, fields: dict[str, Any], pool: str, drop: float) -> None:
    y = _GRID_END - _CELL
    for below in (0, 75):
        canvas.line(_LEFT, y + below, _RIGHT, y + below, _INK)
    canvas.pair(_LEFT + 14, y + 38, "合计人民币（大写） ", fields["total_upper"], 25, _INK, "total_upper", drop)
    canvas.pair(1080, y + 38, "¥ ", fields["total"], 26, _INK, "total", drop)
    paid = ((pool, "pool_pay"), ("民政救助", "other_pay"), ("家庭账户", "account_pay"), ("实收现金", "cash_pay"))
    for i, (label, name) in enumerate(paid):
        canvas.pair(_LEFT + 14 + i * 335, y + 112, f"{label} ", fields[name], 23, _INK, name, drop)
