from dataclasses import replace

import pytest

from api.payout_views import payout_view
from insurance.rules.case import DecidedLine, Decision, Payout
from tests import records


def decision(payable_fen, outcome="partial"):
    lines = (DecidedLine("accident_medical", payable_fen),)
    return Decision("adjuster", outcome, payable_fen, lines, ("other",), "", (), ("adj-1",), records.NOW)


def transfer(amount_fen, state="paid", **more):
    paid_at = records.NOW if state == "paid" else None
    reasons = {"reason": "账户不存在", "reason_code": "account"} if state == "failed" else {}
    return Payout(records.new("out"), more.pop("round", 1), 0, amount_fen, state, paid_at, **reasons, **more)


def told(state, decided, *transfers, **more):
    view = payout_view(records.case(state=state, decision=decided, payouts=transfers, **more), 0)
    assert view is not None
    return view["state"], view["amount_fen"], view["paid_fen"], view["owed_fen"]


ADVANCE = transfer(400_00, advance=True)
FAILED = transfer(940_40, "failed")
WHOLE = decision(940_40)


@pytest.mark.parametrize(
    ("state", "decided", "transfers", "said"),
    [
        ("agreed", WHOLE, (), ("waiting", 940_40, 0, 940_40)),
        ("paying", WHOLE, (), ("paying", 940_40, 0, 940_40)),
        ("paying", WHOLE, (transfer(940_40, "paying"),), ("paying", 940_40, 0, 940_40)),
        ("payee_needed", WHOLE, (FAILED,), ("failed", 940_40, 0, 940_40)),
        ("paying", WHOLE, (FAILED, transfer(940_40, "paying")), ("paying", 940_40, 0, 940_40)),
        ("paid", WHOLE, (FAILED, transfer(940_40)), ("paid", 940_40, 940_40, 0)),
        # a transfer failed, and the decision behind it was undone, and became a refusal
        ("in_review", None, (FAILED,), ("nothing_owed", 0, 0, 0)),
        ("closed", decision(0, "refused"), (FAILED,), ("nothing_owed", 0, 0, 0)),
        # after an advance
        ("in_review", None, (ADVANCE,), ("paid", 400_00, 400_00, 0)),
        ("decided", WHOLE, (ADVANCE,), ("partly_paid", 400_00, 400_00, 540_40)),
        ("paying", WHOLE, (ADVANCE, transfer(540_40, "paying")), ("paying", 540_40, 400_00, 540_40)),
        ("payee_needed", WHOLE, (ADVANCE, transfer(540_40, "failed")), ("failed", 540_40, 400_00, 540_40)),
        ("closed", WHOLE, (ADVANCE, transfer(540_40)), ("paid", 940_40, 940_40, 0)),
        ("paying", decision(400_00), (ADVANCE,), ("paid", 400_00, 400_00, 0)),
        # opened again
        ("payee_needed", decision(1_500_00), (transfer(940_40),), ("partly_paid", 940_40, 940_40, 559_60)),
        ("closed", decision(0, "refused"), (transfer(940_40),), ("paid", 940_40, 940_40, 0)),
        # one of two heirs
        ("payee_needed", WHOLE, (transfer(470_20), transfer(470_20, "failed")), ("failed", 470_20, 470_20, 470_20)),
    ],
)  # fmt: skip
def test_a_payout_is_paid_when_nothing_is_owed_any_more(state, decided, transfers, said):
    assert told(state, decided, *transfers) == said


def test_why_a_transfer_failed_is_told_as_long_as_it_matters():
    case = records.case(state="payee_needed", decision=WHOLE, payouts=(FAILED,))
    assert payout_view(case, 3) == payout_view(case, 3) | {"reason_code": "account", "paid_at": None, "late_days": 3}
    refused = payout_view(replace(case, state="closed", decision=decision(0, "refused")), 0)
    assert refused is not None
    assert (refused["reason"], refused["reason_code"], len(refused["transfers"])) == (None, None, 1)


def test_an_advance_that_no_account_took_has_failed_before_anything_is_decided():
    advance = transfer(400_00, "failed", advance=True)
    assert told("in_review", None, advance, payee_wanted=True) == ("failed", 400_00, 0, 0)


def test_of_a_claim_that_was_taken_back_nothing_is_owed():
    assert payout_view(records.case(state="withdrawn", decision=WHOLE), 0) is None
    assert payout_view(records.case(state="decided", decision=decision(0, "refused")), 0) is None
