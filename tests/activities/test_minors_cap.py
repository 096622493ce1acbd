import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from activities.known_cover import LOCK, CoverTaken
from activities.purchases import PurchaseRecords
from insurance.tables import ConsentFile, Database, Purchase
from tests import records
from tests.at_once import at_lock

pytestmark = pytest.mark.servers
CAP, YEAR = 200_000_00, (date(2026, 4, 1), date(2027, 3, 31))


@pytest.fixture
def child() -> str:
    return uuid.uuid4().hex


def paid(child: str, accepted_fen: int = CAP, **changes):
    return records.purchase(state="paid", takes=CoverTaken(child, YEAR, accepted_fen, CAP), **changes)


async def counted(database: Database, purchase_id: str) -> int | None:
    async with database.transaction() as session:
        return (await session.get_one(Purchase, purchase_id)).death_cover_fen


async def test_of_two_families_that_pay_for_one_child_at_once_one_gets_the_cover(database: Database, child: str):
    mother, father = paid(child, subject="mother", insurer_code="ganpo"), paid(child, subject="father")
    publish = PurchaseRecords(database).publish_purchase
    answers = await at_lock(database, LOCK.bindparams(child=child), publish(mother), publish(father))
    assert sorted(answers, key=str) == [None, "minor_death_cap"]
    assert sorted([await counted(database, p.purchase_id) for p in (mother, father)]) == [0, CAP]


async def test_what_the_cap_leaves_may_be_taken_to_the_last_fen(database: Database, child: str):
    publish = PurchaseRecords(database).publish_purchase
    await publish(paid(child, 120_000_00))
    assert await publish(paid(child, 80_000_01)) == "minor_death_cap"
    assert await publish(paid(child, 80_000_00)) is None


async def test_a_policy_counts_on_the_days_that_it_covers(database: Database, child: str):
    publish = PurchaseRecords(database).publish_purchase
    async with database.transaction() as session:
        session.add(records.policy(insured_digest=child, death_limit_fen=CAP, ends_on=date(2026, 3, 31)))
    assert await publish(paid(child, 80_000_00)) is None
    async with database.transaction() as session:
        session.add(records.policy(insured_digest=child, death_limit_fen=CAP, ends_on=date(2026, 4, 1)))
    assert await publish(paid(child, 80_000_00)) == "minor_death_cap"


OF_TEN, APPLIED = 500_000_00, records.NOW


def telling(child: str, told_fen: int, accepted_fen: int = 200_000_00, **changes):
    """Paid an hour after it was applied for. The child is twelve."""
    form = replace(records.application(), existing_death_cover_fen=told_fen)
    takes = CoverTaken(child, YEAR, accepted_fen, OF_TEN)
    times = {"created_at": APPLIED, "paid_at": changes.get("created_at", APPLIED) + timedelta(hours=1)}
    return records.purchase(state="paid", application=form, takes=takes, **(times | changes))


def issued(record):
    """Its policy, for the same days."""
    number = records.new("P")
    cover = records.issued(
        policy_no=number, insured_digest=record.takes.insured_digest, paid_at=record.paid_at,
        effective_date=YEAR[0], ends_on=YEAR[1], death_limit_fen=record.takes.accepted_fen,
    )  # fmt: skip
    return replace(record, seq=2, state="issued", policy_no=number, issued=cover, takes=None)


@pytest.mark.parametrize("first_told", [150_000_00, 0])
@pytest.mark.parametrize("has_policy", [True, False])
async def test_what_other_companies_insure_counts_beside_what_is_bought_here_at_once(
    database: Database, child: str, first_told, has_policy
):
    # 150,000 yuan elsewhere, and two orders of 200,000 that were open at the same time
    publish, first = PurchaseRecords(database).publish_purchase, telling(child, first_told)
    assert await publish(first) is None
    if has_policy:
        await publish(issued(first))
    assert await publish(telling(child, 150_000_00)) == "minor_death_cap"
    assert await publish(telling(child, 150_000_00, 150_000_00)) is None


async def test_what_was_told_with_a_policy_that_stands_counts_for_whoever_does_not_tell(database: Database, child: str):
    publish, first = PurchaseRecords(database).publish_purchase, telling(child, 150_000_00, subject="mother")
    await publish(first)
    await publish(issued(first))
    later = {"subject": "father", "created_at": APPLIED + timedelta(days=20)}
    assert await publish(telling(child, 0, 150_000_01, **later)) == "minor_death_cap"
    assert await publish(telling(child, 0, 150_000_00, **later)) is None


async def test_what_was_bought_here_before_is_in_what_is_told_and_counts_once(database: Database, child: str):
    publish, first = PurchaseRecords(database).publish_purchase, telling(child, 0)
    await publish(first)
    await publish(issued(first))
    later = APPLIED + timedelta(days=20)
    assert await publish(telling(child, 250_000_00, 250_000_01, created_at=later)) == "minor_death_cap"
    assert await publish(telling(child, 250_000_00, 250_000_00, created_at=later)) is None


async def test_who_has_come_of_age_is_insured_with_a_paper_of_this_applicant_alone(database: Database, child: str):
    publish, of_age = PurchaseRecords(database).publish_purchase, records.purchase(state="paid", consent_of=child)

    async def brought(subject: str, kind: str) -> None:
        row = ConsentFile(
            consent_id=records.new("cf"), kind=kind, subject=subject, insured_digest=child, object_key="k",
            version_id="v", sha256="0" * 64, content_type="application/pdf", received_at=records.NOW,
        )  # fmt: skip
        async with database.transaction() as session:
            session.add(row)

    await brought("somebody", "insured_consent")
    await brought(of_age.subject, "parents_consent")
    assert await publish(of_age) == "insured_consent_required"
    await brought(of_age.subject, "insured_consent")
    assert await publish(of_age) is None


async def test_who_says_it_twice_is_not_barred_by_itself_and_who_was_refused_bars_nobody(
    database: Database, child: str
):
    publish, first, second = PurchaseRecords(database).publish_purchase, paid(child), paid(child)
    assert [await publish(one) for one in (first, second, second, first)] == [
        None, "minor_death_cap", "minor_death_cap", None,
    ]  # fmt: skip
