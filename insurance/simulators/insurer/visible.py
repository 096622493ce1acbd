"""Visible test values: the last two characters of the insured's name choose what the insurer does (docs/simulators.md)."""

from dataclasses import dataclass
from typing import Literal

from insurance.simulators.faults import NoticePlan

SENT_ONCE = NoticePlan()


@dataclass(frozen=True)
class Conduct:
    """`decided`: with the answer, later by callback, or never. `loses_answers`: the first answer of each call is lost."""

    verdict: Literal["PASS", "REJECT"] = "PASS"
    decided: Literal["at_once", "later", "never"] = "at_once"
    callback: NoticePlan = SENT_ONCE
    slow: bool = False
    loses_answers: bool = False
    refuses_issue: bool = False
    refuses_cancellation: bool = False
    # of corrections to this name
    amends: Literal["PASS", "REJECT"] = "PASS"
    amends_when: Literal["at_once", "later", "never"] = "at_once"


BY_NAME = {
    "拒保": Conduct(verdict="REJECT"),
    "待核": Conduct(decided="later"),
    "待拒": Conduct(verdict="REJECT", decided="later"),
    "不答": Conduct(decided="never"),
    "重答": Conduct(decided="later", callback=NoticePlan(copies=2)),
    "漏答": Conduct(decided="later", callback=NoticePlan(held=True)),
    "慢核": Conduct(slow=True),
    "断线": Conduct(loses_answers=True),
    "拒单": Conduct(refuses_issue=True),
    "拒退": Conduct(refuses_cancellation=True),
    "拒改": Conduct(amends="REJECT"),
    "待改": Conduct(amends_when="later"),
    "不改": Conduct(amends_when="never"),
}

USUAL = Conduct()


def conduct_of(ending: str) -> Conduct:
    return BY_NAME.get(ending[-2:], USUAL)
