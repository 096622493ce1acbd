from datetime import UTC, datetime

import pytest
from payments_bench import a_transfer

from insurance.adapters.payments import mapping
from insurance.adapters.payments.wire import Answer, NoticeForm, RefundQueryAnswer, TradeAnswer, TransferAnswer
from insurance.adapters.ports import PaymentsRefused, PaymentsUnavailable
from insurance.rules.payees import is_of_account


def test_a_trade_status_that_we_do_not_know_is_not_final() -> None:
    answer = TradeAnswer(code="10000", trade_status="TRADE_PENDING", total_amount="1.00")
    assert mapping.trade("T", answer).status == "waiting"
    assert mapping.trade("T", TradeAnswer(code="10000")).status == "waiting"


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("SUCCESS", "paid"),
        ("FAIL", "failed"),
        ("REFUND", "failed"),
        ("CLOSED", "failed"),
        ("DEALING", "pending"),
        ("INIT", "pending"),
        ("WAIT_PAY", "pending"),
        ("SOMETHING_NEW", "pending"),
        (None, "pending"),
    ],
)
def test_only_explicit_ends_of_a_transfer_are_final(status: str | None, ours: str) -> None:
    assert mapping.transfer("B", TransferAnswer(code="10000", status=status)).status == ours


def test_a_refund_status_that_we_do_not_know_is_pending() -> None:
    answer = RefundQueryAnswer(code="10000", refund_status="REFUND_PROCESSING", refund_amount="1.00")
    refund = mapping.queried_refund("R", answer)
    assert refund and refund.status == "pending"


@pytest.mark.parametrize(
    ("code", "sub_code"),
    [
        ("20000", "isp.unknow-error"),
        ("10003", ""),
        ("40006", "isv.insufficient-isv-permissions"),
        ("40004", "ACQ.SYSTEM_ERROR"),
        ("40004", "SYSTEM_ERROR"),
        ("40004", "PAYER_BALANCE_NOT_ENOUGH"),
        ("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH"),
        ("40002", "isv.invalid-signature"),
        ("40002", "isv.invalid-timestamp"),
        ("99999", ""),
    ],
)
def test_what_is_not_the_business_no_is_asked_again(code: str, sub_code: str) -> None:
    assert isinstance(mapping.failure(Answer(code=code, sub_code=sub_code)), PaymentsUnavailable)


def test_a_refusal_that_we_do_not_know_is_still_a_refusal() -> None:
    refused = mapping.failure(Answer(code="40004", sub_code="ACQ.SOMETHING_NEW"))
    assert isinstance(refused, PaymentsRefused) and refused.code == "refused_by_gateway"


@pytest.mark.parametrize(
    ("status", "error_code", "of_account"),
    [
        *(("FAIL", error_code, True) for error_code in mapping.PAYEE_FAILURES),
        ("FAIL", "BLOCK_USER_FORBBIDEN_RECIEVE", True),
        ("FAIL", "NO_ACCOUNT_USER_FORBBIDEN_RECIEVE", True),
        ("REFUND", None, True),
        ("FAIL", None, False),
        ("FAIL", "PAYER_STATUS_ERROR", False),
        ("CLOSED", None, False),
    ],
)
def test_a_failed_transfer_blames_the_account_only_where_the_gateway_does(
    status: str, error_code: str | None, of_account: bool
) -> None:
    failed = mapping.transfer("B", TransferAnswer(code="10000", status=status, error_code=error_code))
    assert is_of_account(failed.reason_code) is of_account


def test_only_the_payees_side_makes_a_transfer_fail() -> None:
    failed = mapping.failed_transfer("B", Answer(code="40004", sub_code="PAYEE_USER_INFO_ERROR", sub_msg="姓名不符"))
    assert failed and (failed.status, failed.reason_code, failed.reason) == ("failed", "name_mismatch", "姓名不符")
    assert mapping.failed_transfer("B", Answer(code="40004", sub_code="SYSTEM_ERROR")) is None
    assert mapping.failed_transfer("B", Answer(code="20000", sub_code="PAYEE_NOT_EXIST")) is None


def test_times_on_the_wire_are_beijings() -> None:
    assert mapping.gateway_time(datetime(2026, 8, 31, 16, 30, tzinfo=UTC)) == "2026-09-01 00:30:00"
    assert mapping.instant("2026-09-01 00:30:00") == datetime(2026, 8, 31, 16, 30, tzinfo=UTC)


def test_a_bank_transfer_names_a_persons_card() -> None:
    content = mapping.transfer_content(a_transfer("6222020000000000001", 5_00, "bank"))
    assert content["product_code"] == "TRANS_BANKCARD_NO_PWD"
    assert content["payee_info"]["identity_type"] == "BANKCARD_ACCOUNT"
    assert content["trans_amount"] == "5.00"


def test_a_notice_without_a_refund_refunds_nothing() -> None:
    form = NoticeForm(
        notify_id="n", out_trade_no="T", trade_no="1", trade_status="TRADE_SUCCESS", total_amount="100.00"
    )
    assert mapping.notice(form).refunded_fen == 0
    assert mapping.notice(form.model_copy(update={"refund_fee": "35.50"})).refunded_fen == 35_50
