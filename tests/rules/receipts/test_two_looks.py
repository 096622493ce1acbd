from printed import changed, receipt

from insurance.rules.receipts.extraction import extract
from insurance.rules.receipts.proof import prove
from insurance.rules.receipts.reading import ReceiptReading
from insurance.rules.receipts.second import combine

CASH, POOL = "个人现金支付：356.50", "医保统筹基金支付：150.00"


def test_of_two_looks_at_a_payer_the_one_that_makes_the_total_counts_and_is_never_certain() -> None:
    def looks(one: str, other: str, **changes: str) -> ReceiptReading:
        first, second = (changed(receipt(), CASH, f"个人现金支付：{told}", 0.7) for told in (one, other))
        for text, new in changes.items():
            first, second = (changed(page, text, new) for page in (first, second))
        return prove(combine(extract(first), extract(second)))

    told = looks("356.50", "856.50")
    assert told.fields.cash_pay == "356.50"
    assert told.confidence["cash_pay"] <= 0.9
    assert told.confidence["total"] > 0.99
    assert looks("856.50", "353.50").fields.cash_pay is None
    # a total that the capitals do not bear out chooses nothing
    assert looks("356.50", "856.50", **{"506.50": "1006.50"}).fields.cash_pay is None
    assert looks("356.50", "856.50", **{"其他支付：0.00": "其他支付："}).fields.cash_pay is None


def test_a_payer_that_is_left_out_takes_no_other_with_it() -> None:
    def read_with(score: float) -> ReceiptReading:
        page = changed(receipt(), "个人账户支付：0.00", "个人账户支付：0.90", score)
        return prove(extract(changed(page, CASH, CASH, 0.975)))

    assert (read_with(0.2).fields.account_pay, read_with(0.2).fields.cash_pay) == (None, "356.50")
    assert read_with(1.0).fields.cash_pay is None


def test_where_neither_look_makes_the_total_no_unclear_payer_counts() -> None:
    first, second = (
        changed(changed(receipt(), CASH, f"个人现金支付：{cash}", 0.7), POOL, "医保统筹基金支付：156.00", 0.8)
        for cash in ("356.50", "856.50")
    )
    fields = prove(combine(extract(first), extract(second))).fields
    assert (fields.pool_pay, fields.other_pay, fields.cash_pay) == (None, "0.00", None)
