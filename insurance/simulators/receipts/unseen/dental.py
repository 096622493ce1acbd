"""Machine-printed receipt of a dental clinic: treatments by tooth, with the price, the discount, and what was really charged."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from insurance.rules.capitals import write_capitals
from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import CITIES, invent_name
from insurance.simulators.receipts.sheet import Sheet, no_fields
from insurance.simulators.receipts.spec import PROVINCES, yuan

_INK: Ink = (52, 52, 58)
_CLINICS = ("皓齿口腔门诊部", "童乐口腔诊所", "益康口腔门诊部", "百合口腔诊所")
_TREATMENTS = (
    ("前牙断端再接术", 680_00),
    ("牙外伤固定术", 450_00),
    ("光固化树脂充填", 320_00),
    ("乳牙拔除", 80_00),
    ("根管治疗(前牙)", 760_00),
    ("数字化牙片", 30_00),
    ("全景片", 120_00),
    ("口腔检查", 20_00),
    ("局部麻醉", 45_00),
    ("氟化物涂布", 160_00),
    ("窝沟封闭", 90_00),
)
_LEFT, _RIGHT = 60, 1105
# where columns begin or end
_HEADS = (
    (70, "治疗项目", "lm"),
    (450, "牙位", "mm"),
    (580, "单价", "rm"),
    (660, "数量", "rm"),
    (810, "应收", "rm"),
    (900, "折扣", "rm"),
    (1090, "实收(元)", "rm"),
)


@dataclass(frozen=True)
class _Treatment:
    name: str
    price_fen: int
    count: int
    percent: int

    @property
    def listed_fen(self) -> int:
        return self.price_fen * self.count

    @property
    def charged_fen(self) -> int:
        return self.listed_fen * self.percent // 100


def dental_receipt(rng: Random) -> Sheet:
    """口腔诊疗收费收据, half of a continuous sheet."""
    treatments = [
        _Treatment(name, price, rng.choice((1, 1, 1, 2)), rng.choice((100, 100, 100, 90, 85)))
        for name, price in rng.sample(_TREATMENTS, rng.randrange(2, 8))
    ]
    total = sum(treatment.charged_fen for treatment in treatments)
    day = dt.date(rng.randrange(2016, 2026), rng.randrange(1, 13), rng.randrange(1, 29))
    fields = no_fields() | {
        "bill_no": f"{day:%y%m}{figures(rng, 6)}",
        "payer": invent_name(rng),
        "date": day.isoformat(),
        "total_upper": write_capitals(total),
        "total": yuan(total),
        "hospital": rng.choice(CITIES[rng.choice(sorted(PROVINCES))]) + rng.choice(_CLINICS),
        "items": [{"name": one.name, "amount": yuan(one.charged_fen)} for one in treatments],
    }
    canvas = Canvas(1165, 2000, (253, 253, 253), rng.choice(("dots", "laser")), "hei", rng.choice(("zen", "song")))
    canvas.text(582, 76, fields["hospital"], 38, _INK, "hei", "mm", "hospital")
    canvas.text(582, 132, "口腔诊疗收费收据", 30, _INK, "hei", "mm")
    clock = f"{rng.randrange(9, 19):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    canvas.pair(70, 190, "收据号：", fields["bill_no"], 23, _INK, "bill_no")
    canvas.pair(650, 190, "收费时间：", f"{day.year}-{day.month:02d}-{day.day:02d} {clock}", 23, _INK, "date")
    canvas.pair(70, 236, "顾客姓名：", fields["payer"], 23, _INK, "payer")
    canvas.pair(400, 236, "病历编号：", figures(rng, 6), 23, _INK)
    canvas.pair(740, 236, "接诊医生：", invent_name(rng), 23, _INK)
    y = _table(canvas, treatments, rng)
    listed = sum(treatment.listed_fen for treatment in treatments)
    canvas.pair(70, y + 36, "应收合计：", yuan(listed), 23, _INK)
    canvas.pair(400, y + 36, "优惠金额：", yuan(listed - total), 23, _INK)
    canvas.pair(740, y + 36, "实收合计：", f"￥{fields['total']}", 26, _INK, "total")
    canvas.pair(70, y + 90, "实收合计（大写）：", fields["total_upper"], 25, _INK, "total_upper")
    canvas.pair(70, y + 144, "支付方式：", rng.choice(("微信", "支付宝", "刷卡", "现金")), 23, _INK)
    canvas.pair(400, y + 144, "欠费：", "0.00", 23, _INK)
    canvas.pair(740, y + 144, "收费员：", invent_name(rng), 23, _INK)
    canvas.line(_LEFT, y + 176, _RIGHT, y + 176, _INK)
    canvas.text(70, y + 208, "温馨提示：术后两小时内勿进食，如有不适请及时复诊。", 20, _INK, "hei")
    canvas.seal(900, y + 110, 92, 92, fields["hospital"], "收费专用章", True)
    canvas.height = round(y + 260)
    notes = ["total is 实收合计, after the discount", "amounts of items are those of the 实收 column"]
    return Sheet(canvas, fields, "dental_receipt", yuan(total), notes=notes)


def _table(canvas: Canvas, treatments: list[_Treatment], rng: Random) -> float:
    """Gives its end."""
    canvas.line(_LEFT, 268, _RIGHT, 268, _INK)
    for x, head, anchor in _HEADS:
        canvas.text(x, 294, head, 22, _INK, "hei", anchor)
    canvas.line(_LEFT, 320, _RIGHT, 320, _INK)
    for i, one in enumerate(treatments):
        y = 350 + i * 46
        tooth = f"{rng.choice((11, 12, 21, 22, 36, 46, 54, 64))}" if one.price_fen > 30_00 else ""
        canvas.text(70, y, one.name, 23, field=f"items.{i}.name")
        canvas.text(450, y, tooth, 22, anchor="mm")
        canvas.text(580, y, yuan(one.price_fen), 22, anchor="rm")
        canvas.text(660, y, str(one.count), 22, anchor="rm")
        canvas.text(810, y, yuan(one.listed_fen), 22, anchor="rm")
        canvas.text(900, y, f"{one.percent}%", 22, anchor="rm")
        canvas.text(1090, y, yuan(one.charged_fen), 23, anchor="rm", field=f"items.{i}.amount")
    y = 350 + len(treatments) * 46
    canvas.line(_LEFT, y, _RIGHT, y, _INK)
    return y
