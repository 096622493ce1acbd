"""Walk 4, surrender (退保): the bought policy before its effect, all of the premium back; and what others would get today."""

from datetime import date, timedelta
from typing import Any

from api.demo.door import Answer, Door
from api.demo.record import Record
from api.demo.stage import PRODUCT, Stage


def walk_surrender(stage: Stage, record: Record, bought: Answer) -> Answer:
    """The surrender as the parent sees it at the end; `quotes` of the two policies in force beside it."""
    quotes = {
        "in_force": _quote(
            stage, record, "生效 80 天的保单", stage.parent(stage.leaving), stage.policy_no(stage.leaving)
        ),
        "claimed": _quote(
            stage, record, "已赔付的保单", stage.parent(stage.injured), stage.policy_no(stage.injured), True
        ),
    }
    record.fen("已赔付的保单不再退费", 0, quotes["claimed"]["refund_fen"])
    parent, policy = stage.parent(stage.buyer), bought["policy"]
    quote = _quote(stage, record, "尚未生效的保单", parent, policy["policy_no"], effective=policy["effective_date"])
    record.fen("生效之前全额退", stage.product["premium_fen"], quote["refund_fen"])
    ended = _surrender(stage, record, parent, policy["policy_no"])
    record.fen("退回的保费", stage.product["premium_fen"], ended["refund_fen"])
    record.same("保单已退保", "surrendered", parent.get(f"/v1/policies/{policy['policy_no']}")["state"])
    premium = stage.product["premium_fen"]
    moved = [["payment", premium], ["refund", premium]]
    record.same("网关账本：收一次，退一次", moved, stage.gateway.sums(bought["order_no"]))
    kinds = [entry["kind"] for entry in stage.insurer.entries(policy["policy_no"])]
    record.same("保险公司账本：出单，注销", ["policy", "cancellation"], kinds)
    return ended | {"quotes": quotes | {"before_effect": quote}}


def _quote(
    stage: Stage, record: Record, what: str, parent: Door, policy_no: str, claim_paid: bool = False, effective: str = ""
) -> Answer:
    """The policy's quote, compared with the public calculator's for the same day."""
    quote = parent.get(f"/v1/policies/{policy_no}/surrender-quote")
    body = {
        "product_id": PRODUCT,
        "effective_date": effective or stage.effective.isoformat(),
        # cover would end on the day of the request; before effect every day is worth the same
        "requested_on": quote["cover_ends_on"] or str(date.fromisoformat(effective) - timedelta(days=1)),
        "claim_paid": claim_paid,
    }
    expected = stage.anyone.post("/v1/previews/surrender", body)
    record.same(f"{what}：报价的每一步与试算一致", _sums(expected), _sums(quote))
    return quote


def _sums(quote: Answer) -> list[Any]:
    return [quote["refund_fen"], [[step["label"], step["amount_fen"]] for step in quote["steps"]]]


def _surrender(stage: Stage, record: Record, parent: Door, policy_no: str) -> Answer:
    body = {"reason": "bought_twice", "comment": "家里另有一份相同的保障"}
    asked = parent.post(f"/v1/policies/{policy_no}/surrenders", body, status=201)
    record.same("申请退保得到报价", "quoted", asked["state"])
    path = f"/v1/surrenders/{asked['surrender_id']}"
    parent.post(f"{path}/confirm")
    ended = parent.poll(path, ("refunded", "rejected", "payee_needed"), stage.show.event)
    record.same("退款完成", "refunded", ended["state"])
    return ended
