from datetime import date

from api.bench.electronic_bill import electronic_bill
from insurance.adapters.ocr.fake import FakeReader
from insurance.adapters.ocr.reading import read_file
from insurance.rules.receipts.against_claim import DECIDING_FIELDS
from insurance.rules.receipts.certainty import CERTAIN

SUMS = {"total": "1280.50", "pool_pay": "402.30", "other_pay": "0.00", "self_expense": "240.00"}


def read(day, number):
    reader = FakeReader()
    (receipt,) = read_file(electronic_bill("李知远", day, number), reader).receipts
    # what a text layer tells needs no page read
    assert reader.asked == 0
    return receipt


def test_it_is_read_without_an_engine_and_proved_throughout():
    receipt = read(date(2026, 3, 2), 1234567890)
    fields = receipt.fields
    assert (fields.payer, fields.date, fields.bill_no) == ("李知远", "2026-03-02", "1234567890")
    assert {name: getattr(fields, name) for name in SUMS} == SUMS
    assert all(receipt.confidence[name] >= CERTAIN for name in DECIDING_FIELDS)
    assert [check.code for check in receipt.checks if not check.ok] == []


def test_every_bill_has_a_number_of_its_own():
    assert read(date(2026, 3, 2), 7).fields.bill_no == "0000000007"
