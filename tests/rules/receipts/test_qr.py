import pytest

from insurance.rules.receipts.qr import QrFields, parse_qr

CODE, NUMBER, CHECK, DAY = "36060124", "0012345678", "a1b2c3", "2024-05-06"


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (
            f"https://www.chinaebill.cn/d?t=501&a=x&d={CODE}_{NUMBER}_{CHECK}_20240506&s=1",
            QrFields(CODE, NUMBER, CHECK, DAY),
        ),
        (
            f"https://www.chinaebill.cn/eips-wxapp-service/d?t=504&a=x&d={CODE}_{NUMBER}_{CHECK}_12.50_20240506&s=1",
            QrFields(CODE, NUMBER, CHECK, DAY, "12.50"),
        ),
        (
            "http://www.chinaebill.cn/eips-wxapp-service/H5FinanceDisplay/showInvoice"
            f"?invoice_code={CODE}&invoice_number={NUMBER}&check_code={CHECK}&app_id=1&security=2",
            QrFields(CODE, NUMBER, CHECK),
        ),
        (f"http://einvoice.jsczt.cn/page/{CODE}/{NUMBER}/{CHECK}", QrFields(CODE, NUMBER, CHECK)),
        (f"https://bill.example.cn/q?c={CODE}&n={NUMBER}&k={CHECK}", QrFields(CODE, NUMBER, CHECK)),
        (
            f"CZ-EI-42,1.0.0,{CODE},{NUMBER},{CHECK},20240506,3.05",
            QrFields(CODE, NUMBER, CHECK, DAY, "3.05"),
        ),
        (f"CZ-EI&{CODE}&{NUMBER}&{CHECK}&20240506&1203.50", QrFields(CODE, NUMBER, CHECK, DAY, "1203.50")),
        (f"01,06,{CODE},{NUMBER},{CHECK},20240506,88.00,", QrFields(CODE, NUMBER, CHECK, DAY, "88.00")),
        (
            "01,04,036001900111,12345678,100.5,20240506,12345678901234567890,A1B2,",
            QrFields("036001900111", "12345678", "12345678901234567890", DAY, "100.50", total_may_differ=True),
        ),
        ("01,32,,24362000000012345678,113,20240506,,", QrFields(None, "24362000000012345678", None, DAY, "113.00")),
    ],
)
def test_every_known_shape_is_read(payload: str, told: QrFields) -> None:
    assert parse_qr(payload) == told


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "http://einvoice.jsczt.cn/d/Ab3x9",
        "weixin://pay",
        "a,b,c,d,e,f",
        "http://[",
        "x" * 5000,
        "01,06,,,,,",
        "1,2",
    ],
)
def test_what_tells_nothing_of_a_receipt_is_none(payload: str) -> None:
    assert parse_qr(payload) is None


def test_a_day_in_the_payload_is_never_taken_for_money() -> None:
    told = parse_qr(f"https://www.chinaebill.cn/d?t=501&d={CODE}_{NUMBER}_{CHECK}_20221118&s=1")
    assert told is not None
    assert (told.date, told.total) == ("2022-11-18", None)
