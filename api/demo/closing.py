"""The closing table: what each person saw and got, in the words and figures of the API's and the gateway's own answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.demo.door import Answer
from api.demo.stage import INSURER, Stage

KINDS = {
    "payment": "收保费",
    "refund": "退款",
    "transfer": "转账",
    "proposal": "核保",
    "policy": "出单",
    "cancellation": "注销",
    "taken_over": "登记接管",
    "report": "登记报案",
    "closure": "结案",
}


@dataclass
class Person:
    who: str
    saw: list[str] = field(default_factory=list)
    got: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Walked:
    """How each walk ended; None where it did not."""

    bought: Answer | None = None
    automatic: Answer | None = None
    adjusted: Answer | None = None
    surrendered: Answer | None = None


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"


def people(stage: Stage, walked: Walked) -> list[Person]:
    """One row for each person who had a part in it."""
    rows = [
        _buyer(stage, walked),
        _claimant(stage.injured.applicant["name"], walked.automatic),
        _claimant(stage.doubted.applicant["name"], walked.adjusted),
        _leaving(stage.leaving.applicant["name"], walked.surrendered),
        _adjuster(walked.adjusted),
        _books(f"保险公司 {INSURER}", stage.insurer.new(), ("policy",), ("cancellation", "closure")),
        _books("支付宝网关", stage.gateway.new(), ("payment",), ("refund", "transfer")),
    ]
    return [row for row in rows if row.saw or row.got]


def _buyer(stage: Stage, walked: Walked) -> Person:
    person = Person(f"家长 {stage.buyer.applicant['name']}")
    if walked.bought:
        bought = walked.bought
        person.saw += [f"{bought['policy']['title']}，{bought['policy']['effective_date']} 起生效", *_said(bought)]
        person.got += [f"付保费 {yuan(bought['policy']['premium_fen'])}", f"保单 {bought['policy_no']}"]
    if walked.surrendered:
        person.saw += _said(walked.surrendered)
        person.got += [*_steps(walked.surrendered["steps"]), f"退回 {yuan(walked.surrendered['refund_fen'])}"]
    return person


def _claimant(name: str, claim: Answer | None) -> Person:
    person = Person(f"家长 {name}")
    if claim is None:
        return person
    person.saw += _said(claim)
    for line in (claim["settlement"] or {"lines": []})["lines"]:
        person.got += [
            f"{line['label']}（{line['clause']}）",
            *_steps(line["steps"]),
            f"理算 {yuan(line['payable_fen'])}",
        ]
    decision, payout = claim["decision"], claim["payout"]
    if decision and decision["outcome"] == "partial":
        person.got += [f"部分赔付：{'、'.join(decision['reasons'])}；{decision['comment']}"]
    if payout and payout["paid_at"]:
        person.got += [f"到账 {yuan(payout['amount_fen'])}，{_clock(payout['paid_at'])}"]
    return person


def _leaving(name: str, surrendered: Answer | None) -> Person:
    person = Person(f"家长 {name}")
    if surrendered:
        quote = surrendered["quotes"]["in_force"]
        person.saw += ["如果今天退保（只问，不退）："]
        person.got += [*_steps(quote["steps"]), f"可退 {yuan(quote['refund_fen'])}"]
    return person


def _adjuster(claim: Answer | None) -> Person:
    person = Person("理赔员")
    if claim is None:
        return person
    seen = [*claim["found"]["findings"], *claim["found"]["checks"]]
    person.saw += dict.fromkeys(one["explanation"] for one in seen)
    for receipt in claim["receipts"]:
        person.got += [f"更正 {change['field']}：{change['old']} → {change['new']}" for change in receipt["amendments"]]
    if claim["decision"]:
        person.got += [f"核定 {yuan(claim['decision']['payable_fen'])}"]
    return person


def _said(case: Answer) -> list[str]:
    return [f"{_clock(event['at'])} {event['text']}" for event in case.get("timeline", [])]


def _steps(steps: list[dict[str, Any]]) -> list[str]:
    return [f"  {step['label']} {yuan(step['amount_fen'])}" for step in steps]


def _books(who: str, entries: list[Answer], taken: tuple[str, ...], given: tuple[str, ...]) -> Person:
    money_in = sum(entry["amount_fen"] for entry in entries if entry["kind"] in taken)
    money_out = sum(entry["amount_fen"] for entry in entries if entry["kind"] in given)
    return Person(who, [_entry(entry) for entry in entries], [f"收 {yuan(money_in)}", f"付 {yuan(money_out)}"])


def _entry(entry: Answer) -> str:
    amount = "" if entry["amount_fen"] is None else f" {yuan(entry['amount_fen'])}"
    return f"{KINDS.get(entry['kind'], entry['kind'])}{amount}"


def _clock(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%H:%M:%S}"
