"""The guide's screens of paying and of policies, point by point (DOMAIN 1.1, A19 to A28, A38, A39)."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from api_door import SETTINGS, Door
from api_family import Family, new_family
from api_routes import purchase
from sqlalchemy import delete
from sqlmodel import select
from test_queue import buy as buy_at_peak
from test_queue import peak  # noqa: F401 (a fixture)

from activities.purchases import PurchaseRecords
from insurance.rules.death_cover import death_cover
from insurance.tables import Policy, QueuedPurchase
from tests import records

pytestmark = pytest.mark.servers


async def read(door: Door, address: str, subject: str):
    answer = await door.client.get(address, headers=door.parent(subject))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def submit(door: Door, subject: str, **changes) -> str:
    answer = await door.client.post("/v1/purchases", json=purchase() | changes, headers=door.parent(subject))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["purchase_id"])


async def publish(door: Door, subject: str, **changes) -> str:
    """A purchase as its process has published it."""
    record = records.purchase(subject=subject, **changes)
    await PurchaseRecords(door.database).publish_purchase(record)
    return record.purchase_id


async def policy(door: Door, subject: str, **changes) -> str:
    row = records.policy(applicant_subject=subject, **changes)
    policy_no = row.policy_no
    await door.store(row)
    return policy_no


@pytest.fixture
def subject() -> str:
    return records.new("parent")


# --- buying -----------------------------------------------------------------------------------------------------------


async def test_a19_the_enhanced_plan_has_the_sums_of_the_guide(door: Door):
    product = (await door.client.get("/v1/products/jiangxi-plus")).json()
    assert {c["label"]: c["limit_fen"] // 100_00 for c in product["coverages"]} == {
        "校园意外身故": 1200, "意外身故": 800, "疾病身故": 400, "意外伤残、烧伤": 800, "意外伤害医疗": 50, "住院医疗": 800,
        "25种以上约定重大疾病": 500,
    }  # fmt: skip
    assert product["title"].endswith("加强版")


async def test_a19_the_sums_bought_are_those_on_the_policy(door: Door, subject: str):
    policy_no = await policy(door, subject)
    shown = await read(door, f"/v1/policies/{policy_no}", subject)
    assert shown["coverages"] == (await read(door, f"/v1/products/{records.PLAN_2.product_id}", subject))["coverages"]


async def test_a20_while_the_insurer_thinks_it_says_so_and_there_is_nothing_to_pay(door: Door, subject: str):
    purchase_id = await publish(door, subject, state="underwriting", payment_url=None, expires_at=None)
    shown = await read(door, f"/v1/purchases/{purchase_id}", subject)
    assert (shown["state"], shown["label"], shown["payment"]) == ("underwriting", "核保中", None)


async def test_a20_what_the_insurer_declines_is_said_with_its_reason_and_nothing_was_paid(door: Door, subject: str):
    purchase_id = await publish(
        door, subject, state="declined", payment_url=None, reason_code="UW_RULE", reason="不符合投保条件"
    )
    shown = await read(door, f"/v1/purchases/{purchase_id}", subject)
    assert (shown["label"], shown["reason"], shown["payment"]) == ("未能承保", "不符合投保条件", None)
    assert (shown["paid_at"], shown["refunded_fen"]) == (None, 0)


async def test_a21_the_payment_has_its_sum_its_page_and_a_countdown(door: Door, subject: str):
    purchase_id = await publish(door, subject)
    shown = await read(door, f"/v1/purchases/{purchase_id}", subject)
    assert (shown["label"], shown["payment"]["amount_fen"], shown["payment"]["url"]) == (
        "待支付", 120_00, "https://payments.invalid/page",
    )  # fmt: skip
    assert shown["payment"]["expires_at"] == "2026-03-10T10:30:00.000+08:00"
    # 付款给
    assert shown["insurer"]["name"].startswith("湘江")


async def test_a21_the_countdown_is_a_setting(door: Door, subject: str):
    """How the process counts it down: tests/workflows/test_purchase_payment.py."""
    process = SETTINGS.process.model_copy(update={"payment_minutes": 5})
    door.app.state.parts = replace(door.parts, settings=SETTINGS.model_copy(update={"process": process}))
    try:
        shorter = await submit(door, subject)
    finally:
        door.app.state.parts = door.parts
    usual = await submit(door, subject)
    assert [door.processes.started[order].payment_minutes for order in (shorter, usual)] == [5, 30]


@pytest.fixture
async def at_peak(door: Door, peak) -> AsyncIterator[None]:  # noqa: F811
    yield
    door.app.state.parts = door.parts
    async with door.database.transaction() as session:
        await session.execute(delete(QueuedPurchase))


@pytest.mark.usefixtures("at_peak")
async def test_a22_at_the_peak_a_kind_word_and_a_place_and_later_it_goes_on_from_there(door: Door, subject: str):
    await buy_at_peak(door, records.new("parent"), 1)
    taken = await buy_at_peak(door, subject, 2)
    assert (taken["state"], taken["queue_position"], taken["queue_seconds"]) == ("queued", 2, 1)
    assert all(words in taken["message"] for words in ("集中时间段", "我的", "全部保单", "未完成投保", "感谢"))
    for address in ("/v1/policies?view=unfinished", "/v1/purchases"):
        (item,) = (await read(door, address, subject))["items"]
        assert (item["purchase_id"], item["label"]) == (taken["purchase_id"], "排队中")
        assert (item["queue_position"], item["queue_seconds"]) == (2, 1)


async def test_a22_an_order_that_ran_out_of_time_is_paid_from_the_unfinished_ones(door: Door, subject: str):
    purchase_id = await publish(door, subject, state="expired", payment_url=None)
    (item,) = (await read(door, "/v1/policies?view=unfinished", subject))["items"]
    assert (item["purchase_id"], item["state"]) == (purchase_id, "expired")
    resumed = await door.client.post(f"/v1/purchases/{purchase_id}/resume", headers=door.parent(subject))
    assert resumed.status_code == 200
    assert door.processes.told == [(purchase_id, "resume", None)]


@pytest.mark.parametrize(
    "state", ["submitted", "underwriting", "awaiting_payment", "expired", "declined", "issued", "refunded", "cancelled"]
)
async def test_a23_every_purchase_can_be_found_with_how_it_stands(door: Door, subject: str, state):
    purchase_id = await publish(door, subject, state=state)
    (item,) = (await read(door, "/v1/purchases", subject))["items"]
    assert (item["purchase_id"], item["state"]) == (purchase_id, state)
    assert item["title"] == records.PLAN_2.title and item["label"]


# --- policies ---------------------------------------------------------------------------------------------------------


async def test_a24_the_tabs_and_both_roles(door: Door, subject: str):
    own = await policy(door, subject, relationship="self")
    child = await policy(door, subject)
    expired = await policy(door, subject, effective_date=date(2024, 9, 1), ends_on=date(2025, 8, 31))
    given_up = await policy(door, subject, ended_reason="surrendered", ends_on=records.TODAY - timedelta(days=1))
    waiting = await publish(door, subject)
    for_oneself = await publish(door, subject, application=replace(records.application(), relationship="self"))

    async def listed(view: str, role: str, key: str = "policy_no") -> set[str]:
        return {item[key] for item in (await read(door, f"/v1/policies?view={view}&as={role}", subject))["items"]}

    assert await listed("active", "applicant") == {own, child}
    assert await listed("active", "insured") == {own}
    assert await listed("ended", "applicant") == {expired, given_up}
    assert await listed("ended", "insured") == set()
    assert await listed("unfinished", "applicant", "purchase_id") == {waiting, for_oneself}
    assert await listed("unfinished", "insured", "purchase_id") == {for_oneself}


async def test_a25_a_policys_card_says_what_by_whom_since_when_for_whom(door: Door, subject: str):
    policy_no = await policy(door, subject)
    (card,) = (await read(door, "/v1/policies", subject))["items"]
    assert card["policy_no"] == policy_no
    assert (card["title"], card["label"], card["effective_date"]) == (records.PLAN_2.title, "已生效", "2025-09-01")
    assert card["insurer"]["name"].startswith("湘江")
    assert card["insured"]["name"] == "黄**"


async def test_a26_a_policy_has_its_details_and_what_can_be_done(door: Door, subject: str):
    policy_no = await policy(door, subject)
    shown = await read(door, f"/v1/policies/{policy_no}", subject)
    assert (shown["policy_no"], shown["title"], shown["label"]) == (policy_no, records.PLAN_2.title, "已生效")
    assert shown["insurer"]["name"].startswith("湘江")
    assert {"claim", "contact", "surrender"} <= set(shown["actions"])
    assert shown["contact"]["hotline"]
    assert {c["coverage_id"]: c["limit_fen"] for c in shown["coverages"]} == {
        c.coverage_id: c.limit_fen for c in records.PLAN_2.coverages
    }
    assert (shown["insured"]["name"], shown["applicant"]["id_number"]) == ("黄**", "360102********3450")
    assert (shown["applicant"]["name"], shown["applicant"]["mobile"]) == ("黄**", "137****5678")
    assert shown["document_url"] == f"/v1/policies/{policy_no}/document"


async def test_a26_a_policy_says_how_much_of_its_death_sums_the_cap_has_left(door: Door, subject: str):
    assert (await read(door, f"/v1/policies/{await policy(door, subject)}", subject))["death_limit_fen"] is None
    cover = death_cover(records.PLAN_2, date(2016, 2, 29), date(2026, 3, 11), 350_000_00)
    issued = records.issued(death_limit_fen=cover.accepted_fen, death_cover=cover)
    await publish(door, subject, state="issued", policy_no=issued.policy_no, issued=issued, payment_url=None)
    shown = await read(door, f"/v1/policies/{issued.policy_no}", subject)
    assert shown["death_limit_fen"] == cover.accepted_fen < cover.product_fen
    steps = shown["death_cover"]["steps"]
    assert [(step["label"], step["amount_fen"]) for step in steps][1] == ("已有的身故保额", -350_000_00)
    assert sum(step["amount_fen"] for step in steps) == shown["death_limit_fen"]


async def test_a26_the_file_is_there_as_soon_as_the_policy_is(door: Door, subject: str):
    issued = records.issued()
    await publish(door, subject, state="issued", policy_no=issued.policy_no, issued=issued, payment_url=None)
    answer = await door.client.get(f"/v1/policies/{issued.policy_no}/document", headers=door.parent(subject))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'


@pytest.mark.parametrize("number", ["1220223646552666", "0012202236465526", "1220223646552666000000000000000001"])
async def test_a27_a_policy_number_is_a_text_whatever_its_length_and_beginning(door: Door, subject: str, number):
    await policy(door, subject, policy_no=number)
    assert (await read(door, f"/v1/policies/{number}", subject))["policy_no"] == number
    async with door.database.transaction() as session:
        row = (await session.exec(select(Policy).where(Policy.policy_no == number))).one()
        await session.delete(row)


async def test_a28_policies_of_one_family_begin_on_different_days(door: Door, subject: str):
    first_days = [date(2025, 8, 22), date(2025, 9, 1), date(2025, 9, 1), date(2025, 12, 24)]
    for day in first_days:
        await policy(door, subject, effective_date=day, ends_on=day.replace(2026) - timedelta(days=1))
    items = (await read(door, "/v1/policies", subject))["items"]
    assert sorted(item["effective_date"] for item in items) == [day.isoformat() for day in first_days]
    assert {item["ends_on"] for item in items} == {"2026-08-21", "2026-08-31", "2026-12-23"}


@pytest.mark.parametrize("asked", ["2026-03-11", "2026-05-04", "2026-09-01"])
async def test_a28_the_first_day_is_the_familys_choice_from_the_day_after_payment_on(door: Door, subject: str, asked):
    purchase_id = await submit(door, subject, effective_date=asked)
    assert door.processes.started[purchase_id].application.requested_effective_date == date.fromisoformat(asked)


# --- everywhere -------------------------------------------------------------------------------------------------------

PERSONAL = ("黄建国", "黄小明", "360102198105123450", "430102201602290017", "13712345678", "huang@example.com")


async def test_a38_no_screen_shows_a_name_number_or_mobile_in_full(door: Door):
    family: Family = await new_family(door)
    addresses = (
        "/v1/policies", "/v1/policies?view=unfinished", "/v1/purchases", "/v1/insured-history", "/v1/consents",
        f"/v1/policies/{family.policy_no}", f"/v1/purchases/{family.purchase_id}",
        f"/v1/policies/{family.policy_no}/surrender-quote", f"/v1/surrenders/{family.surrender_id}",
        f"/v1/policies/{family.policy_no}/corrections", f"/v1/corrections/{family.correction_id}",
        f"/v1/policies/{family.policy_no}/renewal",
    )  # fmt: skip
    for address in addresses:
        answer = await door.client.get(address, headers=door.parent(family.subject))
        assert answer.status_code == 200, address
        assert not [word for word in PERSONAL if word in answer.text], address
    seen = await door.client.post("/v1/purchases/preview", json=purchase(), headers=door.parent(family.subject))
    assert not [word for word in PERSONAL if word in seen.text]
    assert "黄**" in seen.text and "430102********0017" in seen.text


async def test_a39_both_names_are_one_line_of_business(door: Door):
    for product in (await door.client.get("/v1/products")).json()["items"]:
        assert product["line"] == {"code": "student_accident", "names": ["学平险", "学意险"]}
