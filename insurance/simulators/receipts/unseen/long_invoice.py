"""A 数电票 of many lines: names that go on in a second line, discount lines with negative sums, and the visit in the 备注."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.identifiers import figures
from insurance.simulators.receipts.inks import Ink
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import yuan
from insurance.simulators.receipts.vat import Invoice, Line, invent_invoice

_INK: Ink = (128, 58, 34)
_LEFT, _RIGHT, _TOP = 60, 1594, 352
_LETTERS = 14
_GOODS = (
    ("*化学药品制剂*注射用头孢呋辛钠", "0.75g", "支"),
    ("*化学药品制剂*盐酸氨溴索口服溶液", "100ml:0.6g", "瓶"),
    ("*中成药*小儿豉翘清热颗粒", "2g*9袋", "盒"),
    ("*中成药*跌打镇痛膏", "10cm*7cm*8贴", "盒"),
    ("*医疗仪器器械*一次性使用无菌换药包", "普通型", "包"),
    ("*医疗仪器器械*腕关节固定支具", "儿童S", "副"),
    ("*医疗仪器器械*医用退热贴", "5cm*12cm", "盒"),
    ("*纺织产品*自粘弹力绷带", "7.5cm*4.5m", "卷"),
    ("*化学药品制剂*莫匹罗星软膏", "2%:5g", "支"),
    ("*保健食品*维生素D滴剂", "400单位*30粒", "盒"),
)
# where columns begin or end, and what they hold
_HEADS = ((200, "项目名称"), (500, "规格型号"), (690, "单　位"), (810, "数　量"), (960, "单　价"), (1170, "金　额"))


def long_invoice(rng: Random) -> Sheet:
    """电子发票（普通发票） of five to nine goods, two or three of them with a discount."""
    invoice = replace(invent_invoice(rng, digital=True), lines=_lines(rng))
    canvas = Canvas(1654, 2400, (255, 255, 255), "laser", "kai", rng.choice(("song", "ming")))
    _head(canvas, invoice)
    sheet = invoice.sheet(canvas, "vat_long")
    y = _print_lines(canvas, invoice) + 20
    canvas.text(250, y + 24, "合　　　　计", 23, _INK, "kai", "mm")
    canvas.text(1275, y + 24, "¥" + yuan(invoice.net_fen), 22, anchor="rm")
    canvas.text(1580, y + 24, "¥" + yuan(invoice.tax_fen), 22, anchor="rm")
    for below in (52, 112):
        canvas.line(_LEFT, y + below, _RIGHT, y + below, _INK)
    canvas.text(200, y + 82, "价税合计（大写）", 23, _INK, "kai", "mm")
    canvas.text(420, y + 82, "⊗", 24, face="hei")
    canvas.text(456, y + 82, invoice.capitals, 25, field="total_upper")
    end = canvas.text(1130, y + 82, "（小写）", 23, _INK, "kai")
    canvas.text(end + 8, y + 82, "¥" + invoice.total, 25, field="total")
    _remark(canvas, invoice, y + 112, rng)
    canvas.box(_LEFT, 205, _RIGHT, y + 290, _INK, 2)
    canvas.pair(150, y + 330, "开票人：", invoice.clerk, 23, _INK)
    canvas.height = round(y + 390)
    sheet.notes.append("discount lines are items with the name of the line above and a negative sum")
    return sheet


def _lines(rng: Random) -> tuple[Line, ...]:
    rate = rng.choice((1, 3, 13))
    chosen = rng.sample(_GOODS, rng.randrange(5, 10))
    discounted = set(rng.sample(range(len(chosen)), rng.choice((2, 3))))
    lines = []
    for i, (name, package, unit) in enumerate(chosen):
        count, price = rng.randrange(1, 4), rng.randrange(12_00, 160_00)
        lines.append(_taxed(name, package, unit, count, price * count, rate))
        if i in discounted:
            lines.append(_taxed(name, "", "", 0, -round(price * count * rng.choice((0.05, 0.1, 0.2))), rate))
    return tuple(lines)


def _taxed(name: str, package: str, unit: str, count: int, gross_fen: int, rate: int) -> Line:
    net = round(gross_fen * 100 / (100 + rate))
    return Line(name, package, unit, count, net, gross_fen - net, f"{rate}%")


def _head(canvas: Canvas, invoice: Invoice) -> None:
    canvas.text(827, 90, "电子发票（普通发票）", 46, _INK, "kai", "mm")
    canvas.qr(95, 45, 145, invoice.qr)
    canvas.seal(827, 100, 112, 74, "全国统一发票监制章", "国家税务总局")
    canvas.pair(1120, 84, "发票号码：", invoice.number, 24, _INK, "bill_no")
    canvas.pair(1120, 124, "开票日期：", f"{invoice.day:%Y年%m月%d日}", 24, _INK, "date")
    canvas.text(1584, 180, "共1页 第1页", 20, _INK, "kai", "rm")
    canvas.line(827, 205, 827, _TOP, _INK)
    parties = (
        ("购买方信息", 84, invoice.buyer, "", "payer"),
        ("销售方信息", 851, invoice.seller, invoice.seller_code, "hospital"),
    )
    for title, x, name, code, field in parties:
        for i, character in enumerate(title):
            canvas.text(x, 222 + i * 28, character, 19, _INK, "kai", "mm")
        canvas.line(x + 22, 205, x + 22, _TOP, _INK)
        canvas.pair(x + 40, 244, "名称：", name, 24, _INK, field)
        canvas.pair(x + 40, 312, "统一社会信用代码/纳税人识别号：", code, 22, _INK)
    canvas.line(_LEFT, _TOP, _RIGHT, _TOP, _INK)


def _print_lines(canvas: Canvas, invoice: Invoice) -> float:
    """Gives the end of the last line."""
    for middle, head in (*_HEADS, (1350, "税率/征收率"), (1520, "税　额")):
        canvas.text(middle, _TOP + 28, head, 22, _INK, "kai", "mm")
    y = _TOP + 76.0
    for i, line in enumerate(invoice.lines):
        canvas.text(_LEFT + 8, y, line.name[:_LETTERS], 22, field=f"items.{i}.name")
        if line.count:
            canvas.text(430, y, line.package, 20)
            canvas.text(690, y, line.unit, 21, anchor="mm")
            canvas.text(840, y, str(line.count), 21, anchor="rm")
            canvas.text(1040, y, line.price, 18, anchor="rm")
        canvas.text(1275, y, yuan(line.net_fen), 22, anchor="rm", field=f"items.{i}.amount")
        canvas.text(1350, y, line.rate, 21, anchor="mm")
        canvas.text(1580, y, yuan(line.tax_fen), 22, anchor="rm")
        if line.name[_LETTERS:]:
            y += 30
            canvas.text(_LEFT + 8, y, line.name[_LETTERS:], 22, field=f"items.{i}.name")
        y += 38
    return y


def _remark(canvas: Canvas, invoice: Invoice, top: float, rng: Random) -> None:
    for i, character in enumerate("备注"):
        canvas.text(84, top + 60 + i * 60, character, 22, _INK, "kai", "mm")
    canvas.line(108, top, 108, top + 178, _INK)
    visit = invoice.day - timedelta(days=rng.randrange(1, 9))
    canvas.text(124, top + 34, f"就诊日期:{visit:%Y-%m-%d}; 门诊号:{figures(rng, 8)}; 订单号:{figures(rng, 16)}", 21)
    canvas.text(124, top + 72, f"销方开户银行:江南银行城东支行; 银行账号:{figures(rng, 16)};", 21)
