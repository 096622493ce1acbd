"""What was paid by telephone, as the telephone shows it, and the till roll of a pharmacy with a card of its own."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.fading import fade
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import CITIES
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import leave_out, renamed, wrapped
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_GREY: Ink = (120, 120, 126)
_BLACK: Ink = (20, 20, 22)
_DRUGS = (
    "阿莫西林克拉维酸钾干混悬剂", "布洛芬混悬液", "小儿氨酚黄那敏颗粒", "蒙脱石散", "开塞露", "医用退热贴", "碘伏消毒液",
    "复方福尔可定口服溶液", "创可贴",
)  # fmt: skip


def paid_by_phone(rng: Random) -> Sheet:
    """缴费详情 of a hospital's page in a telephone."""
    spec = invent_known(rng, "paper_out", detailed=False)
    printed = print_out(spec)
    leave_out(printed, "total_upper", "other_pay")
    fields, extras = printed.fields, printed.extras
    fields["cash_pay"] = yuan(spec.cash_pay_fen + spec.other_pay_fen)
    canvas = Canvas(1080, 2200, (247, 247, 247), "laser", "hei", "hei")
    canvas.text(540, 60, "缴费详情", 40, _BLACK, "hei-bold", "mm")
    canvas.text(540, 160, "缴费成功", 36, (30, 150, 90), "hei", "mm")
    y = 250.0
    clock = f"{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    for label, value, field in (
        ("就诊人", fields["payer"], "payer"),
        ("就诊医院", spec.hospital, "hospital"),
        ("就诊科室", extras["department"], None),
        ("缴费单号", fields["bill_no"], "bill_no"),
        ("缴费时间", f"{spec.date:%Y-%m-%d} {clock}", "date"),
        ("缴费方式", rng.choice(("微信支付", "支付宝")), None),
    ):
        canvas.text(50, y, label, 31, _GREY, "hei")
        canvas.text(1030, y, value, 31, _BLACK, anchor="rm", field=field)
        y += 70
    canvas.line(50, y - 30, 1030, y - 30, (220, 220, 220))
    canvas.text(50, y + 10, "费用明细", 33, _BLACK, "hei-bold")
    y += 80
    for i, item in enumerate(fields["items"]):
        canvas.text(50, y, item["name"], 31, _BLACK, field=f"items.{i}.name")
        canvas.text(1030, y, "￥" + item["amount"], 31, _BLACK, anchor="rm", field=f"items.{i}.amount")
        y += 66
    canvas.line(50, y - 26, 1030, y - 26, (220, 220, 220))
    for label, name in (
        ("费用总额", "total"),
        ("医保基金支付", "pool_pay"),
        ("个人账户支付", "account_pay"),
        ("自费支付", "cash_pay"),
    ):
        canvas.text(50, y + 16, label, 31, _GREY, "hei")
        canvas.text(1030, y + 16, f"￥{fields[name]}", 33, _BLACK, anchor="rm", field=name)
        y += 70
    canvas.height = round(y + 120)
    return Sheet(canvas, fields, "paid_by_phone", yuan(spec.total_fen))


def pharmacy_roll(rng: Random) -> Sheet:
    """销售小票 of a chain of pharmacies: code and name in a row, sums in the next, names of any length."""
    spec = invent_known(rng, "paper_out", detailed=True)
    spec = renamed(spec, rng.sample(_DRUGS, min(len(spec.items), 6)))
    printed = print_out(spec)
    leave_out(printed, "total_upper", "pool_pay", "other_pay", "payer")
    fields = printed.fields
    shop = (
        rng.choice(CITIES[spec.province])
        + rng.choice(("康民", "益丰源", "百草堂"))
        + "大药房"
        + rng.choice(("解放路店", "人民东路店"))
    )
    fields["hospital"] = shop
    account = int(spec.total_fen * 0.3) if rng.random() < 0.5 else 0
    fields["account_pay"], fields["cash_pay"] = yuan(account), yuan(spec.total_fen - account)
    grey = rng.randrange(36, 80)
    ink: Ink = (grey, grey, grey)
    canvas = Canvas(600, 3400, (250, 250, 250), "thermal", "hei", "hei")
    canvas.text(300, 44, shop, 25, ink, anchor="mm", field="hospital")
    canvas.text(300, 84, "*销售小票*", 25, ink, anchor="mm")
    y = 130.0
    clock = f"{rng.randrange(8, 21):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    canvas.text(20, y, f"单据编号:{fields['bill_no']}", 22, ink, field="bill_no")
    canvas.text(20, y + 34, f"日期:{spec.date:%Y/%m/%d} {clock}", 22, ink, field="date")
    canvas.text(20, y + 68, f"收银:{figures(rng, 4)}  机号:01", 22, ink)
    y += 106
    canvas.dashes(20, 580, y - 14, ink)
    for x, head, anchor in ((20, "编码/品名", "lm"), (300, "数量", "rm"), (420, "单价", "rm"), (580, "金额", "rm")):
        canvas.text(x, y + 10, head, 22, ink, anchor=anchor)
    canvas.dashes(20, 580, y + 32, ink)
    y += 56
    for i, item in enumerate(fields["items"]):
        for part in wrapped(item["name"], 20):
            canvas.text(20, y, part, 22, ink, field=f"items.{i}.name")
            y += 32
        canvas.text(20, y, figures(rng, 6), 21, ink)
        canvas.text(300, y, "1", 22, ink, anchor="rm")
        canvas.text(420, y, item["amount"], 22, ink, anchor="rm")
        canvas.text(580, y, item["amount"], 22, ink, anchor="rm", field=f"items.{i}.amount")
        y += 38
    canvas.dashes(20, 580, y - 6, ink)
    y += 22
    canvas.text(20, y, f"件数:{len(fields['items'])}", 23, ink)
    canvas.text(300, y, "合计金额:", 23, ink)
    canvas.text(580, y, fields["total"], 24, ink, anchor="rm", field="total")
    for label, name in (("医保卡支付:", "account_pay"), ("现金支付:", "cash_pay")):
        y += 38
        canvas.text(20, y, label, 23, ink)
        canvas.text(580, y, fields[name], 23, ink, anchor="rm", field=name)
    canvas.text(300, y + 50, "药品一经售出 非质量问题不予退换", 19, ink, anchor="mm")
    canvas.height = round(y + 90)
    fade(canvas, rng, 0.35)
    return Sheet(canvas, fields, "pharmacy_roll", yuan(spec.total_fen))
