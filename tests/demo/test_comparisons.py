import json

import pytest

from api.demo.record import Record, WalkFailed
from api.demo.run import Demo, attempt


@pytest.fixture
def record():
    return Record("walk", "a walk")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("issued", "declined"),
        ("issued", None),
        (True, 1),
        (0, False),
        (120_00, 120_00.0),
        ([], None),
        ([["payment", 120_00]], [["payment", 120_00], ["payment", 120_00]]),
        ({"total": "1280.50"}, {"total": "1280.05"}),
        ({"accepted": 3}, {"accepted": 3, "rejected": []}),
        ([True], [1]),
    ],
)
def test_what_is_not_the_same_fails(record, expected, got):
    assert not record.same("step", expected, got)
    assert not record.ok


@pytest.mark.parametrize("value", ["issued", None, True, 0, [], [["payment", 120_00]], {"a": [1, "2"]}])
def test_what_is_the_same_holds(record, value):
    assert record.same("step", value, json.loads(json.dumps(value)))
    assert record.ok


@pytest.mark.parametrize("got", [484_37, 484_39, -484_38, None, "484.38", 484_38.0, True])
def test_a_sum_that_is_one_fen_off_or_no_whole_fen_fails(record, got):
    assert not record.fen("payable", 484_38, got)
    assert not record.ok


def test_one_wrong_step_spoils_the_walk_whatever_comes_after(record):
    record.fen("first", 1, 2)
    record.fen("second", 2, 2)
    assert not record.ok


def test_a_walk_that_compared_nothing_has_shown_nothing(record):
    assert not record.ok


def test_every_step_is_told_and_documented_with_what_it_had_to_be():
    told = []
    record = Record("walk", "a walk", told.append)
    record.fen("premium", 120_00, 119_99)
    (step,) = record.document()["steps"]
    assert {name: step[name] for name in ("step", "expected", "got", "ok", "unit")} == {
        "step": "premium", "expected": 120_00, "got": 119_99, "ok": False, "unit": "fen",
    }  # fmt: skip
    assert [one.step for one in told] == ["premium"]


@pytest.mark.parametrize("error", [WalkFailed("GET /v1/claims/1：503"), KeyError("payout"), TypeError("None")])
def test_a_walk_that_stops_half_way_is_a_failed_step(record, error):
    def act(_record):
        raise error

    assert attempt(record, act) is None
    assert [step.ok for step in record.steps] == [False]


def test_a_demo_holds_only_when_every_walk_does():
    good, bad = Record("good", ""), Record("bad", "坏")
    good.same("step", 1, 1)
    bad.same("wrong", 1, 2)
    assert not Demo().ok
    assert Demo([good]).ok
    assert not Demo([good, bad]).ok
    assert Demo([good, bad]).failed == [("坏", "wrong")]
