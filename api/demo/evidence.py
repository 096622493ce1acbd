"""What both claims do alike: report, upload the photograph, name the payee, submit; and what must have moved at the end."""

import hashlib
from typing import Any

from api.demo.door import Answer, Door
from api.demo.people import Family, accident
from api.demo.receipts import Shown
from api.demo.record import Record
from api.demo.stage import PRODUCT, Stage


def hand_in(stage: Stage, record: Record, parent: Door, owner: Family, receipt: Shown) -> str:
    """The path of the claim, submitted."""
    policy_no = stage.policy_no(owner)
    record.same("保单今天有效", "in_force", parent.get(f"/v1/policies/{policy_no}")["state"])
    body = accident(stage.accident_on, owner.applicant["mobile"])
    reported = parent.post(f"/v1/policies/{policy_no}/claims", body, status=201)
    record.same("保险公司给出报案号", True, bool(reported["report_no"]))
    wanted = [paper["kind"] for paper in reported["required_documents"] if paper["required"] == "yes"]
    record.same("只要一样材料", ["medical_receipt"], wanted)
    path = f"/v1/claims/{reported['claim_id']}"
    digest = hashlib.sha256(receipt.file).hexdigest()
    upload = {"files": {"file": ("photo.jpg", receipt.file)}, "data": {"kind": "medical_receipt"}}
    record.same("票据照片原样入库", digest, parent.post(f"{path}/documents", status=201, **upload)["sha256"])
    consent = [{"kind": "account_data", "agreed": True}]
    parent.put(f"{path}/payee", owner.payee | {"consents": consent})
    parent.post(f"{path}/submit")
    return path


def calculated(stage: Stage, owner: Family, receipt: Shown) -> Answer:
    """What the public calculator says of the true receipt."""
    question = receipt.question(PRODUCT, stage.effective, owner, stage.accident_on)
    return stage.anyone.post("/v1/previews/settlement", question)


def sums(settlement: Answer) -> list[list[Any]]:
    """Every line with its steps, as sums."""
    return [
        [line["coverage_id"], line["payable_fen"], [step["amount_fen"] for step in line["steps"]]]
        for line in settlement["lines"]
    ]


def check_paid(stage: Stage, record: Record, claim: Answer, due_fen: int) -> None:
    record.same("结案", "closed", claim["state"])
    payout = claim["payout"] or {}
    record.fen("支付的赔款", due_fen, payout.get("amount_fen"))
    moved = [entry for transfer in payout.get("transfers", []) for entry in stage.gateway.sums(transfer["out_biz_no"])]
    record.same("网关账本：只转账一次", [["transfer", due_fen]], moved)
    closed = [entry["amount_fen"] for entry in stage.insurer.entries(claim["report_no"]) if entry["kind"] == "closure"]
    record.same("保险公司账本：按此金额结案", [due_fen], closed)
    broken = [clock["clock"] for clock in claim["clocks"] if clock["state"] == "broken"]
    record.same("没有超过法定时限", [], broken)


def read_as(claim: Answer, names: tuple[str, ...]) -> dict[str, Any]:
    """Fields of the first receipt as they were read."""
    fields = claim["receipts"][0]["fields"] if claim["receipts"] else {}
    return {name: fields.get(name) for name in names}
