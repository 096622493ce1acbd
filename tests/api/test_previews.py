import json
from datetime import date

import httpx
import pytest
from api_door import SETTINGS
from api_routes import clocks, settlement, surrender_preview
from refusals import is_chinese, problems_of

from api.app import create_app
from api.parts import Parts
from insurance.calendar import load_calendar
from insurance.products.catalogue import load_catalogue
from tests import records


@pytest.fixture(scope="module")
async def client():
    app = create_app(SETTINGS)
    # a calculator that reached for the database, a process or the store would fail here
    app.state.parts = Parts(
        SETTINGS, None, None, None, None, load_catalogue(), load_calendar(), lambda: records.NOW
    )  # fmt: skip
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client


def question(event, receipts=(), **changes):
    asked = {
        "product_id": "changsha-2024-plan-2", "effective_date": "2025-09-01", "insured_birth_date": "2013-03-15",
        "event": {"type": "accident", "date": "2025-10-20"} | event, "receipts": list(receipts),
    }  # fmt: skip
    return asked | changes


def bill(total_fen, category="outpatient", day="2025-10-20", **amounts):
    return {"category": category, "date": day, "total_fen": total_fen} | amounts


ILL = {"type": "illness", "date": "2025-11-03"}
KILLED = {"died_on": "2025-10-21"}
# the worked examples of the field guide, section 3.4, as far as the products' terms are theirs
SETTLEMENTS = {
    "X1": (
        question({}, [bill(1280_50, pool_pay_fen=402_30, self_expense_fen=240_00, social_insurance_settled=True)]),
        {"accident_medical": 48438},
    ),
    "X2": (question({}, [bill(1280_50, self_expense_fen=240_00)]), {"accident_medical": 75240}),
    "X3": (question(ILL, [bill(18600_00, "inpatient", "2025-11-03")]), {"illness_hospital": 1418000}),
    "X5": (
        question(
            {}, [bill(3032_09)], product_id="changsha-2024-plan-1", used_fen={"accident_medical": 58_900_00}
        ),
        {"accident_medical": 110000},
    ),
    "X6": (question({"disability_grades": [8, 8, 9]}), {"accident_disability": 2000000}),
    "X6b": (
        question({"disability_grades": [8, 8, 9], "on_campus": True}),
        {"accident_disability": 2000000, "campus_death_disability": 6800000},
    ),
    "X6c": (
        question({"disability_grades": [8, 8, 9], "prior_disability_grade": 10}),
        {"accident_disability": 1500000},
    ),
    "X7 disability": (
        question({"disability_grades": [5]}, product_id="jiangxi-plus"), {"accident_disability": 4800000},
    ),
    "X7 death": (
        question(KILLED, product_id="jiangxi-plus", used_fen={"accident_disability": 4800000}),
        {"accident_death": 3200000},
    ),
    "X8": (
        question(
            KILLED | {"on_campus": True}, product_id="changsha-2024-plan-4", insured_birth_date="2016-05-20",
            other_death_benefit_fen=5000000,
        ),
        15000000,
    ),
    "X8 aged 10": (
        question(
            KILLED | {"on_campus": True}, product_id="changsha-2024-plan-4", insured_birth_date="2015-05-20",
            other_death_benefit_fen=5000000,
        ),
        20000000,
    ),
    "X10": (question({}, [bill(1560_00, "rabies")]), {"rabies": 156000}),
    "X10 second": (question({}, [bill(800_00, "rabies")], used_fen={"rabies": 156000}), {"rabies": 44000}),
    "X11": (
        question({}, [bill(8000_00, pool_pay_fen=3000_00)], other_insurer_paid_fen=4000_00),
        {"accident_medical": 100000},
    ),
    "X12 in the waiting period": (
        question({"type": "illness", "date": "2025-09-30"}, [bill(1000_00, "inpatient", "2025-09-30")]), {},
    ),
    "X12 after it": (
        question({"type": "illness", "date": "2025-10-01"}, [bill(1000_00, "inpatient", "2025-10-01")]),
        {"illness_hospital": 54000},
    ),
    "X12 renewed": (
        question({"type": "illness", "date": "2025-09-30"}, [bill(1000_00, "inpatient", "2025-09-30")], renewal=True),
        {"illness_hospital": 54000},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), SETTLEMENTS.values(), ids=SETTLEMENTS)
