from dataclasses import replace
from datetime import date, timedelta

import pytest

from insurance.rules.accidents import Accident, one_accident, plain_place, same_place, told_twice, why_linked

DAY = date(2026, 3, 4)
PLACE = "长沙市岳麓区新民小学操场"
MINE = Accident("cl-1", "assessing", "child-1", "accident", DAY, PLACE, "2143000001")


def other(**changes):
    return replace(MINE, claim_id="cl-2", **changes)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (" 新民小学，操场 ", "新民小学操场"),
        ("新民路１８号", "新民路18号"),
        ("A 栋（三楼）", "a栋三楼"),
        ("。。", ""),
    ],
)
def test_a_place_is_known_however_it_is_written(written, plain):
    assert plain_place(written) == plain


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("新民小学操场", "新民小学操场", True),
        ("岳麓区新民小学操场", PLACE, True),
        ("操场", PLACE, False),
        ("操场", "操场", True),
        ("新民小学食堂", "新民小学操场", False),
    ],
)
def test_a_place_within_a_longer_one_is_the_same_when_it_says_enough(one, two, same):
    assert same_place(one, two) is same
    assert same_place(two, one) is same


# --- the same accident told twice -------------------------------------------------------------------------------------


def told(*others, days=3):
    return [(same.claim_id, same.days_apart) for same in told_twice(MINE, others, days)]


def test_another_claim_of_the_same_child_and_day_tells_the_same_accident_wherever_it_was():
    assert told(other(place="家里")) == [("cl-2", 0)]


@pytest.mark.parametrize(("days_apart", "found"), [(1, True), (3, True), (4, False)])
def test_at_the_same_place_a_few_days_may_lie_between(days_apart, found):
    for apart in (days_apart, -days_apart):
        assert bool(told(other(on=DAY + timedelta(days=apart)))) is found


@pytest.mark.parametrize(
    "changes",
    [
        {"on": DAY + timedelta(days=1), "place": "家里"},
        {"event": "illness"},
        {"insured_digest": "child-2"},
        {"state": "withdrawn"},
    ],
)
def test_what_differs_is_another_accident(changes):
    assert told(other(**changes)) == []


def test_a_claim_is_not_held_against_itself():
    assert told(MINE) == []


# --- one event with several children ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "same_place"),
        ({"school_code": "2143000002"}, "same_place"),
        ({"place": "长沙火车站"}, "same_school"),
        ({"place": "长沙火车站", "school_code": "2143000002"}, None),
        ({"place": "", "school_code": ""}, None),
        ({"on": DAY + timedelta(days=1)}, None),
        ({"insured_digest": "child-1"}, None),
        ({"state": "withdrawn"}, None),
    ],
)
def test_claims_of_other_children_on_one_day_at_one_place_or_school_may_be_of_one_event(changes, why):
    another = other(**{"insured_digest": "child-2"} | changes)
    assert why_linked(MINE, another) == why
    assert why_linked(another, MINE) == why


def test_a_place_that_stands_in_every_report_links_nothing():
    mine = replace(MINE, place="操场", school_code="2143000001")
    assert why_linked(mine, other(insured_digest="child-2", place="操场", school_code="2143000002")) is None


def test_claims_that_were_confirmed_to_tell_of_one_accident_are_found_from_each_of_them():
    same_as = {"b": "a", "c": "b", "d": "a", "f": "e"}
    assert [one_accident(claim, same_as) for claim in "acef"] == [
        {"b", "c", "d"}, {"a", "b", "d"}, {"f"}, {"e"},
    ]  # fmt: skip
    assert one_accident("g", same_as) == set()
