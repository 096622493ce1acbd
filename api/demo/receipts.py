"""The two receipts of the demo, drawn by our generator, and the question that the public calculator is asked about each."""

import secrets
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api.demo.people import Family
from insurance.simulators.receipts import ReceiptSpec, Style, draw, photograph

# what a settlement stands on, as fields of a reading
AMOUNTS = ("total", "pool_pay", "other_pay", "self_expense")


@dataclass(frozen=True)
class Shown:
    """A receipt as a family holds it: `file` is what it sends, `fields` what is true of it, `spec` its sums in fen."""

    file: bytes
    fields: dict[str, Any]
    spec: ReceiptSpec

    def question(self, product_id: str, effective: date, owner: Family, accident_on: date) -> dict[str, Any]:
        """The body of POST /v1/previews/settlement for this receipt alone."""
        spec = self.spec
        receipt = {
            "category": "outpatient",
            "date": spec.date.isoformat(),
            "total_fen": spec.total_fen,
            "pool_pay_fen": spec.pool_pay_fen,
            "other_pay_fen": spec.other_pay_fen,
            "self_expense_fen": spec.self_expense_fen,
            "social_insurance_settled": spec.pool_pay_fen > 0,
        }
        return {
            "product_id": product_id,
            "effective_date": effective.isoformat(),
            "insured_birth_date": owner.insured["birth_date"],
            "event": {"type": "accident", "date": accident_on.isoformat(), "on_campus": False},
            "receipts": [receipt],
        }


def sprained_wrist(patient: str, day: date) -> Shown:
    """A photographed outpatient receipt: 1280.50, of which 402.30 from the pool and 240.00 outside the catalogue."""
    items = (("诊察费", 18_00), ("检查费", 460_00), ("治疗费", 320_50), ("卫生材料费", 152_00), ("西药费", 330_00))
    spec = ReceiptSpec(patient, day, items, pool_pay_fen=402_30, self_expense_fen=240_00)
    return _shown(spec, "phone")


def grown_total(patient: str, day: date) -> Shown:
    """610.60 with 180.00 from the pool; the figure of the total was made larger, the capitals and the items were not."""
    items = (("诊察费", 12_00), ("检查费", 260_00), ("治疗费", 186_00), ("西药费", 94_60), ("卫生材料费", 58_00))
    spec = ReceiptSpec(patient, day, items, pool_pay_fen=180_00, tampered="total_lower")
    return _shown(spec, "scan")


def _shown(sums: ReceiptSpec, style: Style) -> Shown:
    spec = replace(
        sums,
        visit_date=sums.date,
        province="湖南省",
        hospital="长沙市明湖人民医院",
        # a new number each time, so that a second run on a folder is no second claim of one receipt
        bill_no=f"{secrets.randbelow(10**10):010d}",
        # six figures: of letters and figures mixed, small print hides some
        check_code="628174",
    )
    image, _ = draw(spec)
    _, truth = draw(replace(spec, tampered=None))
    return Shown(photograph(image, style, spec.seed), truth["fields"], spec)
