from dataclasses import replace
from datetime import date

import pytest

from insurance.rules.case import DecidedLine, Established
from insurance.rules.policy_end import ended_by_claim
from tests import records

DIED_ON = date(2026, 3, 6)
FOUND = Established("adj-1", "死亡证明", records.NOW, died_on=DIED_ON)
DEATH = DecidedLine("accident_death", 200_000_00)
PAID = records.case(state="closed", established=FOUND, paid_lines=(DEATH,))


def test_a_death_that_was_paid_for_ends_the_policy_on_its_day():
    assert ended_by_claim(records.PLAN_2, PAID) == DIED_ON


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "paid"},
        {"established": None},
        {"established": replace(FOUND, died_on=None)},
        {"paid_lines": ()},
        {"paid_lines": (replace(DEATH, payable_fen=0),)},
        {"paid_lines": (DecidedLine("accident_medical", 800_00),)},
    ],
    ids=["not closed", "nothing found", "no death found", "nothing paid", "nothing for the death", "costs alone"],
)
def test_nothing_else_that_a_claim_brings_ends_one(changes):
    assert ended_by_claim(records.PLAN_2, replace(PAID, **changes)) is None
