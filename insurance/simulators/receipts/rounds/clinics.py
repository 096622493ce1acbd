"""Two papers of private clinics."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.invention import invent_name
from insurance.simulators.receipts.known import invent_known
from insurance.simulators.receipts.rounds.grid import leave_out, wrapped
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import print_out, yuan

_INK: Ink = (36, 44, 60)
_TEAL: Ink = (20, 110, 120)


def bilingual_bill(rng: Random) -> Sheet:
    """A bill of an international clinic, English beside Chinese."""
    spec = invent_known(rng, "paper_out", detailed=True)
    printed = print_out(spec)
    leave_out(printed, "total_upper", "pool_pay", "other_pay", "account_pay", "cash_pay")
    fields, extras = printed.fields, printed.extras
    canvas = Canvas(1240, 1500, (255, 255, 255), "laser", "hei", "hei")
    canvas.text(620, 70, fields["hospital"], 34, _TEAL, "hei-bold", "mm", "hospital")
    canvas.text(620, 120, "费用收据  OFFICIAL RECEIPT", 27, _INK, "hei", "mm")
    canvas.line(80, 155, 1160, 155, _TEAL)
    head = (
        ((90, "姓名 Name: ", fields["payer"], "payer"), (700, "收据号 Receipt No.: ", fields["bill_no"], "bill_no")),
        ((90, "性别 Gender: ", extras["gender"], None), (700, "日期 Date: ", f"{spec.date:%Y/%m/%d}", "date")),
        (
            (90, "病历号 MRN: ", extras["record_no"], None),
            (700, "医生 Doctor: ", invent_name(rng), None),
        ),
    )
    for i, row in enumerate(head):
        for x, label, value, field in row:
            canvas.pair(x, 195 + i * 46, label, value, 22, _INK, field)
    y = 350.0
    for x, text, anchor in (
        (90, "项目 Description", "lm"),
        (690, "数量 Qty", "rm"),
        (880, "单价 Unit Price", "rm"),
        (1150, "金额 Amount (RMB)", "rm"),
    ):
        canvas.text(x, y, text, 21, _TEAL, "hei", anchor)
    canvas.line(80, y + 24, 1160, y + 24, _TEAL)
    for i, item in enumerate(fields["items"]):
        y += 48
        canvas.text(90, y, item["name"], 22, field=f"items.{i}.name")
        canvas.text(670, y, "1", 22, anchor="rm")
        canvas.text(880, y, item["amount"], 22, anchor="rm")
        canvas.text(1150, y, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
    y += 40
    canvas.line(80, y, 1160, y, _TEAL)
    canvas.text(690, y + 36, "合计 Total:", 24, _INK, "hei")
    canvas.text(1150, y + 36, f"{int(fields['total'][:-3]):,}{fields['total'][-3:]}", 25, anchor="rm", field="total")
    canvas.text(690, y + 80, "付款方式 Payment:", 22, _INK, "hei")
    canvas.text(1150, y + 80, rng.choice(("微信 WeChat Pay", "信用卡 Credit Card")), 22, anchor="rm")
    canvas.pair(90, y + 150, "收款人 Cashier:", invent_name(rng), 22, _INK)
    canvas.seal(980, y + 170, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 280)
    return Sheet(canvas, fields, "bilingual_bill", yuan(spec.total_fen))


def spaced_bill(rng: Random) -> Sheet:
    """诊所收费收据 whose labels are spread over equal widths, with long names over two lines."""
    spec = invent_known(rng, "paper_out", detailed=True)
    printed = print_out(spec)
    leave_out(printed, "pool_pay", "other_pay", "account_pay")
    fields, extras = printed.fields, printed.extras
    drop = rng.uniform(0, 3)
    canvas = Canvas(1480, 1300, (250, 250, 250), "dots", "song", "song")
    canvas.text(740, 60, fields["hospital"], 34, _INK, "song-bold", "mm", "hospital")
    canvas.text(740, 112, "收  费  收  据", 34, _INK, "song", "mm")
    for x, row, label, value, field in (
        (100, 170, "患　　者：", fields["payer"], "payer"),
        (560, 170, "性　　别：", extras["gender"], None),
        (960, 170, "收据编号：", fields["bill_no"], "bill_no"),
        (100, 216, "就 诊 号：", extras["record_no"], None),
        (560, 216, "科　　室：", extras["department"], None),
        (960, 216, "日　　期：", f"{spec.date.year}-{spec.date.month}-{spec.date.day}", "date"),
    ):
        canvas.pair(x, row, label, value, 23, _INK, field, drop)
    heads = (
        (90, "序号"), (180, "编　码"), (380, "项 目 名 称"), (780, "规格"), (950, "数量"), (1080, "单价"),
        (1260, "金　额"),
    )  # fmt: skip
    for x, head in heads:
        canvas.text(x, 275, head, 22, _INK, "song")
    canvas.line(80, 298, 1400, 298, _INK)
    y = 330.0
    for i, item in enumerate(fields["items"]):
        canvas.text(100, y + drop, str(i + 1), 22)
        canvas.text(180, y + drop, figures(rng, 8), 21)
        for j, part in enumerate(wrapped(item["name"], 8)):
            canvas.text(380, y + j * 30 + drop, part, 22, field=f"items.{i}.name")
        canvas.text(780, y + drop, rng.choice(("10ml", "次", "盒", "0.25g*24")), 21)
        canvas.text(1000, y + drop, "1", 22, anchor="rm")
        canvas.text(1160, y + drop, item["amount"], 22, anchor="rm")
        canvas.text(1360, y + drop, item["amount"], 22, anchor="rm", field=f"items.{i}.amount")
        y += 44 + 30 * (len(item["name"]) > 8)
    canvas.line(80, y, 1400, y, _INK)
    canvas.pair(100, y + 40, "合 计 大 写：", fields["total_upper"], 24, _INK, "total_upper", drop)
    canvas.pair(980, y + 40, "合 计 小 写：", fields["total"], 24, _INK, "total", drop)
    canvas.pair(100, y + 90, "实 收：", fields["cash_pay"], 23, _INK, None, drop)
    fields["cash_pay"] = None
    canvas.pair(980, y + 90, "收 费 员：", invent_name(rng), 23, _INK, None, drop)
    canvas.seal(700, y + 90, 84, 84, spec.hospital, "收费专用章", True)
    canvas.height = round(y + 190)
    return Sheet(canvas, fields, "spaced_bill", yuan(spec.total_fen))
