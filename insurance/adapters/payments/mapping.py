"""The gateway's words and ours. Pure. Only an explicit success or failure is final; a status that we do not know is not."""

from datetime import datetime, timedelta, timezone
from typing import Any

from insurance.adapters.payments.amounts import fen, yuan
from insurance.adapters.payments.wire import Answer, NoticeForm, RefundQueryAnswer, TradeAnswer, TransferAnswer
from insurance.adapters.ports import (
    PaymentNotice,
    PaymentsRefused,
    PaymentsUnavailable,
    PayOrder,
    Refund,
    Trade,
    TradeStatus,
    Transfer,
    TransferOrder,
)

# the gateway's times are Beijing's, which has had no summer time since 1991
BEIJING = timezone(timedelta(hours=8))
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

SUCCESS, BUSINESS_REFUSAL = "10000", "40004"

TRADE_STATUS: dict[str, TradeStatus] = {
    "WAIT_BUYER_PAY": "waiting",
    "TRADE_SUCCESS": "paid",
    "TRADE_FINISHED": "paid",
    "TRADE_CLOSED": "closed",
}

REFUSALS = {
    "ACQ.TRADE_NOT_EXIST": "trade_not_found",
    "ACQ.TRADE_STATUS_ERROR": "trade_not_paid",
    "ACQ.TRADE_NOT_ALLOW_REFUND": "trade_not_paid",
    "ACQ.TRADE_HAS_CLOSE": "trade_not_paid",
    "ACQ.TRADE_HAS_FINISHED": "trade_finished",
    "ACQ.REASON_TRADE_STATUS_INVALID": "trade_not_waiting",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "refund_exceeds_paid",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "refund_exceeds_paid",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "key_reused",
    "ACQ.BUYER_NOT_EXIST": "account_closed",
    "ACQ.BUYER_ERROR": "account_closed",
    "ACQ.BUYER_ENABLE_STATUS_FORBID": "account_closed",
    "ACQ.INVALID_PARAMETER": "invalid_request",
    "INVALID_PARAMETER": "invalid_request",
    "PAYMENT_INFO_INCONSISTENCY": "key_reused",
    "ORDER_NOT_EXIST": "not_found",
}

# nothing is known, or a person of ours must act first (fill the account): the same key may be used again
ASK_AGAIN = {
    "ACQ.SYSTEM_ERROR",
    "AQC.SYSTEM_ERROR",
    "SYSTEM_ERROR",
    "REQUEST_PROCESSING",
    "RESOURCE_LIMIT_EXCEED",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH",
    "PAYER_BALANCE_NOT_ENOUGH",
    "BALANCE_IS_NOT_ENOUGH",
}

# our keys, app id or clock are wrong
NOT_OUR_REQUEST = {
    "isv.invalid-signature",
    "isv.invalid-app-id",
    "isv.invalid-timestamp",
    "isv.missing-signature",
    "isv.missing-signature-key",
}

# the payee's side said no: the transfer failed, and another account is needed
PAYEE_FAILURES = {
    "PAYEE_NOT_EXIST": "account_not_found",
    "PAYEE_ACCOUNT_NOT_EXSIT": "account_not_found",
    "PAYEE_USER_INFO_ERROR": "name_mismatch",
    "PAYEE_ACC_OCUPIED": "account_ambiguous",
    "PAYEE_ACCOUNT_STATUS_ERROR": "account_closed",
    "PAYEE_USERINFO_STATUS_ERROR": "account_closed",
    "PAYEE_CARD_INFO_ERROR": "card_rejected",
    "CARD_BIN_ERROR": "card_rejected",
    "INVALID_CARDNO": "card_rejected",
    "PERM_AML_NOT_REALNAME_REV": "payee_unverified",
    "PERMIT_NON_BANK_LIMIT_PAYEE": "payee_unverified",
    "PAYEE_NOT_RELNAME_CERTIFY": "payee_unverified",
    "PERMIT_LIMIT_PAYEE": "payee_unverified",
    "EXCEED_LIMIT_UNRN_DM_AMOUNT": "payee_limit",
    "EXCEED_LIMIT_DC_RECEIVED": "payee_limit",
    "PAYEE_TRUSTEESHIP_ACC_OVER_LIMIT": "payee_limit",
    "TRUSTEESHIP_RECIEVE_QUOTA_LIMIT": "payee_limit",
    "RELEASE_USER_FORBBIDEN_RECIEVE": "account_closed",
    "BLOCK_USER_FORBBIDEN_RECIEVE": "account_closed",
    "NO_ACCOUNT_USER_FORBBIDEN_RECIEVE": "account_not_found",
    "PAYEE_USER_TYPE_ERROR": "account_type",
}

