"""The receipts of the national standard, drawn from a spec."""

from random import Random
from typing import Any

from PIL import Image

from insurance.simulators.receipts.electronic import electronic_form
from insurance.simulators.receipts.forgery import forge
from insurance.simulators.receipts.older import older_form
from insurance.simulators.receipts.sheet import Sheet
from insurance.simulators.receipts.spec import ReceiptSpec, print_out, yuan


def draw_sheet(spec: ReceiptSpec) -> Sheet:
    """The receipt, forged where `spec.tampered` says so."""
    printed = print_out(spec)
    canvas = older_form(printed) if spec.paper else electronic_form(printed)
    style = None if spec.paper else spec.qr_style
    sheet = Sheet(canvas, printed.fields, spec.layout, yuan(spec.total_fen), printed.qr, style)
    if spec.tampered:
        forge(sheet, spec.tampered, Random(f"forge-{spec.seed}"))
    return sheet


def draw(spec: ReceiptSpec) -> tuple[Image.Image, dict[str, Any]]:
    """The receipt as a picture at 200 dpi, and its truth: `fields` as printed, `qr`, `tampered`, `texts`."""
    sheet = draw_sheet(spec)
    return sheet.image, sheet.truth()
