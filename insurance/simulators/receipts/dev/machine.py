"""Paper filled by a machine (机打发票): pre-printed in one colour with holes along both edges, the print out of line."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import GREEN
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import PROVINCES, print_out, yuan

_RED = (196, 44, 50)


def machine_invoice(rng: Random) -> Sheet:
    """××省医疗服务业机打发票 (发票联)."""
    spec = invent_known(rng, "paper_out")
    printed = print_out(spec)
    fields, extras = printed.fields, printed.extras
    fields["bill_code"] = f"1{PROVINCES[spec.province]}01{spec.date:%y}{figures(rng, 5)}"
    fields["bill_no"] = figures(rng, 8)
    fields |= {"pool_pay": None, "other_pay": None, "account_pay": None, "cash_pay": None}
    canvas = Canvas(1560, 980, (252, 253, 248), "dots", "song", rng.choice(("song", "ming")))
    drop, slip = rng.uniform(-4, 7), rng.uniform(-6, 10)
    for y in range(30, 960, 62):
        for x in (24, 1536):
            canvas.line(x - 7, y, x + 7, y, (206, 210, 206), 14)
    canvas.text(780, 80, f"{spec.province}医疗服务业机打发票", 44, GREEN, "song-bold", "mm")
    canvas.text(780, 132, "发　票　联", 30, GREEN, "song", "mm")
    canvas.seal(780, 100, 120, 70, "全国统一发票监制章", "税务局监制")
    for y, label, name in ((92, "发票代码 ", "bill_code"), (132, "发票号码 ", "bill_no")):
        end = canvas.text(1120, y, label, 24, GREEN, "song")
        canvas.text(end, y, fields[name], 30, _RED, "song-bold", field=name)
    day = f"{spec.date:%Y-%m-%d}"
    canvas.pair(90, 190, "开票日期：", day, 23, GREEN, "date", drop)
    canvas.pair(620, 190, "行业分类：", "卫生服务", 23, GREEN, drop=drop)
    canvas.box(80, 220, 1480, 840, GREEN, 2)
    canvas.pair(96, 250, "付款方名称：", fields["payer"], 23, GREEN, "payer", drop)
    canvas.pair(820, 250, "病历号：", extras["record_no"], 23, GREEN, drop=drop)
    canvas.line(80, 280, 1480, 280, GREEN)
    for x, head in ((300, "收 费 项 目"), (720, "单价"), (930, "数量"), (1180, "金　额"), (1390, "备注")):
        canvas.text(x, 306, head, 22, GREEN, "song", "mm")
    canvas.line(80, 332, 1480, 332, GREEN)
    for i, item in enumerate(fields["items"]):
        below = 364 + i * 44 + drop
        canvas.text(110 + slip, below, item["name"], 23, field=f"items.{i}.name")
        canvas.text(760 + slip, below, item["amount"], 22, anchor="rm")
        canvas.text(930 + slip, below, "1", 22, anchor="mm")
        canvas.text(1250 + slip, below, item["amount"], 23, anchor="rm", field=f"items.{i}.amount")
    canvas.line(80, 730, 1480, 730, GREEN)
    canvas.pair(96, 760, "合计人民币（大写）：", fields["total_upper"], 24, GREEN, "total_upper", drop)
    canvas.pair(1060, 760, "￥", fields["total"], 24, GREEN, "total", drop)
    canvas.line(80, 790, 1480, 790, GREEN)
    canvas.pair(96, 815, "备注：", f"{spec.insurance_type} 门诊", 22, GREEN, drop=drop)
    canvas.pair(90, 880, "收款单位（盖章有效）：", fields["hospital"], 23, GREEN, "hospital", drop)
    canvas.pair(960, 880, "开票人：", extras["clerk"], 23, GREEN, drop=drop)
    canvas.seal(rng.randrange(480, 640), 850, 125, 80, spec.hospital, "发票专用章")
    return Sheet(
        canvas, fields, "machine_invoice", yuan(spec.total_fen), notes=["the unit price is no amount of an item"]
    )
