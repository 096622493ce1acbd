import ast
from pathlib import Path

import pytest

import workflows

FILES = sorted(Path(workflows.__file__).parent.glob("*.py"))

# waits without a time-out, by file and function, and why each of them ends all the same
EXEMPT = {
    "admission._begin": "outside of processes: calls with limits of their own",
    "claim.run": "for handlers and steps of its own, which end by themselves or are called off",
    "claim._close": "for notices and an advance: steps that we owe, repeated until there is an answer",
    "claim._pay": "for an advance, which a decision makes needless while it waits for an account",
    "claim_advance._ask_for_payee": "for an account or a decision, whose own clocks run and are called",
    "claim_clocks._watch": "for a new fact: every call about the known ones was made; the process itself waits elsewhere",
    "claim_clocks.keep": "for a state that somebody is waited for in, or the end of the claim",
    "claim_review.result": "for the review, as claim._await_review; its end is a step of its own",
    "claim_case.unless_over": "for a step with time-outs of its own, or the end of the claim",
    "claim._read": "for readings: a step with time-outs of its own each",
    "claim._await_review": "for the review, which goes back to the queue when its adjuster leaves it alone; the law's clock runs",
    "claim.accept": "an answer to the family, given by the process's next step",
    "claim.dispute": "an answer to the family, given by the process's next step",
    "claim.withdraw": "an answer to the family, given by the process's next step",
    "claim.undo": "an answer to the lead, given by the process's next step",
    "complaint.run": "for handlers, which end with their record",
    "purchase.run": "for handlers, which end with the state",
    "purchase._underwrite": "for the insurer's answer, which has a limit of a day of its own",
    "purchase._unless_told": "for a step with time-outs of its own, or the callback",
    "purchase.cancel": "an answer to the family, given when the order is closed at the gateway or its time is over",
    "purchase.resume": "an answer to the family, given by the process's next step",
    "review.run": "for handlers, which end with their record",
    "quality_review.run": "for handlers, which end with their record",
    "serious_case.run": "for handlers, which end with their record",
    "serious_case.claim_moved": "for the beginning, which is two records long",
    "serious_case.school_noted": "for the beginning, which is two records long",
    "surrender._keep_refund_clock": "for the family's account, whose own wait has weekly reminders",
    "surrender._say_calls": "for an account that is asked for, or the end of the refund: every call was made",
    "surrender.run": "for handlers, which end with the state",
    "surrender.confirm": "an answer to the family, given by the process's next step",
    "surrender.cancel": "an answer to the family, given by the process's next step",
    "surrender.set_account": "an answer to the family, given by the process's next step",
}


def waits(path):
    """(function, has a time-out) of each wait and sleep of a file."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(function, ast.AsyncFunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    if call.func.attr == "wait_condition":
                        yield f"{path.stem}.{function.name}", any(k.arg == "timeout" for k in call.keywords)
                    elif call.func.attr in ("sleep", "wait", "gather", "wait_for", "acquire"):
                        yield f"{path.stem}.{function.name}", call.func.attr == "sleep" and bool(call.args)


WAITS = [wait for path in FILES for wait in waits(path)]


@pytest.mark.parametrize("where", sorted({where for where, has_timeout in WAITS if not has_timeout}))
def test_a_wait_without_a_time_out_says_why_it_ends(where):
    assert EXEMPT.get(where)


def test_no_exemption_outlives_its_wait():
    assert set(EXEMPT) <= {where for where, has_timeout in WAITS if not has_timeout}


def test_the_waits_are_found():
    assert len(WAITS) > 20
