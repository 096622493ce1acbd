"""Walk 2, a claim decided by itself (自动核赔): a photographed receipt, read, settled and paid without a person."""

from api.demo.door import Answer
from api.demo.evidence import calculated, check_paid, hand_in, read_as, sums
from api.demo.receipts import AMOUNTS, sprained_wrist
from api.demo.record import Record
from api.demo.stage import INSURER, Stage

# 保险条款第七条: 1280.50 - 402.30 (pool) - 240.00 (outside the catalogue) - 100.00 (deductible) = 538.20, of which 90 %
WORKED_FEN = 484_38
ENDS = ("closed", "in_review", "supplement_requested", "withdrawn")


def take_over(stage: Stage, record: Record) -> None:
    """The policies of walks 2 to 4, sold on the insurer's own site and in force today."""
    rows = stage.rows()
    answer = stage.operator.put(f"/v1/insurers/{INSURER}/policies", {"policies": rows})
    record.same("接管别处售出的保单", {"accepted": len(rows), "rejected": []}, answer)


def walk_automatic(stage: Stage, record: Record) -> Answer:
    """The claim as the parent sees it at the end."""
    owner, parent = stage.injured, stage.parent(stage.injured)
    receipt = sprained_wrist(owner.insured["name"], stage.treated_on)
    path = hand_in(stage, record, parent, owner, receipt)
    claim = parent.follow(path, ENDS, stage.show.event)
    names = ("bill_no", "payer", "date", *AMOUNTS)
    record.same("票据读得与票面一致", {name: receipt.fields[name] for name in names}, read_as(claim, names))
    record.same("没有需要人看的地方", [], [finding["code"] for finding in claim["findings"]])
    decision = claim["decision"] or {}
    record.same("自动核定，全额", ["automatic", "full"], [decision.get("by"), decision.get("outcome")])
    expected = calculated(stage, owner, receipt)
    record.fen("试算与条款手算一致", WORKED_FEN, expected["payable_fen"])
    record.same("理算的每一步与试算一致", sums(expected), sums(claim["settlement"]))
    check_paid(stage, record, claim, WORKED_FEN)
    return claim
