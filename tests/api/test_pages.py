from datetime import timedelta

import pytest
from api_door import Door

from activities.claims import ClaimRecords
from activities.purchases import PurchaseRecords
from activities.reviews import ReviewRecords
from tests import records

pytestmark = pytest.mark.servers
COUNT = 23


async def policies(door: Door, subject, insurer, at):
    row = records.policy(applicant_subject=subject, insurer_code=insurer, created_at=at)
    await door.store(row)
    return row.policy_no


async def purchases(door: Door, subject, insurer, at):
    record = records.purchase(subject=subject, created_at=at)
    await PurchaseRecords(door.database).publish_purchase(record)
    return record.purchase_id


async def claims(door: Door, subject, insurer, at):
    case = records.case(subject=subject, insurer_code=insurer, reported_at=at)
    await ClaimRecords(door.database).publish_claim(records.claim(case=case))
    return case.claim_id


async def reviews(door: Door, subject, insurer, at, state="open"):
    record = records.review(insurer_code=insurer, created_at=at, due_at=at, state=state)
    await ReviewRecords(door.database).publish_review(record)
    return record.review_id


async def decided(door: Door, subject, insurer, at):
    return await reviews(door, subject, insurer, at, "decided")


# everything has its newest first but the queue, which has first what is due first
LISTS = {
    "/v1/policies": (policies, "policy_no", "parent"),
    "/v1/policies?view=unfinished": (purchases, "purchase_id", "parent"),
    "/v1/claims": (claims, "claim_id", "parent"),
    "/v1/claims?of=insurer": (claims, "claim_id", "adjuster"),
    "/v1/reviews": (reviews, "review_id", "adjuster"),
    "/v1/reviews?state=decided": (decided, "review_id", "adjuster"),
}


@pytest.fixture(params=LISTS)
async def listed(request, door: Door):
    """The ids of many rows in the list's order, three of each instant; and how to ask for a page of them."""
    make, key, role = LISTS[request.param]
    subject, insurer = records.new("parent"), records.new("i")[:30]
    made = [(records.NOW - timedelta(hours=n // 3), n) for n in range(COUNT)]
    found = [(at, await make(door, subject, insurer, at)) for at, _ in made]
    headers = door.parent(subject) if role == "parent" else door.adjuster(insurer=insurer)
    join = "&" if "?" in request.param else "?"

    async def page(**asked):
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        answer = await door.client.get(f"{request.param}{join}{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return [item[key] for item in body["items"]], body["next_cursor"]

    return [id_ for _, id_ in sorted(found, reverse=request.param != "/v1/reviews")], page


async def test_pages_follow_each_other_without_gap_or_repeat(listed):
    expected, page = listed
    for limit in (1, 4, COUNT, 100):
        seen, cursor = [], ""
        while cursor is not None:
            ids, cursor = await page(limit=limit, cursor=cursor)
            assert 0 < len(ids) <= limit
            seen += ids
        assert seen == expected


async def test_a_page_has_twenty_rows_unless_asked_otherwise(listed):
    expected, page = listed
    ids, cursor = await page()
    assert ids == expected[:20]
    assert cursor


async def test_the_last_page_has_no_next_one(listed):
    expected, page = listed
    ids, cursor = await page(limit=COUNT)
    assert (ids, cursor) == (expected, None)


async def test_what_is_added_meanwhile_does_not_disturb_the_pages_behind(door: Door):
    subject = records.new("parent")
    old = [await policies(door, subject, "xiangjiang", records.NOW - timedelta(days=n)) for n in range(4)]
    first = await door.client.get("/v1/policies?limit=2", headers=door.parent(subject))
    await policies(door, subject, "xiangjiang", records.NOW + timedelta(days=1))
    cursor = first.json()["next_cursor"]
    second = await door.client.get(f"/v1/policies?limit=2&cursor={cursor}", headers=door.parent(subject))
    assert [item["policy_no"] for item in second.json()["items"]] == old[2:]


async def test_the_tabs_of_policies_part_them(door: Door):
    subject, day = records.new("parent"), timedelta(days=1)
    rows = {
        "in_force": records.policy(applicant_subject=subject),
        "pending_effect": records.policy(
            applicant_subject=subject, effective_date=records.TODAY + day, ends_on=records.TODAY + 365 * day
        ),
        "last day": records.policy(applicant_subject=subject, ends_on=records.TODAY),
        "surrendered today": records.policy(
            applicant_subject=subject, ended_reason="surrendered", ends_on=records.TODAY
        ),
        "expired": records.policy(applicant_subject=subject, ends_on=records.TODAY - day),
        "surrendered": records.policy(
            applicant_subject=subject, ended_reason="surrendered", ends_on=records.TODAY - day
        ),
        "never began": records.policy(
            applicant_subject=subject,
            effective_date=records.TODAY + day,
            ended_reason="surrendered",
            ends_on=records.TODAY,
        ),
        "void": records.policy(applicant_subject=subject, ended_reason="void"),
        "self": records.policy(applicant_subject=subject, relationship="self"),
    }
    names = {row.policy_no: name for name, row in rows.items()}
    await door.store(*rows.values())

    async def tab(query):
        answer = await door.client.get(f"/v1/policies?{query}", headers=door.parent(subject))
        return {names[item["policy_no"]]: item["state"] for item in answer.json()["items"]}

    assert await tab("view=active") == {
        "in_force": "in_force",
        "pending_effect": "pending_effect",
        "last day": "in_force",
        "surrendered today": "in_force",
        "self": "in_force",
    }
    assert await tab("view=ended") == {
        "expired": "expired",
        "surrendered": "surrendered",
        "never began": "surrendered",
        "void": "void",
    }
    assert await tab("as=insured") == {"self": "in_force"}


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("", {"open", "taken", "second_open"}),
        ("?state=taken", {"taken"}),
        ("?state=mine", {"taken"}),
        ("?state=decided", {"decided"}),
    ],
)
async def test_a_queue_shows_what_is_asked_for(door: Door, query, states):
    insurer = records.new("i")[:30]
    for state, adjuster in (("open", None), ("taken", "adj-1"), ("second_open", None), ("decided", "adj-1")):
        record = records.review(insurer_code=insurer, state=state, adjuster=adjuster)
        await ReviewRecords(door.database).publish_review(record)
    answer = await door.client.get(f"/v1/reviews{query}", headers=door.adjuster(insurer=insurer))
    assert {item["state"] for item in answer.json()["items"]} == states
