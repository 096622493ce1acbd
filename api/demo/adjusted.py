"""Walk 3, a claim with an adjuster (人工核赔): an altered total is found, corrected, paid in part, and the family agrees."""

from dataclasses import replace
from typing import Any

from api.demo.door import Answer, last_seq
from api.demo.evidence import calculated, check_paid, hand_in, read_as, sums
from api.demo.receipts import AMOUNTS, Shown, grown_total
from api.demo.record import Record, WalkFailed
from api.demo.stage import Stage

# 保险条款第七条: 610.60 - 180.00 (pool) - 100.00 (deductible) = 330.60, of which 90 %
WORKED_FEN = 297_54
# without 58.00 of dressings for another complaint: 272.60, of which 90 %
WORKED_PART_FEN = 245_34
UNRELATED_FEN = 58_00


def walk_adjusted(stage: Stage, record: Record) -> Answer:
    """The claim as the parent sees it at the end, with what the adjuster saw first as `found`."""
    owner, parent = stage.doubted, stage.parent(stage.doubted)
    receipt = grown_total(owner.insured["name"], stage.treated_on)
    path = hand_in(stage, record, parent, owner, receipt)
    claim = parent.follow(path, ("closed", "in_review", "supplement_requested"), stage.show.event)
    record.same("转给理赔员", "in_review", claim["state"])
    review = _take(stage, record, claim)
    found = {"findings": review["findings"], "checks": _failed_checks(review), "read": read_as(claim, AMOUNTS)}
    corrected = _correct(stage, record, review, receipt)
    expected = calculated(stage, owner, receipt)
    record.fen("更正后的试算与条款手算一致", WORKED_FEN, expected["payable_fen"])
    record.same("更正后的理算与试算一致", sums(expected), sums(corrected["settlement"]))
    part = calculated(stage, owner, _without_unrelated(receipt))
    record.fen("除去无关项目的试算与手算一致", WORKED_PART_FEN, part["payable_fen"])
    _decide_in_part(stage, record, review, part)
    decided = parent.follow(path, ("decided", "agreed"), stage.show.event, after=last_seq(corrected))
    record.same("轮到家长确认", ["decided", "family"], [decided["state"], decided["whose_turn"]])
    parent.post(f"{path}/accept")
    paid = parent.follow(path, ("closed",), stage.show.event, after=last_seq(decided))
    check_paid(stage, record, paid, WORKED_PART_FEN)
    return paid | {"found": found}


def _take(stage: Stage, record: Record, claim: Answer) -> Answer:
    """The review with its claim, held by the adjuster."""
    path = f"/v1/reviews/{claim['review_id']}"
    waiting = [review["review_id"] for review in stage.adjuster.get("/v1/reviews", state="open")["items"]]
    record.same("在理赔员的待办里", True, claim["review_id"] in waiting)
    record.same("理赔员领取", "taken", stage.adjuster.post(f"{path}/take")["state"])
    review = stage.adjuster.get(path)
    failed = [check["code"] for check in _failed_checks(review)]
    record.same("理赔员看到大写与小写不符", True, "capitals_equal_total" in failed)
    return review


def _failed_checks(review: Answer) -> list[dict[str, Any]]:
    return [check for receipt in review["claim"]["receipts"] for check in receipt["checks"] if not check["ok"]]


def _correct(stage: Stage, record: Record, review: Answer, receipt: Shown) -> Answer:
    """Every sum that differs from the paper itself, which the adjuster has beside the reading."""
    read = review["claim"]["receipts"][0]
    names = ("payer", "date", *AMOUNTS)
    wrong = {name: receipt.fields[name] for name in names if read["fields"][name] != receipt.fields[name]}
    if not wrong:
        raise WalkFailed("被改过的票据没有与原件不同的读数")
    body = {"receipt_id": read["receipt_id"], "fields": wrong, "reason": "与原件大写金额及明细核对后更正"}
    claim = stage.adjuster.post(f"/v1/reviews/{review['review_id']}/corrections", body)
    stage.show.event(claim["timeline"][-1] | {"state": claim["state"]})
    amended = {change["field"]: [change["old"], change["new"]] for change in claim["receipts"][0]["amendments"]}
    record.same("更正留下旧值和新值", {name: [read["fields"][name], new] for name, new in wrong.items()}, amended)
    return claim


def _without_unrelated(receipt: Shown) -> Shown:
    """One item has nothing to do with the accident: it counts as outside of what is covered."""
    outside = receipt.spec.self_expense_fen + UNRELATED_FEN
    return replace(receipt, spec=replace(receipt.spec, self_expense_fen=outside))


def _decide_in_part(stage: Stage, record: Record, review: Answer, settled: Answer) -> None:
    """What the calculator left, with a coded reason; without one the decision is refused."""
    lines = [{name: line[name] for name in ("coverage_id", "payable_fen")} for line in settled["lines"]]
    body = {
        "outcome": "partial",
        "reason_codes": ["item_not_covered"],
        "comment": "卫生材料费 58.00 元用于与本次意外无关的治疗，不在保障范围内",
        "lines": lines,
    }
    path = f"/v1/reviews/{review['review_id']}/decision"
    refused = stage.adjuster.post(path, body | {"reason_codes": []}, status=422)
    record.same("没有原因代码的部分赔付被拒绝", "reason_required", refused["code"])
    record.same("理赔员部分赔付", "decided", stage.adjuster.post(path, body)["state"])
