"""The checks of a receipt (R1-R11) made again after a person amended it."""

from dataclasses import replace

from insurance.rules.case import CaseReceipt
from insurance.rules.receipts.checks import check_receipt
from insurance.rules.receipts.reading import Check, Extras

# what `check_receipt` can find: where it is silent after an amendment, the old result is void
_MADE_AGAIN = frozenset(
    (
        "items_equal_total", "payers_equal_total", "own_parts_agree", "deposits_equal_cash", "capitals_equal_total",
        "number_shapes", "qr_agrees", "code_year", "days_in_order", "not_void", "amounts_not_negative",
    )
)  # fmt: skip
_ANSWERED_BY = {"total_unclear": "total"}


def rechecked(receipt: CaseReceipt) -> CaseReceipt:
    """With every check made on the fields as they count now; what only the pixels could tell stays as it was found."""
    is_whole = receipt.items_whole or receipt.is_amended("items")
    made = check_receipt(receipt.fields, _as_amended(receipt), receipt.codes, is_whole)
    codes = {check.code for check in made} | _MADE_AGAIN
    kept = tuple(c for c in receipt.checks if c.code not in codes and not _answered(c, receipt))
    return replace(receipt, checks=(*made, *kept))


def _answered(check: Check, receipt: CaseReceipt) -> bool:
    field = _ANSWERED_BY.get(check.code)
    return field is not None and any(amendment.field == field for amendment in receipt.amendments)


def _as_amended(receipt: CaseReceipt) -> Extras:
    """The day of treatment that a person gave takes the place of the printed one that was read."""
    if not any(amendment.field == "treated_on" for amendment in receipt.amendments):
        return receipt.extras
    if receipt.category == "inpatient":
        return replace(receipt.extras, stay_from=receipt.treated_on)
    return replace(receipt.extras, visit_date=receipt.treated_on, stay_from=None, stay_to=None)
