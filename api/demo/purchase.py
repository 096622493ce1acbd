"""Walk 1, purchase (投保): application, underwriting, the payment page paid by POST, the policy."""

from datetime import date, datetime, timedelta

import httpx

from api.demo.door import Answer, last_seq
from api.demo.people import application
from api.demo.record import Record, WalkFailed
from api.demo.stage import INSURER, Stage

# 长教发〔2024〕21号附件2第14行，方案二
PUBLISHED_PREMIUM_FEN = 120_00


def walk_purchase(stage: Stage, record: Record) -> Answer:
    """The purchase and its policy, as the parent sees them at the end."""
    parent = stage.parent(stage.buyer)
    product = stage.product
    record.fen("公布的保费", PUBLISHED_PREMIUM_FEN, product["premium_fen"])
    made = parent.post("/v1/purchases", application(product, stage.buyer), status=201)
    path = f"/v1/purchases/{made['purchase_id']}"
    underwritten = parent.poll(path, ("awaiting_payment", "declined"), stage.show.event)
    record.same("核保之后等待付款", "awaiting_payment", underwritten["state"])
    payment = underwritten["payment"]
    record.fen("应付的保费", product["premium_fen"], payment["amount_fen"])
    order_no = _pay(payment["url"])
    bought = parent.poll(path, ("issued", "refunded"), stage.show.event, after=last_seq(underwritten))
    record.same("付款之后出单", "issued", bought["state"])
    policy = parent.get(f"/v1/policies/{bought['policy_no']}")
    _check_policy(record, product, bought, policy)
    record.same("网关账本：只收一次保费", [["payment", product["premium_fen"]]], stage.gateway.sums(order_no))
    issued = [entry for entry in stage.insurer.entries(policy["policy_no"]) if entry["kind"] == "policy"]
    record.same("保险公司账本：一张保单", [[INSURER, product["premium_fen"]]], [_entry(entry) for entry in issued])
    return bought | {"policy": policy, "order_no": order_no}


def _pay(url: str) -> str:
    """Press the button of the payment page; the number of the order at the gateway."""
    answer = httpx.post(url, headers={"accept": "application/json"}, timeout=30, trust_env=False)
    if answer.status_code != 200 or answer.json().get("status") != "paid":
        raise WalkFailed(f"付款页面：{answer.status_code}")
    order_no: str = answer.json()["out_trade_no"]
    return order_no


def _check_policy(record: Record, product: Answer, bought: Answer, policy: Answer) -> None:
    record.fen("保单上的保费", product["premium_fen"], policy["premium_fen"])
    tomorrow = _day(bought["paid_at"]) + timedelta(days=1)
    record.same("付款次日生效", tomorrow.isoformat(), policy["effective_date"])
    record.same("尚未生效", "pending_effect", policy["state"])
    record.same("保障与产品公布的一致", product["coverages"], policy["coverages"])


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant).date()


def _entry(entry: Answer) -> list[object]:
    return [entry["insurer"], entry["amount_fen"]]
