"""VAT e-invoices in their two forms: the older one with 发票代码 and 校验码, and the 数电票 with a number of 20 figures."""

from random import Random

from insurance.simulators.receipts.canvas import Canvas
from insurance.simulators.receipts.inks import BROWN
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import yuan
from insurance.simulators.receipts.vat import Invoice, invent_invoice

_LEFT, _RIGHT = 60, 1594
_CIPHER = "0123456789+-*/<>"
# where columns begin or end, and what they hold
_HEADS = (
    (230, "货物或应税劳务、服务名称"),
    (560, "规格型号"),
    (715, "单位"),
    (835, "数量"),
    (985, "单价"),
    (1180, "金额"),
    (1345, "税率"),
    (1500, "税额"),
)


def older_invoice(rng: Random) -> Sheet:
    """增值税电子普通发票."""
    invoice = invent_invoice(rng, digital=False)
    canvas = Canvas(1654, 1080, (255, 255, 255), "laser", "kai", rng.choice(("song", "ming")))
    canvas.text(827, 95, f"{invoice.province[:-1]}增值税电子普通发票", 46, BROWN, "kai", "mm")
    canvas.line(520, 132, 1134, 132, BROWN)
    canvas.qr(110, 50, 150, invoice.qr)
    canvas.seal(827, 105, 118, 74, "全国统一发票监制章", "国家税务总局")
    spaced = " ".join(invoice.check[i : i + 5] for i in range(0, 20, 5)) if rng.random() < 0.5 else invoice.check
    canvas.pair(1190, 70, "发票代码: ", invoice.code, 23, BROWN, "bill_code")
    canvas.pair(1190, 104, "发票号码: ", invoice.number, 23, BROWN, "bill_no")
    canvas.pair(1190, 138, "开票日期: ", f"{invoice.day:%Y年%m月%d日}", 23, BROWN, "date")
    canvas.pair(1190, 172, "校 验 码: ", spaced, 23, BROWN, "check_code")
    canvas.pair(_LEFT + 10, 214, "机器编号: ", f"{rng.randrange(10**11, 10**12)}", 21, BROWN)
    canvas.box(_LEFT, 235, _RIGHT, 960, BROWN, 2)
    _party(canvas, "购买方", 235, (invoice.buyer, "", "", ""), "payer")
    for i in range(4):
        cipher = "".join(rng.choice(_CIPHER) for _ in range(28))
        canvas.text(1060, 262 + i * 38, cipher, 24, face="mono")
    _column(canvas, "密码区", 1010, 235, 405)
    canvas.line(1034, 235, 1034, 405, BROWN)
    canvas.line(_LEFT, 405, _RIGHT, 405, BROWN)
    _lines(canvas, invoice, 405)
    _total(canvas, invoice, 797, 1120)
    _party(canvas, "销售方", 797, (invoice.seller, invoice.seller_code, "", ""), "hospital", 40)
    _column(canvas, "备注", 1010, 797, 960)
    foot = (
        ("收款人: ", 80, invoice.clerk),
        ("复核: ", 480, ""),
        ("开票人: ", 830, invoice.clerk),
        ("销售方:（章）", 1200, ""),
    )
    for label, x, value in foot:
        canvas.pair(x, 1000, label, value, 22, BROWN)
    canvas.seal(1330, 930, 130, 86, invoice.seller, "发票专用章")
    return invoice.sheet(canvas, "vat_older")