async def test_a_worked_example_comes_out_to_the_fen(client, asked, expected):
    answer = await client.post("/v1/previews/settlement", json=asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    paid = {line["coverage_id"]: line["payable_fen"] for line in body["lines"]}
    if isinstance(expected, int):
        assert body["payable_fen"] == expected
    else:
        assert {k: v for k, v in paid.items() if v} == expected
    assert body["payable_fen"] == sum(paid.values())
    for line in body["lines"]:
        assert line.keys() >= {"coverage_id", "label", "clause", "payable_fen", "steps"}
        assert sum(step["amount_fen"] for step in line["steps"]) == line["payable_fen"]
        assert all(step["label"] for step in line["steps"])
    for coverage in body["not_payable"]:
        assert coverage.keys() >= {"coverage_id", "code", "explanation"}
        assert is_chinese(coverage["explanation"])


SURRENDERS = {
    "X9": ("changsha-2024-plan-2", "2025-09-01", "2025-12-10", False, 5642),
    "X9b": ("changsha-2024-plan-1", "2025-09-01", "2025-08-31", False, 10000),
    "X9c first day": ("changsha-2024-plan-1", "2025-09-01", "2025-09-01", False, 6482),
    "X9c last day": ("changsha-2024-plan-1", "2025-09-01", "2026-08-31", False, 0),
    "X9d": ("changsha-2024-plan-4", "2027-09-01", "2028-02-29", False, 5882),
    "after a paid claim": ("changsha-2024-plan-2", "2025-09-01", "2025-12-10", True, 0),
}


@pytest.mark.parametrize(("product", "effective", "requested", "paid", "refund"), SURRENDERS.values(), ids=SURRENDERS)
async def test_a_surrender_is_worth_what_the_guide_says(client, product, effective, requested, paid, refund):
    asked = {"product_id": product, "effective_date": effective, "requested_on": requested, "claim_paid": paid}
    answer = await client.post("/v1/previews/surrender", json=asked)
    assert (answer.status_code, answer.json()["refund_fen"]) == (200, refund)
    assert sum(step["amount_fen"] for step in answer.json()["steps"]) == refund


CLOCKS = {
    "determination": (
        {"received_on": "2026-03-02", "notice_delivered_on": "2026-03-10", "supplement_received_on": "2026-03-25"},
        ("2026-04-16", "2026-04-16", 15, "running"),
    ),
    "advance_payment": ({"received_on": "2026-03-02"}, ("2026-05-06", "2026-05-01", 0, "running")),
    "refusal_notice": (
        {"received_on": "2026-04-20", "decided_on": "2026-04-30", "outcome": "refused"},
        ("2026-05-06", "2026-05-03", 0, "running"),
    ),
    "payment": (
        {"received_on": "2026-09-02", "decided_on": "2026-09-20", "outcome": "partial", "agreed_on": "2026-09-22"},
        ("2026-10-08", "2026-10-02", 0, "running"),
    ),
}


@pytest.mark.parametrize(("asked", "expected"), CLOCKS.values(), ids=CLOCKS)
async def test_a_clock_ends_on_the_day_the_guide_says(client, request, asked, expected):
    answer = await client.post("/v1/previews/clocks", json={"as_of": asked["received_on"]} | asked)
    assert answer.status_code == 200, answer.text
    clock = next(c for c in answer.json()["clocks"] if c["clock"] == request.node.callspec.id)
    assert (clock["due_on"], clock["unrolled_on"], clock["paused_days"], clock["state"]) == expected
    assert "保险法" in clock["article"]


async def test_clocks_stand_as_of_today_unless_another_day_is_given(client):
    asked = {"received_on": "2026-02-02"}
    today = (await client.post("/v1/previews/clocks", json=asked)).json()["clocks"][0]
    later = (await client.post("/v1/previews/clocks", json=asked | {"as_of": "2026-03-11"})).json()["clocks"][0]
    assert today["due_on"] == "2026-03-04"
    assert today["state"] == "broken"
    earlier = (await client.post("/v1/previews/clocks", json=asked | {"as_of": "2026-03-04"})).json()["clocks"][0]
    assert (earlier["state"], later["state"]) == ("running", "broken")


async def test_years_without_a_calendar_are_provisional_and_never_an_error(client):
    clocks = (await client.post("/v1/previews/clocks", json={"received_on": "2199-12-31"})).json()["clocks"]
    assert all(clock["provisional"] for clock in clocks)


def with_receipt(**changes):
    return question({}, [bill(100_00) | changes])


REFUSED = {
    "negative fen": ("settlement", with_receipt(total_fen=-1), "receipts.0.total_fen"),
    "negative used": ("settlement", question({}, used_fen={"rabies": -1}), "used_fen.rabies"),
    "negative other insurer": ("settlement", question({}, other_insurer_paid_fen=-1), "other_insurer_paid_fen"),
    "overflowing fen": ("settlement", with_receipt(total_fen=10**30), "receipts.0.total_fen"),
    "fen as a fraction": ("settlement", with_receipt(total_fen=0.5), "receipts.0.total_fen"),
    "fen as text": ("settlement", with_receipt(pool_pay_fen="100"), "receipts.0.pool_pay_fen"),
    "fen as a boolean": ("settlement", with_receipt(self_expense_fen=True), "receipts.0.self_expense_fen"),
    "not a number": ("settlement", with_receipt(total_fen=float("nan")), "receipts.0.total_fen"),
    "infinity": ("settlement", with_receipt(other_pay_fen=float("inf")), "receipts.0.other_pay_fen"),
    "a number as a boolean": ("settlement", with_receipt(social_insurance_settled=1), "receipts.0.social_insurance_settled"),
    "receipt before the event": ("settlement", with_receipt(date="2025-10-19"), "receipts.0.date"),
    "unknown category": ("settlement", with_receipt(category="cosmetic"), "receipts.0.category"),
    "unknown coverage": ("settlement", question({}, used_fen={"flying": 1}), "used_fen.flying"),
    "coverage of another product": (
        "settlement", question({}, product_id="changsha-2024-plan-1", used_fen={"rabies": 1}), "used_fen.rabies",
    ),
    "unknown product": ("settlement", question({}, product_id="changsha-1999"), "product_id"),
    "no such day": ("settlement", question({}, effective_date="2025-02-30"), "effective_date"),
    "a day as a number": ("settlement", question({}, effective_date=20250901), "effective_date"),
    "a day with a time": ("settlement", question({}, effective_date="2025-09-01T00:00:00Z"), "effective_date"),
    "a day of long ago": ("settlement", question({}, effective_date="0001-01-01"), "effective_date"),
    "a day at the end of time": ("settlement", question({}, insured_birth_date="9999-12-31"), "insured_birth_date"),
    "born after the cover began": ("settlement", question({}, insured_birth_date="2025-09-02"), "insured_birth_date"),
    "died before the event": ("settlement", question({"died_on": "2025-10-19"}), "event.died_on"),
    "sudden death of the living": ("settlement", question({"sudden_death": True}), "event.died_on"),
    "grade 0": ("settlement", question({"disability_grades": [8, 0]}), "event.disability_grades.1"),
    "grade 11": ("settlement", question({"prior_disability_grade": 11}), "event.prior_disability_grade"),
    "unknown event": ("settlement", question({"type": "theft"}), "event.type"),
    "no event": ("settlement", {k: v for k, v in question({}).items() if k != "event"}, "event"),
    "too many receipts": ("settlement", question({}, [bill(1)] * 501), "receipts"),
    "surrender of an unknown product": ("surrender", surrender_preview() | {"product_id": "x"}, "product_id"),
    "surrender on no day": ("surrender", surrender_preview() | {"requested_on": "2025-13-01"}, "requested_on"),
    "surrender in another age": ("surrender", surrender_preview() | {"requested_on": "2200-01-01"}, "requested_on"),
    "claim paid as text": ("surrender", surrender_preview() | {"claim_paid": "no"}, "claim_paid"),
    "decided before received": ("clocks", clocks() | {"decided_on": "2026-03-01"}, "decided_on"),
    "papers nobody asked for": ("clocks", clocks() | {"notice_delivered_on": None}, "notice_delivered_on"),
    "papers before they were asked for": (
        "clocks", clocks() | {"supplement_received_on": "2026-03-09"}, "supplement_received_on",
    ),
    "agreed on a refusal": ("clocks", clocks() | {"outcome": "refused", "agreed_on": "2026-03-30"}, "agreed_on"),
    "unknown outcome": ("clocks", clocks() | {"outcome": "maybe"}, "outcome"),
    "nothing received": ("clocks", {"as_of": "2026-04-01"}, "received_on"),
}  # fmt: skip


@pytest.mark.parametrize(("preview", "asked", "field"), REFUSED.values(), ids=REFUSED)
async def test_what_can_not_be_is_refused_by_field(client, preview, asked, field):
    headers = {"content-type": "application/json"}
    # as JavaScript never would, but Python does: NaN and Infinity
    answer = await client.post(f"/v1/previews/{preview}", content=json.dumps(asked), headers=headers)
    assert not problems_of(answer, field)
    assert answer.json()["errors"]


async def test_the_answer_names_everything_that_is_wrong_at_once(client):
    asked = question({"disability_grades": [12]}, [bill(-1, day="2025-02-30")], effective_date="x")
    answer = await client.post("/v1/previews/settlement", json=asked)
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"effective_date", "event.disability_grades.0", "receipts.0.total_fen", "receipts.0.date"}


async def test_a_calculator_takes_what_a_newer_client_says_beside_its_question(client):
    answer = await client.post("/v1/previews/settlement", json=settlement() | {"screen": "phone"})
    assert answer.status_code == 200


async def test_the_most_receipts_that_are_taken_are_settled(client):
    days = [date.fromordinal(date(2025, 10, 20).toordinal() + n % 180).isoformat() for n in range(500)]
    answer = await client.post("/v1/previews/settlement", json=question({}, [bill(99_99, day=day) for day in days]))
    assert (answer.status_code, answer.json()["payable_fen"]) == (200, (500 * 9999 - 10000) * 8 // 10)