TRANSFER_PRODUCTS = {"alipay": "TRANS_ACCOUNT_NO_PWD", "bank": "TRANS_BANKCARD_NO_PWD"}
TRANSFER_SCENE = "DIRECT_TRANSFER"

TRANSFER_RETURNED = "REFUND"
TRANSFER_PAID, TRANSFER_FAILED = {"SUCCESS"}, {"FAIL", TRANSFER_RETURNED, "CLOSED"}


def gateway_time(instant: datetime) -> str:
    return instant.astimezone(BEIJING).strftime(TIME_FORMAT)


def instant(text: str | None) -> datetime | None:
    """Raises `ValueError` for a text in another form."""
    return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=BEIJING) if text else None


def page_content(order: PayOrder) -> dict[str, str]:
    return {
        "out_trade_no": order.out_trade_no,
        "total_amount": yuan(order.amount_fen),
        "subject": order.subject,
        "time_expire": gateway_time(order.expires_at),
    }


def transfer_content(order: TransferOrder) -> dict[str, Any]:
    bank = order.kind == "bank"
    payee: dict[str, Any] = {
        "identity": order.account,
        "identity_type": "BANKCARD_ACCOUNT" if bank else "ALIPAY_LOGON_ID",
        "name": order.name,
    }
    if bank:
        payee["bankcard_ext_info"] = {"account_type": "2"}  # 对私, a person's card
    return {
        "out_biz_no": order.out_biz_no,
        "trans_amount": yuan(order.amount_fen),
        "product_code": TRANSFER_PRODUCTS[order.kind],
        "biz_scene": TRANSFER_SCENE,
        "order_title": order.remark,
        "payee_info": payee,
        "remark": order.remark,
    }


def failure(answer: Answer) -> PaymentsRefused | PaymentsUnavailable:
    """An answer that is no success. Final only if the gateway blames the business (40004) or a parameter (40001, 40002)."""
    reason = answer.sub_code or answer.code
    if answer.sub_code in ASK_AGAIN | NOT_OUR_REQUEST:
        return PaymentsUnavailable(f"the gateway says {reason}")
    if answer.code == BUSINESS_REFUSAL:
        return PaymentsRefused(REFUSALS.get(answer.sub_code, "refused_by_gateway"), reason)
    if answer.code in ("40001", "40002"):
        return PaymentsRefused("invalid_request", reason)
    return PaymentsUnavailable(f"the gateway says {reason}")


def trade(out_trade_no: str, answer: TradeAnswer) -> Trade:
    return Trade(
        out_trade_no=out_trade_no,
        status=TRADE_STATUS.get(answer.trade_status or "", "waiting"),
        trade_no=answer.trade_no,
        amount_fen=fen(answer.total_amount) if answer.total_amount else None,
        paid_at=instant(answer.send_pay_date),
    )


def queried_refund(out_request_no: str, answer: RefundQueryAnswer) -> Refund | None:
    if not answer.refund_amount and not answer.refund_status:
        return None
    done = answer.refund_status == "REFUND_SUCCESS"
    return Refund(out_request_no, "done" if done else "pending", fen(answer.refund_amount or "0"))


def transfer(out_biz_no: str, answer: TransferAnswer) -> Transfer:
    status = answer.status or ""
    if status in TRANSFER_PAID:
        return Transfer(out_biz_no, "paid", answer.order_id, instant(answer.pay_date or answer.trans_date))
    if status in TRANSFER_FAILED:
        # 退票: the payee's bank gave it back; of a failure without such a word nothing says that the account is to blame
        otherwise = "bounced" if status == TRANSFER_RETURNED else "refused_by_gateway"
        code = PAYEE_FAILURES.get(answer.error_code or "", otherwise)
        return Transfer(out_biz_no, "failed", answer.order_id, reason_code=code, reason=answer.fail_reason)
    return Transfer(out_biz_no, "pending", answer.order_id)


def failed_transfer(out_biz_no: str, answer: Answer) -> Transfer | None:
    """The transfer that an answer refuses because of the payee's account; None for any other refusal."""
    if answer.code != BUSINESS_REFUSAL or answer.sub_code not in PAYEE_FAILURES:
        return None
    return Transfer(out_biz_no, "failed", reason_code=PAYEE_FAILURES[answer.sub_code], reason=answer.sub_msg)


def notice(form: NoticeForm) -> PaymentNotice:
    return PaymentNotice(
        notify_id=form.notify_id,
        out_trade_no=form.out_trade_no,
        trade_no=form.trade_no,
        status=TRADE_STATUS.get(form.trade_status, "waiting"),
        amount_fen=fen(form.total_amount),
        paid_at=instant(form.gmt_payment),
        refunded_fen=fen(form.refund_fee) if form.refund_fee else 0,
    )
