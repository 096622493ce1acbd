from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from activities.claims import ClaimRecords
from insurance.rules.benefit import Settlement
from insurance.rules.case import Assessment, AssessmentGrounds, Decision
from insurance.rules.deadlines import Pause
from insurance.tables import BrokenClock, Claim, Database
from tests import records

pytestmark = pytest.mark.servers

RECEIVED = datetime(2026, 3, 2, 2, tzinfo=UTC)


def on(day, month=3):
    return datetime(2026, month, day, 2, tzinfo=UTC)


@pytest.fixture
async def case(database: Database):
    """A claim in review since 2 March."""
    policy = records.policy()
    async with database.transaction() as session:
        session.add(policy)
    return records.case(policy_no=policy.policy_no, state="in_review", received_at=RECEIVED, updated_at=RECEIVED)


async def publish(database, case, seq, is_open=None):
    is_open = case.state != "closed" if is_open is None else is_open
    await ClaimRecords(database).publish_claim(records.claim(seq, case=case, open=is_open))


async def broken(database, claim_id):
    statement = select(BrokenClock).where(BrokenClock.claim_id == claim_id)
    async with database.transaction() as session:
        found = (await session.exec(statement.order_by(BrokenClock.clock, BrokenClock.since))).all()
        return [(b.clock, b.due_on, b.done_on, b.late_days) for b in found]


async def due(database, claim_id):
    async with database.transaction() as session:
        row = await session.get(Claim, claim_id)
        return row.due_clock, row.due_at


async def test_a_record_says_which_clock_is_due_next(database, case):
    await publish(database, case, 1)
    # 1 April 2026, 24:00 in China
    assert await due(database, case.claim_id) == ("determination", datetime(2026, 4, 1, 16, tzinfo=UTC))
    assert await broken(database, case.claim_id) == []


APRIL_1 = date(2026, 4, 1)


def refused(case, at):
    decision = Decision("adjuster", "refused", 0, (), ("other",), "", (), ("adj-1",), at)
    return replace(case, state="decided", decision=decision, updated_at=at)


async def test_a_clock_that_was_broken_is_counted_once_and_stays_with_its_days_when_it_is_mended(database, case):
    for seq, day in enumerate((on(3, 4), on(5, 4)), start=1):
        await publish(database, replace(case, updated_at=day), seq)
    assert await broken(database, case.claim_id) == [("determination", APRIL_1, None, None)]
    await publish(database, refused(case, on(8, 4)), 3)
    assert await broken(database, case.claim_id) == [("determination", APRIL_1, date(2026, 4, 8), 7)]
    assert (await due(database, case.claim_id))[0] == "refusal_notice"
    async with database.transaction() as session:
        (row,) = (await session.exec(select(BrokenClock).where(BrokenClock.claim_id == case.claim_id))).all()
    assert (row.region, row.insurer_code) == ("430102", "xiangjiang")


async def test_a_promise_of_ten_working_days_is_not_broken_by_a_refusal_inside_them(database, case):
    settled = Assessment(Settlement(4720_00, (), ()), (), (), False, AssessmentGrounds({}, (), 0))
    large = replace(case, assessment=settled, agreed_times=records.PLAN_2.agreed_times)
    await publish(database, refused(large, on(9)), 1)
    assert await broken(database, case.claim_id) == []


async def test_a_clock_that_was_paused_after_all_is_not_counted_any_more(database, case):
    await publish(database, replace(case, updated_at=on(3, 4)), 1)
    assert await broken(database, case.claim_id) == [("determination", APRIL_1, None, None)]
    # the channel says late that its notice had arrived in time
    told = replace(case, notice_delivered_at=on(30), supplement_received_at=on(4, 4), updated_at=on(4, 4))
    await publish(database, told, 2)
    assert await broken(database, case.claim_id) == []
    # five more days, rolled over 清明: kept late in the end
    await publish(database, refused(told, on(10, 4)), 3)
    assert await broken(database, case.claim_id) == [("determination", date(2026, 4, 7), date(2026, 4, 10), 3)]


async def test_what_was_late_before_a_dispute_stays_so_beside_what_is_late_after_it(database, case):
    for seq, day in enumerate((on(8, 4), on(14, 4)), start=1):
        await publish(database, replace(refused(case, on(8, 4)), updated_at=day), seq)
    disputed = replace(case, state="in_review", clocks_from=on(20, 4), updated_at=on(20, 4))
    await publish(database, disputed, 3)
    first = [
        ("determination", APRIL_1, date(2026, 4, 8), 7),
        ("refusal_notice", date(2026, 4, 13), date(2026, 4, 20), 7),
    ]
    await publish(database, replace(disputed, updated_at=on(25, 5)), 4)
    late = ("determination", date(2026, 5, 20), None, None)
    assert await broken(database, case.claim_id) == sorted([*first, late])


async def test_an_advance_that_was_late_before_a_dispute_is_counted_once(database, case):
    may_6 = date(2026, 5, 6)
    refused_late = refused(case, on(10, 5))
    await publish(database, refused_late, 1)
    # its sixty days go on from the papers, and nobody is late while the family thinks about the decision
    thought = Pause(date(2026, 5, 10), date(2026, 5, 20), "answer")
    disputed = replace(
        case, state="in_review", clocks_from=on(20, 5), advance_from=RECEIVED, advance_waits=(thought,),
        updated_at=on(22, 5),
    )  # fmt: skip
    await publish(database, disputed, 2)
    advances = [row for row in await broken(database, case.claim_id) if row[0] == "advance_payment"]
    assert advances == [("advance_payment", may_6, None, None)]
    await publish(database, refused(disputed, on(23, 5)), 3)
    advances = [row for row in await broken(database, case.claim_id) if row[0] == "advance_payment"]
    assert advances == [("advance_payment", may_6, date(2026, 5, 23), 7)]


async def test_a_claim_that_ends_leaves_no_clock_open(database, case):
    await publish(database, replace(case, updated_at=on(3, 4)), 1)
    await publish(database, replace(case, state="withdrawn", updated_at=on(9, 4)), 2, is_open=False)
    assert await broken(database, case.claim_id) == [("determination", APRIL_1, date(2026, 4, 9), 8)]


async def test_the_same_record_twice_counts_once(database, case):
    for _ in range(2):
        await publish(database, replace(case, updated_at=on(5, 4)), 4)
    assert len(await broken(database, case.claim_id)) == 1


async def test_an_older_record_counts_nothing(database, case):
    await publish(database, replace(case, updated_at=on(20)), 2)
    await publish(database, replace(case, updated_at=on(5)), 1)
    assert await broken(database, case.claim_id) == []


async def test_nothing_is_due_on_a_claim_that_has_ended(database, case):
    await publish(database, replace(case, state="closed", updated_at=on(5)), 1)
    assert await due(database, case.claim_id) == (None, None)
