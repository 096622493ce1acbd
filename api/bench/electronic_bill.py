"""An electronic receipt as hospitals send it: a PDF with a text layer and a QR code, so that no picture has to be read.

Small on purpose: what a claim costs beside reading is what is measured with it.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import zxingcpp

from insurance.simulators.receipts import ReceiptSpec
from insurance.simulators.receipts.spec import Printed, print_out

WIDTH, HEIGHT = 480, 330
SIZE = 10
QR_SIDE, QR_X, QR_Y = 74, 394, 250


ITEMS = (("诊察费", 18_00), ("检查费", 460_00), ("治疗费", 320_50), ("卫生材料费", 152_00), ("西药费", 330_00))


def electronic_bill(patient: str, day: date, number: int, tenths: int = 10) -> bytes:
    """One outpatient receipt under a bill number of its own; of 1280.50 yuan, or `tenths` of it."""
    items = tuple((name, fen * tenths // 10) for name, fen in ITEMS)
    spec = ReceiptSpec(
        payer=patient,
        date=day,
        visit_date=day,
        items=items,
        pool_pay_fen=402_30 * tenths // 10,
        self_expense_fen=240_00 * tenths // 10,
        province="湖南省",
        hospital="长沙市明湖人民医院",
        bill_no=f"{number:010d}",
        # its check code too: two numbers with one check code would be an altered receipt
        seed=number,
    )
    printed = print_out(spec)
    return _pdf("\n".join([*_texts(printed), *_qr(printed.qr or "")]))


def _texts(printed: Printed) -> Iterator[str]:
    spec, fields, extras = printed.spec, printed.fields, printed.extras
    yield _text(130, 310, f"{spec.province}医疗门诊收费票据（电子）")
    yield from _row(285, f"票据代码：{fields['bill_code']}", f"票据号码：{fields['bill_no']}")
    yield from _row(268, f"交款人：{fields['payer']}", f"校验码：{fields['check_code']}")
    yield from _row(251, f"就诊日期：{extras['visit_date']}", f"开票日期：{fields['date']}")
    yield from _row(228, "项目名称", "金额（元）")
    for i, item in enumerate(fields["items"]):
        yield from _row(212 - 15 * i, item["name"], item["amount"])
    yield from _row(130, f"金额合计（大写）：{fields['total_upper']}", f"（小写）：{fields['total']}")
    yield from _row(108, f"医保类型：{spec.insurance_type}", f"医保统筹基金支付：{fields['pool_pay']}")
    yield from _row(92, f"其他支付：{fields['other_pay']}", f"个人账户支付：{fields['account_pay']}")
    yield from _row(76, f"个人现金支付：{fields['cash_pay']}", f"个人自付：{fields['self_pay']}")
    yield from _row(60, f"个人自费：{fields['self_expense']}", "")
    yield from _row(36, f"收款单位（章）：{fields['hospital']}", f"收款人：{extras['clerk']}")


def _row(y: int, left: str, right: str) -> Iterator[str]:
    yield _text(24, y, left)
    if right:
        yield _text(230, y, right)


def _text(x: int, y: int, text: str) -> str:
    return f"BT /F1 {SIZE} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _qr(payload: str) -> Iterator[str]:
    """Dark squares, drawn."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
    dark = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)) < 128
    side = QR_SIDE / len(dark)
    for row, column in np.argwhere(dark):
        yield f"{QR_X + column * side:.2f} {QR_Y + QR_SIDE - (row + 1) * side:.2f} {side:.2f} {side:.2f} re f"


def _pdf(content: str) -> bytes:
    """One page; the font is a standard one of the reader's, so that none has to be carried along."""
    stream = content.encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /W [1 [500] 2 94 500] >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    file, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer
