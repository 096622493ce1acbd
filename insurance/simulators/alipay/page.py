"""The payment page (收银台): order, amount, time left, one button; and what it says when there is nothing to pay."""

import sqlite3
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse, JSONResponse, Response

from insurance.simulators.alipay.ledger import Refusal, to_yuan
from insurance.simulators.clock import gateway_time, now

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))

ORDER = Template("""<p class="amount">¥$amount</p>
<dl><dt>付款给</dt><dd>学平险保费收款账户</dd><dt>商品</dt><dd>$subject</dd><dt>订单号</dt><dd>$number</dd>
<dt>支付方式</dt><dd>支付宝</dd><dt>支付剩余时间</dt><dd id="left" data-seconds="$seconds">$left</dd></dl>
<form method="post">
<button id="pay">确认支付</button>
<details><summary>模拟选项</summary>
<label>付款通知 <select name="notice"><option value="once">发一次</option><option value="twice">发两次</option>
<option value="late">晚 10 秒</option><option value="never">不发</option></select></label>
<label>付款账户 <select name="buyer"><option value="usual">正常</option><option value="closed">退款时已注销</option></select></label>
</details>
</form>
<script>
const left = document.getElementById("left"), end = Date.now() + left.dataset.seconds * 1000;
setInterval(() => {
  const rest = Math.max(0, Math.round((end - Date.now()) / 1000));
  left.textContent = String(Math.floor(rest / 60)).padStart(2, "0") + ":" + String(rest % 60).padStart(2, "0");
  document.getElementById("pay").disabled = rest === 0;
}, 500);
</script>""")

MESSAGE = Template("""<p class="amount">$title</p><p style="text-align:center">$text</p>$after""")

# 409: the order is not as the caller thinks; 410: it is over; anything else is a bad address
STATUS = {
    "ACQ.TRADE_HAS_SUCCESS": 409,
    "ACQ.CONTEXT_INCONSISTENT": 409,
    "ACQ.TRADE_HAS_CLOSE": 410,
    "ACQ.TRADE_EXPIRED": 410,
    "isv.invalid-signature": 403,
}


def order_page(trade: sqlite3.Row) -> Response:
    seconds = max(0, int(trade["expires_at"] - now()))
    content = ORDER.substitute(
        amount=to_yuan(trade["amount_fen"]),
        subject=escape(trade["subject"]),
        number=escape(trade["out_trade_no"]),
        seconds=seconds,
        left=f"{seconds // 60:02d}:{seconds % 60:02d}",
    )
    return HTMLResponse(PAGE.substitute(title="确认支付", content=content))


def paid_page(trade: sqlite3.Row, return_url: str, as_json: bool) -> Response:
    if as_json:
        return JSONResponse(
            {
                "status": "paid",
                "out_trade_no": trade["out_trade_no"],
                "trade_no": trade["trade_no"],
                "amount": to_yuan(trade["amount_fen"]),
                "paid_at": gateway_time(trade["paid_at"]),
            }
        )
    after = f'<p style="text-align:center"><a href="{escape(return_url)}">返回商家</a></p>' if return_url else ""
    content = MESSAGE.substitute(title="支付成功", text=f"已支付 ¥{to_yuan(trade['amount_fen'])}", after=after)
    return HTMLResponse(PAGE.substitute(title="支付成功", content=content))


def refusal_page(refusal: Refusal, as_json: bool) -> Response:
    code = STATUS.get(refusal.sub_code, 400)
    if as_json:
        return JSONResponse({"code": refusal.sub_code, "message": refusal.message}, code)
    content = MESSAGE.substitute(title="无法支付", text=escape(refusal.message), after="")
    return HTMLResponse(PAGE.substitute(title="无法支付", content=content), code)
