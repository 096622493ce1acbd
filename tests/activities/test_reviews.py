import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from activities.claims import ClaimRecords
from activities.review_rows import Verdict
from activities.reviews import Remark, ReviewRecords
from insurance.rules.days import SHANGHAI
from insurance.tables import Claim, Database, Event, Review
from tests import records

pytestmark = pytest.mark.servers


async def claim_in_the_books(database: Database, state="closed"):
    """With two events in its timeline."""
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    case = records.case(policy_no=policy.policy_no, state=state, event_count=2)
    entries = replace(records.entries(case.claim_id), movements=())
    record = records.claim(2, open=state != "closed", case=case, entries=entries)
    await ClaimRecords(database).publish_claim(record)
    return case


def remark(case, **changes):
    at = records.NOW + timedelta(days=1)
    return replace(
        Remark(case.claim_id, "quality_disagreed", "adjuster:adj-1", "提出了意见", "日期有误", at), **changes
    )


async def claim_under_review(database: Database):
    """Its papers are complete since 10 March 2026: the law's thirty days end on 9 April."""
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    case = records.case(policy_no=policy.policy_no, state="in_review", received_at=records.NOW)
    await ClaimRecords(database).publish_claim(records.claim(1, case=case))
    return case


async def due_on(database: Database, review_id):
    """The last day of it."""
    async with database.transaction() as session:
        row = await session.get_one(Review, review_id)
    return (row.due_at.astimezone(SHANGHAI) - timedelta(days=1)).date()


async def test_a_claim_s_record_shows_its_review_in_the_queue_and_may_be_repeated(database: Database):
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    case = records.case(policy_no=policy.policy_no, state="in_review", received_at=records.NOW)
    review = records.review(claim_id=case.claim_id, seq=1)
    record = replace(records.claim(1, case=case), review=review)
    await ClaimRecords(database).publish_claim(record)
    await ClaimRecords(database).publish_claim(record)
    assert await due_on(database, review.review_id) == date(2026, 4, 9)
    async with database.transaction() as session:
        assert (await session.get_one(Review, review.review_id)).state == "open"


async def test_a_review_is_due_when_its_claim_s_next_clock_is_and_follows_it(database: Database):
    case = await claim_under_review(database)
    review = records.review(claim_id=case.claim_id)
    await ReviewRecords(database).publish_review(review)
    assert await due_on(database, review.review_id) == date(2026, 4, 9)
    noticed = replace(
        case,
        notice_delivered_at=records.NOW + timedelta(days=2),
        supplement_received_at=records.NOW + timedelta(days=9),
        updated_at=records.NOW + timedelta(days=9),
    )
    await ClaimRecords(database).publish_claim(records.claim(2, case=noticed))
    assert await due_on(database, review.review_id) == date(2026, 4, 16)
    await ReviewRecords(database).publish_review(replace(review, seq=2, state="taken", adjuster="adj-1"))
    assert await due_on(database, review.review_id) == date(2026, 4, 16)


async def test_a_quality_review_and_a_review_that_is_over_have_days_of_their_own(database: Database):
    case = await claim_under_review(database)
    quality = records.review(claim_id=case.claim_id, kind="quality")
    over = records.review(claim_id=case.claim_id, seq=2, state="decided", due_at=records.NOW)
    for review in (quality, over):
        await ReviewRecords(database).publish_review(review)
    await ClaimRecords(database).publish_claim(records.claim(2, case=case))
    assert await due_on(database, quality.review_id) == date(2026, 3, 19)
    assert await due_on(database, over.review_id) == date(2026, 3, 9)


async def events(database: Database, claim_id):
    async with database.transaction() as session:
        found = await session.exec(select(Event).where(Event.process_id == claim_id).order_by(col(Event.seq)))
        return [(event.seq, event.event, event.by) for event in found.all()]


async def test_a_remark_on_a_claim_that_is_over_stands_once_in_its_history(database: Database):
    case = await claim_in_the_books(database)
    for _ in range(3):
        assert await ReviewRecords(database).remark_on_claim(remark(case)) is True
    assert (await events(database, case.claim_id))[2:] == [(3, "quality_disagreed", "adjuster:adj-1")]
    async with database.transaction() as session:
        row = await session.get_one(Claim, case.claim_id)
    # a claim that is opened again counts on from here
    assert (row.case["event_count"], row.state) == (3, "closed")


async def test_remarks_at_the_same_moment_have_a_number_each(database: Database):
    case = await claim_in_the_books(database)
    remarks = [remark(case, at=records.NOW + timedelta(hours=n)) for n in range(5)]
    await asyncio.gather(*(ReviewRecords(database).remark_on_claim(one) for one in remarks))
    assert [seq for seq, _, _ in await events(database, case.claim_id)] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_claim_that_runs_is_told_by_its_process(database: Database):
    case = await claim_in_the_books(database, "payee_needed")
    assert await ReviewRecords(database).remark_on_claim(remark(case)) is False
    assert len(await events(database, case.claim_id)) == 2


async def test_a_review_is_published_with_its_steps_its_skill_and_its_verdict(database: Database):
    verdict = Verdict(False, "日期有误", "adj-1", records.NOW)
    record = records.review(kind="quality", skill="inpatient", verdict=verdict)
    record = replace(record, entries=replace(records.entries(), movements=()))
    for _ in range(2):
        await ReviewRecords(database).publish_review(record)
    async with database.transaction() as session:
        row = await session.get_one(Review, record.review_id)
    assert (row.kind, row.skill, row.verdict["agrees"], row.verdict["reason"]) == (
        "quality", "inpatient", False, "日期有误",
    )  # fmt: skip
    assert [event for _, event, _ in await events(database, record.review_id)] == ["reported", "read"]
