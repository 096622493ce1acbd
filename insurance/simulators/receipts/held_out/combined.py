"""An A4 page of an electronic receipt with the list of what was charged (门诊收费清单) below it."""

from collections.abc import Sequence
from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.detailtable import Detail, invent_details
from insurance.simulators.receipts.inks import BLACK
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import Printed, print_out, yuan

_INK = (170, 66, 40)
_LEFT, _RIGHT = 90, 1564


def combined_page(rng: Random) -> Sheet:
    spec = invent_known(rng, "outpatient", detailed=False)
    printed = print_out(spec)
    canvas = Canvas(1654, 2338, (255, 255, 255), "laser", rng.choice(("hei", "zen")), rng.choice(("song", "ming")))
    end = _receipt(canvas, printed)
    _list(canvas, printed, invent_details(spec.items, rng, 1.0), end + 70)
    canvas.height = 2338
    notes = ["the lines of the list below are no items of the receipt"]
    return Sheet(canvas, printed.fields, "combined_page", yuan(spec.total_fen), printed.qr, spec.qr_style, notes=notes)


def _receipt(canvas: Canvas, printed: Printed) -> float:
    spec, fields, extras = printed.spec, printed.fields, printed.extras
    canvas.text(827, 96, f"{spec.province}医疗门诊收费票据（电子）", 40, _INK, "song-bold", "mm")
    if printed.qr:
        canvas.qr(100, 50, 140, printed.qr)
    rows = (
        (("票据代码", "bill_code"), ("票据号码", "bill_no"), ("校验码", "check_code")),
        (("交款人", "payer"), ("开票日期", "date"), ("性别", None)),
    )
    for i, row in enumerate(rows):
        for j, (label, name) in enumerate(row):
            value = fields[name] if name else extras["gender"]
            canvas.pair(_LEFT + 10 + j * 520, 226 + i * 44, f"{label}：", value, 23, _INK, name)
    top = 300
    canvas.line(_LEFT, top, _RIGHT, top, _INK, 3)
    # a row of four: name, sum, name, sum
    for j, head in enumerate(("收费项目", "金额", "收费项目", "金额")):
        canvas.text(_LEFT + (20, 520, 757, 1257)[j], top + 30, head, 22, _INK, canvas.label_face)
    for i, item in enumerate(fields["items"]):
        x, y = _LEFT + i % 2 * 737, top + 80 + i // 2 * 44
        canvas.text(x + 20, y, item["name"], 23, field=f"items.{i}.name")
        canvas.text(x + 610, y, item["amount"], 23, anchor="rm", field=f"items.{i}.amount")
    y = top + 110 + -(-len(fields["items"]) // 2) * 44
    canvas.line(_LEFT, y, _RIGHT, y, _INK)
    canvas.pair(_LEFT + 20, y + 32, "合计（大写）", fields["total_upper"], 24, _INK, "total_upper")
    canvas.pair(_LEFT + 960, y + 32, "（小写）¥", fields["total"], 24, _INK, "total")
    canvas.line(_LEFT, y + 62, _RIGHT, y + 62, _INK)
    paid = (
        (("医保统筹基金支付", "pool_pay"), ("个人账户支付", "account_pay"), ("个人现金支付", "cash_pay")),
        (("其他支付", "other_pay"), ("个人自付", "self_pay"), ("个人自费", "self_expense")),
    )
    for i, row in enumerate(paid):
        for j, (label, name) in enumerate(row):
            canvas.pair(_LEFT + 20 + j * 490, y + 96 + i * 42, f"{label}：", fields[name], 22, _INK, name)
    canvas.line(_LEFT, y + 172, _RIGHT, y + 172, _INK, 3)
    canvas.pair(_LEFT + 20, y + 208, "收款单位：", fields["hospital"], 22, _INK, "hospital")
    canvas.pair(1180, y + 208, "收款人：", extras["clerk"], 22, _INK)
    canvas.seal(620, y + 190, 84, 84, spec.hospital, "收费专用章", True)
    return y + 250


def _list(canvas: Canvas, printed: Printed, details: dict[int, list[Detail]], top: float) -> None:
    canvas.dashes(60, 1594, top - 30, (120, 120, 120), 16)
    canvas.text(827, top + 20, "门诊收费清单", 32, BLACK, "hei-bold", "mm")
    heads = ((110, "名称"), (640, "规格"), (930, "数量"), (1250, "小计（元）"), (1400, "自付类型"))
    for x, head in heads:
        canvas.text(x, top + 80, head, 21, BLACK, "hei")
    y = top + 128
    for i, item in enumerate(printed.fields["items"]):
        parts: Sequence[Detail] = details.get(i) or (Detail(item["name"], "", "1次", item["amount"], "无自付"),)
        for part in parts:
            for x, text in ((110, part.name), (640, part.package), (930, part.quantity), (1400, part.own_pay)):
                canvas.text(x, y, text, 21)
            canvas.text(1350, y, part.amount, 21, anchor="rm")
            y += 40
    canvas.line(100, y, 1554, y, BLACK, 1)
    canvas.text(110, y + 28, "清单合计", 21, BLACK, "hei")
    canvas.text(1350, y + 28, printed.fields["total"], 21, anchor="rm")
