"""What the gateway answers, in its own words: every value is text, amounts are yuan, times are Beijing's without a zone."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """`code` 10000 is success, 40004 a refusal of the business, whose reason is in `sub_code`."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    code: str
    sub_code: str = ""
    sub_msg: str = ""


class TradeAnswer(Answer):
    """alipay.trade.query, alipay.trade.close."""

    trade_no: str | None = None
    trade_status: str | None = None
    total_amount: str | None = None
    send_pay_date: str | None = None


class RefundAnswer(Answer):
    """alipay.trade.refund: `fund_change` Y when money moved by this very call."""

    fund_change: str | None = None


class RefundQueryAnswer(Answer):
    """alipay.trade.fastpay.refund.query: without `refund_status` and amount there is no such refund."""

    refund_status: str | None = None
    refund_amount: str | None = None


class TransferAnswer(Answer):
    """alipay.fund.trans.uni.transfer (`trans_date`), alipay.fund.trans.common.query (`pay_date`)."""

    order_id: str | None = None
    status: str | None = None
    trans_date: str | None = None
    pay_date: str | None = None
    error_code: str | None = None
    fail_reason: str | None = None


class BillAnswer(Answer):
    """alipay.data.dataservice.bill.downloadurl.query: the address is good for half a minute."""

    bill_download_url: str | None = None


class NoticeForm(BaseModel):
    """An asynchronous notice of a trade (trade_status_sync)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    notify_id: str
    out_trade_no: str
    trade_no: str
    trade_status: str
    total_amount: str
    gmt_payment: str | None = None
    refund_fee: str | None = None
