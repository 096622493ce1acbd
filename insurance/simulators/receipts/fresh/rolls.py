"""Two long papers: the till roll of a pharmacy and a bill of a ward with the sum of every kind of charge behind dots."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.fading import fade
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_BLUE: Ink = (40, 60, 110)


def shop_roll(rng: Random) -> Sheet:
    """A roll of a hospital's own till (收费窗口小票)."""
    spec = invent_known(rng, "paper_out")
    printed = print_out(spec)
    fields = printed.fields
    grey = rng.randrange(40, 90)
    ink: Ink = (grey, grey, grey)
    canvas = Canvas(600, 3000, (250, 250, 249), "thermal", "hei", "hei")
    canvas.text(300, 50, spec.hospital, 26, ink, "hei", "mm", "hospital")
    canvas.text(300, 96, "收费窗口小票", 30, ink, "hei", "mm")
    y = 146.0
    clock = f"{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}"
    for label, value, field in (
        ("单号", fields["bill_no"], "bill_no"),
        ("姓名", fields["payer"], "payer"),
        ("收费时间", f"{spec.date.isoformat()} {clock}", "date"),
        ("收费窗口", f"{rng.randrange(1, 12)}号窗", None),
    ):
        canvas.text(24, y, f"{label}：{value}", 23, ink, field=field)
        y += 38
    canvas.dashes(24, 576, y - 10, ink)
    y += 20
    for x, head, anchor in ((24, "名称", "lm"), (360, "数量", "rm"), (576, "小计", "rm")):
        canvas.text(x, y, head, 23, ink, anchor=anchor)
    y += 40
    for i, item in enumerate(fields["items"]):
        canvas.text(24, y, item["name"], 23, ink, field=f"items.{i}.name")
        canvas.text(360, y, "1", 23, ink, anchor="rm")
        canvas.text(576, y, item["amount"], 23, ink, anchor="rm", field=f"items.{i}.amount")
        y += 40
    canvas.dashes(24, 576, y - 8, ink)
    y += 24
    for label, name in (
        ("总金额", "total"),
        ("大写金额", "total_upper"),
        ("统筹支付", "pool_pay"),
        ("其他支付", "other_pay"),
        ("个账支付", "account_pay"),
        ("个人支付", "cash_pay"),
    ):
        canvas.text(24, y, label, 24, ink)
        canvas.text(576, y, fields[name], 24, ink, anchor="rm", field=name)
        y += 42
    canvas.text(300, y + 20, "请妥善保管 遗失不补", 20, ink, anchor="mm")
    canvas.height = round(y + 60)
    fade(canvas, rng, 0.3)
    return Sheet(canvas, fields, "shop_roll", yuan(spec.total_fen))


def ward_bill(rng: Random) -> Sheet:
    """住院医疗费收据 of an older kind: the head in a running line, charges in two columns, shares in a line of their own."""
    spec = invent_known(rng, "paper_in", detailed=False)
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    drop = rng.uniform(0, 4)
    canvas = Canvas(1560, 1060, (245, 247, 252), "dots", "kai", rng.choice(("song", "ming")))
    canvas.text(780, 70, "住院医疗费收据", 42, _BLUE, "kai", "mm")
    canvas.pair(1120, 120, "收据编号", fields["bill_no"], 25, _BLUE, "bill_no")
    canvas.pair(90, 170, "开票日期", f"{spec.date:%Y-%m-%d}", 24, _BLUE, "date", drop)
    canvas.pair(90, 220, "姓名", fields["payer"], 24, _BLUE, "payer", drop)
    canvas.pair(420, 220, "科别", extras["department"], 24, _BLUE, drop=drop)
    canvas.pair(720, 220, "住院号", extras["record_no"], 24, _BLUE, drop=drop)
    canvas.pair(1050, 220, "住院日期", extras["stay"], 24, _BLUE, drop=drop)
    for x in (90, 800):
        canvas.text(x + 120, 280, "收费项目", 24, _BLUE, "kai", "mm")
        canvas.text(x + 560, 280, "金　额", 24, _BLUE, "kai", "mm")
    canvas.line(80, 305, 1480, 305, _BLUE)
    for i, item in enumerate(fields["items"]):
        x, y = (90, 800)[i % 2], 340 + i // 2 * 48
        canvas.text(x, y + drop, item["name"], 24, field=f"items.{i}.name")
        canvas.text(x + 620, y + drop, item["amount"], 24, anchor="rm", field=f"items.{i}.amount")
    y = 350 + -(-len(fields["items"]) // 2) * 48
    canvas.line(80, y, 1480, y, _BLUE)
    canvas.pair(90, y + 40, "人民币（大写）", fields["total_upper"], 26, _BLUE, "total_upper", drop)
    canvas.pair(1080, y + 40, "合计 ￥", fields["total"], 27, _BLUE, "total", drop)
    shares = (
        ("统筹基金支付", "pool_pay"),
        ("其它基金支付", "other_pay"),
        ("个人帐户支付", "account_pay"),
        ("现金支付", "cash_pay"),
    )
    for i, (label, name) in enumerate(shares):
        canvas.pair(90 + i * 355, y + 98, label, fields[name], 24, _BLUE, name, drop)
    canvas.pair(90, y + 160, "收费单位（公章）", spec.hospital, 24, _BLUE, "hospital", drop)
    canvas.pair(1080, y + 160, "经手人", invent_name(rng), 24, _BLUE, drop=drop)
    canvas.seal(rng.randrange(500, 700), y + 140, 92, 92, spec.hospital, "住院收费专用章", True)
    canvas.height = round(y + 250)
    return Sheet(canvas, fields, "ward_bill", yuan(spec.total_fen))
