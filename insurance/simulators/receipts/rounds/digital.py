"""Two 数电票 of other issuers: names of goods over two lines, and one with a special section of a medical seller."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BROWN, Ink
from insurance.simulators.receipts.rounds.grid import wrapped
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import yuan
from insurance.simulators.receipts.vat import Invoice, invent_invoice

_MAROON: Ink = (128, 40, 40)
_LEFT, _RIGHT = 60, 1594


def two_line_invoice(rng: Random) -> Sheet:
    """电子发票（普通发票） whose narrow first column breaks every long name."""
    invoice = invent_invoice(rng, digital=True)
    canvas = Canvas(1654, 1260, (255, 255, 255), "laser", "song", rng.choice(("song", "hei")))
    canvas.text(827, 84, "电子发票（普通发票）", 44, _MAROON, "kai", "mm")
    canvas.qr(95, 40, 140, invoice.qr)
    canvas.seal(827, 96, 112, 74, "全国统一发票监制章", "国家税务总局")
    canvas.pair(1110, 84, "发票号码:", invoice.number, 23, _MAROON, "bill_no")
    canvas.pair(1110, 124, "开票日期:", f"{invoice.day:%Y年%m月%d日}", 23, _MAROON, "date")
    y = _parties(canvas, invoice, 200, _MAROON, "名称:")
    heads = ((200, "项目名称"), (440, "规格型号"), (610, "单 位"), (760, "数 量"), (920, "单 价"), (1110, "金 额"),
             (1330, "税率/征收率"), (1520, "税 额"))  # fmt: skip
    for x, head in heads:
        canvas.text(x, y + 28, head, 22, _MAROON, "song", "mm")
    y += 74
    for i, line in enumerate(invoice.lines):
        parts = wrapped(line.name, 11)
        for row, part in enumerate(parts):
            canvas.text(_LEFT + 8, y + row * 30, part, 21, field=f"items.{i}.name")
        canvas.text(380, y, line.package, 20)
        canvas.text(610, y, line.unit, 21, anchor="mm")
        canvas.text(800, y, str(line.count), 21, anchor="rm")
        canvas.text(990, y, line.price, 18, anchor="rm")
        canvas.text(1170, y, yuan(line.net_fen), 21, anchor="rm", field=f"items.{i}.amount")
        canvas.text(1330, y, line.rate, 21, anchor="mm")
        canvas.text(1584, y, line.tax, 21, anchor="rm")
        y += 30 * len(parts) + 12
    y = max(y + 20, 620)
    canvas.text(220, y, "合    计", 23, _MAROON, "song", "mm")
    canvas.text(1170, y, "¥" + yuan(invoice.net_fen), 22, anchor="rm")
    canvas.text(1584, y, "¥" + yuan(invoice.tax_fen) if invoice.tax_fen else "***", 22, anchor="rm")
    bottom = _total(canvas, invoice, y + 24, _MAROON, "价税合计（大写）", "（小写）")
    canvas.text(84, bottom + 60, "备", 22, _MAROON, anchor="mm")
    canvas.text(84, bottom + 110, "注", 22, _MAROON, anchor="mm")
    canvas.box(_LEFT, 200, _RIGHT, bottom + 150, _MAROON, 2)
    canvas.pair(150, bottom + 190, "开票人:", invoice.clerk, 22, _MAROON)
    canvas.height = round(bottom + 240)
    return invoice.sheet(canvas, "two_line_invoice")


def wide_invoice(rng: Random) -> Sheet:
    """电子发票（增值税专用发票式样的普通票）: parties one above the other, sums with tax in a last column."""
    invoice = invent_invoice(rng, digital=True)
    canvas = Canvas(1654, 1180, (255, 255, 255), "laser", "hei", "song")
    canvas.text(827, 70, "电子发票", 46, BROWN, "song-bold", "mm")
    canvas.text(827, 120, "（普通发票）", 26, BROWN, "song", "mm")
    canvas.qr(1400, 40, 140, invoice.qr)
    canvas.pair(90, 70, "发票号码 ", invoice.number, 23, BROWN, "bill_no")
    canvas.pair(90, 112, "开票日期 ", invoice.day.isoformat(), 23, BROWN, "date")
    y = 170.0
    for label, value, field in (
        ("购买方名称：", invoice.buyer, "payer"),
        ("购买方统一社会信用代码/纳税人识别号：", "", None),
        ("销售方名称：", invoice.seller, "hospital"),
        ("销售方统一社会信用代码/纳税人识别号：", invoice.seller_code, None),
    ):
        canvas.pair(80, y + 20, label, value, 22, BROWN, field)
        canvas.line(_LEFT, y + 42, _RIGHT, y + 42, BROWN, 1)
        y += 44
    heads = ((70, "货物或应税劳务名称", "lm"), (560, "规格", "lm"), (740, "单位", "lm"), (880, "数量", "rm"),
             (1080, "单价", "rm"), (1280, "金额", "rm"), (1400, "税率", "rm"), (1580, "税额", "rm"))  # fmt: skip
    for x, head, anchor in heads:
        canvas.text(x, y + 26, head, 21, BROWN, "hei", anchor)
    y += 66
    for i, line in enumerate(invoice.lines):
        canvas.text(70, y, line.name, 21, field=f"items.{i}.name")
        canvas.text(560, y, line.package, 20)
        canvas.text(740, y, line.unit, 21)
        canvas.text(880, y, str(line.count), 21, anchor="rm")
        canvas.text(1080, y, line.price, 18, anchor="rm")
        canvas.text(1280, y, yuan(line.net_fen), 21, anchor="rm", field=f"items.{i}.amount")
        canvas.text(1400, y, line.rate, 20, anchor="rm")
        canvas.text(1580, y, line.tax, 21, anchor="rm")
        y += 40
    canvas.text(70, y + 10, "合计", 22, BROWN, "hei")
    canvas.text(1280, y + 10, "￥" + yuan(invoice.net_fen), 22, anchor="rm")
    canvas.text(1580, y + 10, "￥" + yuan(invoice.tax_fen) if invoice.tax_fen else "***", 22, anchor="rm")
    bottom = _total(canvas, invoice, y + 34, BROWN, "价税合计(大写)", "(小写)")
    canvas.pair(80, bottom + 40, "备注：", "", 22, BROWN)
    canvas.pair(80, bottom + 110, "收款人：", invoice.clerk, 22, BROWN)
    canvas.pair(600, bottom + 110, "复核人：", "", 22, BROWN)
    canvas.pair(1100, bottom + 110, "开票人：", invoice.clerk, 22, BROWN)
    canvas.seal(1380, bottom + 30, 120, 80, invoice.seller, "发票专用章")
    canvas.height = round(bottom + 170)
    return invoice.sheet(canvas, "wide_invoice")


def _parties(canvas: Canvas, invoice: Invoice, top: float, ink: Ink, label: str) -> float:
    for title, x, name, code, field in (
        ("购买方信息", 84, invoice.buyer, "", "payer"),
        ("销售方信息", 851, invoice.seller, invoice.seller_code, "hospital"),
    ):
        for i, character in enumerate(title):
            canvas.text(x, top + 18 + i * 26, character, 19, ink, "song", "mm")
        canvas.pair(x + 36, top + 34, label, name, 23, ink, field)
        canvas.pair(x + 36, top + 104, "统一社会信用代码/纳税人识别号:", code, 21, ink)
    canvas.line(_LEFT, top + 142, _RIGHT, top + 142, ink, 1)
    return top + 142


def _total(canvas: Canvas, invoice: Invoice, top: float, ink: Ink, upper: str, lower: str) -> float:
    canvas.line(_LEFT, top, _RIGHT, top, ink, 1)
    canvas.text(200, top + 32, upper, 22, ink, canvas.label_face, "mm")
    canvas.text(430, top + 32, "⊗" + invoice.capitals, 24, face="hei", field="total_upper")
    end = canvas.text(1120, top + 32, lower, 22, ink, canvas.label_face)
    canvas.text(end + 8, top + 32, "¥" + invoice.total, 24, field="total")
    canvas.line(_LEFT, top + 64, _RIGHT, top + 64, ink, 1)
    return top + 64