def digital_invoice(rng: Random) -> Sheet:
    """数电票: 电子发票（普通发票）."""
    invoice = invent_invoice(rng, digital=True)
    canvas = Canvas(1654, 1100, (255, 255, 255), "laser", "kai", "song")
    canvas.text(827, 90, "电子发票（普通发票）", 46, BROWN, "kai", "mm")
    canvas.line(560, 124, 1094, 124, BROWN)
    canvas.line(560, 130, 1094, 130, BROWN)
    canvas.qr(95, 45, 145, invoice.qr)
    canvas.seal(827, 100, 112, 74, "全国统一发票监制章", "国家税务总局")
    canvas.pair(1130, 90, "发票号码：", invoice.number, 24, BROWN, "bill_no")
    canvas.pair(1130, 130, "开票日期：", f"{invoice.day:%Y年%m月%d日}", 24, BROWN, "date")
    canvas.box(_LEFT, 205, _RIGHT, 1000, BROWN, 2)
    canvas.line(827, 205, 827, 345, BROWN)
    for title, x, name, code, field in (
        ("购买方信息", 84, invoice.buyer, "", "payer"),
        ("销售方信息", 851, invoice.seller, invoice.seller_code, "hospital"),
    ):
        _column(canvas, title, x, 205, 345, 19)
        canvas.line(x + 22, 205, x + 22, 345, BROWN)
        canvas.pair(x + 40, 240, "名称：", name, 24, BROWN, field)
        canvas.pair(x + 40, 310, "统一社会信用代码/纳税人识别号：", code, 22, BROWN)
    canvas.line(_LEFT, 345, _RIGHT, 345, BROWN)
    _lines(canvas, invoice, 345, inner=False)
    _total(canvas, invoice, 805, 1130)
    _column(canvas, "备注", 84, 805, 1000)
    canvas.line(106, 805, 106, 1000, BROWN)
    canvas.pair(150, 1045, "开票人：", invoice.clerk, 23, BROWN)
    return invoice.sheet(canvas, "vat_digital")


def _lines(canvas: Canvas, invoice: Invoice, top: float, *, inner: bool = True) -> None:
    for middle, head in _HEADS:
        shown = head if inner else head.replace("货物或应税劳务、服务名称", "项目名称").replace("税率", "税率/征收率")
        canvas.text(middle, top + 26, shown, 22, BROWN, "kai", "mm")
    if inner:
        for x in (455, 665, 765, 905, 1065, 1295, 1395):
            canvas.line(x, top, x, 745, BROWN)
    for i, line in enumerate(invoice.lines):
        y = top + 72 + i * 40
        canvas.text(_LEFT + 8, y, line.name, 22, field=f"items.{i}.name")
        canvas.text(470, y, line.package, 20)
        canvas.text(715, y, line.unit, 21, anchor="mm")
        canvas.text(890, y, str(line.count), 21, anchor="rm")
        canvas.text(1058, y, line.price, 17, anchor="rm")
        canvas.text(1285, y, yuan(line.net_fen), 22, anchor="rm", field=f"items.{i}.amount")
        canvas.text(1345, y, line.rate, 21, anchor="mm")
        canvas.text(1584, y, line.tax, 22, anchor="rm")
    canvas.text(250, 722, "合        计", 23, BROWN, "kai", "mm")
    canvas.text(1285, 722, "¥" + yuan(invoice.net_fen), 22, anchor="rm")
    canvas.text(1584, 722, "¥" + yuan(invoice.tax_fen) if invoice.tax_fen else "***", 22, anchor="rm")


def _party(
    canvas: Canvas, title: str, top: float, values: tuple[str, str, str, str], field: str, step: float = 41
) -> None:
    _column(canvas, title, 84, top, top + step * 4 + 6)
    canvas.line(108, top, 108, top + step * 4 + 3, BROWN)
    labels = ("名　　　　称: ", "纳税人识别号: ", "地 址、电 话: ", "开户行及账号: ")
    for i, (label, value) in enumerate(zip(labels, values, strict=True)):
        canvas.pair(122, top + 24 + i * step, label, value, 22, BROWN, field if i == 0 else None)


def _total(canvas: Canvas, invoice: Invoice, bottom: int, figures_from: int) -> None:
    """The row of the total with tax, in capitals and in figures."""
    middle = (745 + bottom) // 2
    canvas.line(_LEFT, 745, _RIGHT, 745, BROWN)
    canvas.text(200, middle, "价税合计（大写）", 23, BROWN, "kai", "mm")
    canvas.text(420, middle, "⊗", 24, face="hei")
    canvas.text(456, middle, invoice.capitals, 25, field="total_upper")
    end = canvas.text(figures_from, middle, "（小写）", 23, BROWN, "kai")
    canvas.text(end + 8, middle, "¥" + invoice.total, 25, field="total")
    canvas.line(_LEFT, bottom, _RIGHT, bottom, BROWN)


def _column(canvas: Canvas, title: str, x: float, top: float, bottom: float, size: int = 22) -> None:
    step = (bottom - top) / (len(title) + 0.5)
    for i, character in enumerate(title):
        canvas.text(x, top + step * (i + 0.75), character, size, BROWN, canvas.label_face, "mm")
