"""增值税普通发票（卷票）: a VAT invoice on a roll, its code at the foot. Sums of its lines include the tax."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BROWN
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import yuan
from insurance.simulators.receipts.vat import invent_invoice

_LEFT, _RIGHT = 34, 606


def roll_invoice(rng: Random) -> Sheet:
    invoice = invent_invoice(rng, digital=False)
    canvas = Canvas(640, 4000, (255, 255, 252), "dots", "kai", rng.choice(("song", "ming")))
    canvas.text(320, 56, f"{invoice.province[:-1]}增值税普通发票", 34, BROWN, "kai", "mm")
    canvas.text(320, 100, "发 票 联", 28, BROWN, "kai", "mm")
    canvas.seal(320, 76, 104, 62, "全国统一发票监制章", "国家税务总局")
    y = 165.0
    for label, value, name in (
        ("发票代码 ", invoice.code, "bill_code"),
        ("发票号码 ", invoice.number, "bill_no"),
        ("机打号码 ", invoice.number, None),
        ("机器编号 ", f"{rng.randrange(10**11, 10**12)}", None),
        ("销售方名称 ", invoice.seller, "hospital"),
        ("纳税人识别号 ", invoice.seller_code, None),
        ("开票日期 ", f"{invoice.day:%Y-%m-%d}", "date"),
        ("收款员 ", invoice.clerk, None),
        ("购买方名称 ", invoice.buyer, "payer"),
    ):
        canvas.pair(_LEFT, y, label, value, 22, BROWN, name)
        y += 38
    canvas.dashes(_LEFT, _RIGHT, y - 8, BROWN)
    for x, head in ((_LEFT, "项目"), (300, "数量"), (390, "单价")):
        canvas.text(x, y + 20, head, 22, BROWN, "kai")
    canvas.text(_RIGHT, y + 20, "金额", 22, BROWN, "kai", "rm")
    y += 58
    sheet = invoice.sheet(canvas, "vat_roll")
    for i, line in enumerate(invoice.lines):
        gross = yuan(line.net_fen + line.tax_fen)
        sheet.fields["items"][i]["amount"] = gross
        canvas.text(_LEFT, y, line.name, 22, field=f"items.{i}.name")
        canvas.text(320, y + 34, str(line.count), 21, anchor="mm")
        canvas.text(390, y + 34, f"{(line.net_fen + line.tax_fen) / 100 / line.count:.2f}", 21)
        canvas.text(_RIGHT, y + 34, gross, 22, anchor="rm", field=f"items.{i}.amount")
        y += 76
    canvas.dashes(_LEFT, _RIGHT, y - 8, BROWN)
    canvas.pair(_LEFT, y + 24, "合计金额（小写） ", "￥" + invoice.total, 23, BROWN, "total")
    canvas.text(_LEFT, y + 66, "合计金额（大写） ", 23, BROWN, "kai")
    canvas.text(_LEFT + 20, y + 104, invoice.capitals, 24, field="total_upper")
    canvas.pair(_LEFT, y + 146, "校验码 ", invoice.check, 22, BROWN, "check_code")
    canvas.qr(230, round(y + 184), 180, invoice.qr.replace("01,10,", "01,11,", 1))
    sheet.qr = invoice.qr.replace("01,10,", "01,11,", 1)
    canvas.height = round(y + 400)
    canvas.seal(470, y + 60, 120, 80, invoice.seller, "发票专用章")
    sheet.notes[1] = "amounts of items are those of the 金额 column, with tax"
    return sheet
