from dataclasses import dataclass, field

import pytest

from api.demo.evidence import check_paid, sums
from api.demo.record import Record

DUE = 484_38


@dataclass
class Books:
    found: list[dict] = field(default_factory=list)

    def entries(self, key):
        return [entry for entry in self.found if entry["about"] == key]

    def sums(self, key):
        return [[entry["kind"], entry["amount_fen"]] for entry in self.entries(key)]


@dataclass
class Stage:
    gateway: Books
    insurer: Books


def entry(kind, about, amount_fen=DUE):
    return {"kind": kind, "about": about, "amount_fen": amount_fen}


def stage(transfers=(DUE,), closures=(DUE,)):
    gateway = Books([entry("transfer", "out-1", fen) for fen in transfers])
    return Stage(gateway, Books([entry("closure", "R1", fen) for fen in closures]))


def claim(**changed):
    paid = {"amount_fen": DUE, "transfers": [{"out_biz_no": "out-1"}]}
    return {"state": "closed", "report_no": "R1", "payout": paid, "clocks": []} | changed


def failed(on_stage, seen):
    record = Record("claim", "claim")
    check_paid(on_stage, record, seen, DUE)
    return [step.step for step in record.steps if not step.ok]


def test_a_claim_that_was_paid_once_holds():
    assert failed(stage(), claim()) == []


@pytest.mark.parametrize(
    ("on_stage", "step"),
    [
        (stage(transfers=(DUE, DUE)), "网关账本：只转账一次"),
        (stage(transfers=()), "网关账本：只转账一次"),
        (stage(transfers=(DUE - 1,)), "网关账本：只转账一次"),
        (stage(closures=(DUE + 1,)), "保险公司账本：按此金额结案"),
        (stage(closures=()), "保险公司账本：按此金额结案"),
    ],
)
def test_money_that_moved_twice_not_at_all_or_otherwise_fails(on_stage, step):
    assert failed(on_stage, claim()) == [step]


def test_another_state_another_sum_or_a_broken_clock_fails():
    assert failed(stage(), claim(state="paying")) == ["结案"]
    assert failed(stage(), claim(payout=None)) == ["支付的赔款", "网关账本：只转账一次"]
    assert failed(stage(), claim(clocks=[{"clock": "payment", "state": "broken"}])) == ["没有超过法定时限"]


def test_a_settlement_differs_when_one_of_its_steps_does():
    line = {"coverage_id": "accident_medical", "payable_fen": 90, "steps": [{"amount_fen": 100}, {"amount_fen": -10}]}
    other = line | {"steps": [{"amount_fen": 95}, {"amount_fen": -5}]}
    assert sums({"lines": [line]}) != sums({"lines": [other]})
