from datetime import date, timedelta

import pytest
from api_door import Door

from activities.reconciliation import DayStep, Reconciling
from insurance.adapters.payments.fake import FakePayments
from insurance.adapters.ports import StatementLine
from insurance.tables import Movement
from tests import records

pytestmark = pytest.mark.servers

DAY = date(2026, 3, 9)
NOON = records.NOW - timedelta(hours=22)


@pytest.fixture(scope="module")
async def reconciled(door: Door) -> None:
    """Four days: one with three differences, of which one is resolved by the next, and one without a statement."""
    gateway = FakePayments(clock=lambda: records.NOW + timedelta(days=9))
    gateway._lines += [
        StatementLine("transfer", "cl-1-1-0-0", "2026C", 944_45, NOON),
        StatementLine("payment", "pu-1-1", "2026A", 120_00, NOON),
        StatementLine("refund", "su-1-back", "2026B", 65_00, NOON),
    ]
    await door.store(
        Movement(key="out:cl-1-1-0-0", kind="payout", process_id="cl-1", amount_fen=944_40, trade_no="2026C", at=NOON),
        Movement(
            key="back:su-1-back", kind="refund", process_id="su-1", amount_fen=65_00, trade_no=None,
            at=NOON + timedelta(days=1),
        ),
    )  # fmt: skip
    reconciling = Reconciling(door.database, gateway)
    for days in range(-1, 2):
        await reconciling.reconcile_day(DayStep(DAY + timedelta(days=days)))
    await reconciling.note_no_statement(DayStep(DAY + timedelta(days=2), "unavailable"))


def operator(door: Door, **bound: str) -> dict[str, str]:
    return door.as_("operator", "op-1", **bound)


async def test_an_operator_sees_each_day_with_its_sums_and_what_is_open(door: Door, reconciled: None) -> None:
    items = (await door.client.get("/v1/reconciliations", headers=operator(door))).json()["items"]
    assert [(i["day"], i["state"], i["open_differences"]) for i in items] == [
        ("2026-03-11", "no_statement", 0),
        ("2026-03-10", "done", 0),
        ("2026-03-09", "done", 2),
        ("2026-03-08", "done", 0),
    ]
    assert items[0] | {} == items[0] | {"label": "还没有对账单", "reason": "unavailable", "reconciled_at": None}
    day = items[2]
    assert (day["lines"], day["received_fen"], day["returned_fen"], day["paid_out_fen"]) == (3, 120_00, 65_00, 944_45)


async def test_pages_go_on_where_they_ended(door: Door, reconciled: None) -> None:
    first = (await door.client.get("/v1/reconciliations?limit=3", headers=operator(door))).json()
    address = f"/v1/reconciliations?limit=3&cursor={first['next_cursor']}"
    rest = (await door.client.get(address, headers=operator(door))).json()
    assert [i["day"] for i in rest["items"]] == ["2026-03-08"]
    assert rest["next_cursor"] is None


async def test_a_day_shows_its_differences_with_the_case_open_ones_first(door: Door, reconciled: None) -> None:
    shown = (await door.client.get("/v1/reconciliations/2026-03-09", headers=operator(door))).json()
    told = [(d["kind"], d["key"], d["process_id"], d["ours_fen"], d["theirs_fen"]) for d in shown["differences"]]
    assert told == [
        ("missing_here", "in:2026A", None, None, 120_00),
        ("amount_differs", "out:cl-1-1-0-0", "cl-1", 944_40, 944_45),
        ("missing_here", "back:su-1-back", "su-1", None, 65_00),
    ]
    assert [d["resolved_by_day"] for d in shown["differences"]] == [None, None, "2026-03-10"]
    assert shown["differences"][1]["label"] == "金额不一致"


async def test_a_day_that_was_never_compared_is_not_found(door: Door, reconciled: None) -> None:
    answer = await door.client.get("/v1/reconciliations/2025-01-01", headers=operator(door))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("day", ["2026-3-9", "20260309", "0", "2026-02-30", "0001-01-01", "yesterday"])
async def test_a_day_that_is_none_is_refused_by_field(door: Door, day: str) -> None:
    answer = await door.client.get(f"/v1/reconciliations/{day}", headers=operator(door))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "day"


@pytest.mark.parametrize("path", ["/v1/reconciliations", "/v1/reconciliations/2026-03-09"])
async def test_an_operator_of_one_insurer_does_not_see_the_whole_account(door: Door, reconciled: None, path) -> None:
    answer = await door.client.get(path, headers=operator(door, insurer="xiangjiang"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_operator_has_a_day_compared_once_more(door: Door) -> None:
    for _ in range(2):
        answer = await door.client.post("/v1/reconciliations/2026-03-09/run", headers=operator(door))
        assert (answer.status_code, answer.json()["label"]) == (200, "正在对账")
    assert door.processes.started == {"reconciliation-2026-03-09": DAY}


@pytest.mark.parametrize("day", ["2026-03-10", "2026-03-11"])
async def test_a_day_that_is_not_over_has_no_bill(door: Door, day: str) -> None:
    answer = await door.client.post(f"/v1/reconciliations/{day}/run", headers=operator(door))
    assert (answer.status_code, answer.json()["code"]) == (422, "day_not_over")
    assert door.processes.started == {}


async def test_an_operator_of_one_insurer_has_no_day_compared(door: Door) -> None:
    headers = operator(door, insurer="xiangjiang")
    answer = await door.client.post("/v1/reconciliations/2026-03-09/run", headers=headers)
    assert (answer.status_code, door.processes.started) == (403, {})
