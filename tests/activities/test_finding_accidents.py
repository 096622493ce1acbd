import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from activities.assessment import Assessing, AssessStep
from activities.claims import ClaimRecords
from insurance.settings import ClaimSettings
from insurance.tables import AccidentMark, Database, Incident, IncidentClaim
from tests import records

pytestmark = pytest.mark.servers


class Child:
    """A child with a policy; `claims` of it stand in the books, as their processes publish them before they are assessed."""

    def __init__(self, database: Database, digest: str | None = None, **policy):
        self.database, self.policy = database, records.policy(insured_digest=digest or records.new("c"), **policy)

    async def claims(self, state="assessing", **report):
        async with self.database.transaction() as session:
            session.add(self.policy)
        return await self.claims_too(state, **report)

    async def claims_too(self, state="assessing", **report):
        case = records.case(
            policy_no=self.policy.policy_no, insurer_code=self.policy.insurer_code, state=state,
            report=records.report(**report),
        )  # fmt: skip
        await ClaimRecords(self.database).publish_claim(records.claim(case=case))
        return case

    async def grounds(self, case, **settings):
        step = AssessStep(case.claim_id, self.policy.policy_no, case.report, (), ())
        return (await Assessing(self.database, ClaimSettings(**settings)).assess_claim(step)).grounds


async def same(child, case, **settings):
    return [(found.claim_id, found.days_apart) for found in (await child.grounds(case, **settings)).same_accident]


async def test_another_claim_of_the_same_child_is_found_on_this_policy_and_on_another_one(database: Database):
    child = Child(database)
    first = await child.claims()
    assert await same(child, first) == []
    second = await child.claims_too()
    assert await same(child, second) == [(first.claim_id, 0)]
    elsewhere = Child(database, child.policy.insured_digest, insurer_code="ganpo")
    third = await elsewhere.claims()
    assert {claim_id for claim_id, _ in await same(elsewhere, third)} == {first.claim_id, second.claim_id}
    # who came first finds the later ones when it is assessed again
    assert len(await same(child, first)) == 2


async def test_the_setting_says_how_many_days_may_lie_between(database: Database):
    child = Child(database)
    first = await child.claims()
    await child.grounds(first)
    later = await child.claims_too(accident_at=records.NOW - timedelta(days=1))
    assert await same(child, later) == []
    assert await same(child, later, same_accident_days=5) == [(first.claim_id, 5)]


async def test_a_withdrawn_claim_and_another_childs_count_for_nothing(database: Database):
    child, stranger = Child(database), Child(database)
    withdrawn = await child.claims("withdrawn")
    await child.grounds(withdrawn)
    await stranger.grounds(await stranger.claims())
    assert await same(child, await child.claims_too()) == []


async def test_of_two_claims_assessed_at_once_at_least_one_knows_the_other(database: Database):
    for _ in range(5):
        child = Child(database)
        cases = [await child.claims(), *[await child.claims_too() for _ in range(3)]]
        found = await asyncio.gather(*(same(child, case) for case in cases))
        assert sum(not others for others in found) <= 1


async def test_a_mark_stands_once_and_tells_what_others_are_found_by(database: Database):
    child = Child(database)
    case = await child.claims(
        accident_at=datetime.fromisoformat("2026-03-04T00:30:00+08:00"), accident_place=" 新民小学，操场"
    )
    for _ in range(3):
        await child.grounds(case)
    async with database.transaction() as session:
        (mark,) = (await session.exec(select(AccidentMark).where(AccidentMark.claim_id == case.claim_id))).all()
    assert (mark.accident_on, mark.place, mark.school_code) == (date(2026, 3, 4), "新民小学操场", "2143000001")


@pytest.mark.parametrize(
    ("on_campus", "day", "why"),
    [
        (True, "2026-03-07", "周末"),
        (True, "2026-03-04", None),
        (False, "2026-03-07", None),
        (True, "2026-02-20", "寒假"),
    ],
)
async def test_a_day_without_lessons_is_told_of_accidents_on_campus(database: Database, on_campus, day, why):
    child = Child(database)
    case = await child.claims(on_campus=on_campus, accident_at=datetime.fromisoformat(f"{day}T10:00:00+08:00"))
    assert (await child.grounds(case)).closed_because == why


async def test_policies_that_never_covered_anything_are_no_other_policies(database: Database):
    child = Child(database)
    case = await child.claims()
    others = [
        records.policy(insured_digest=child.policy.insured_digest, ended_reason=ended)
        for ended in (None, "surrendered", "void", "rescinded")
    ]
    async with database.transaction() as session:
        session.add_all(others)
    assert (await child.grounds(case)).other_policies == 2


async def test_the_students_of_an_event_are_counted_once_each_and_withdrawn_claims_not_at_all(database: Database):
    child = Child(database)
    case = await child.claims()
    assert (await child.grounds(case)).incident_students == 0
    incident = Incident(
        incident_id=records.new("in"), insurer_code="xiangjiang", title="校车", created_by="a", created_at=records.NOW
    )
    async with database.transaction() as session:
        session.add(incident)
    others = [await Child(database).claims(state=state) for state in ("closed", "in_review", "withdrawn")]
    linked = [(case, child.policy.insured_digest), (await child.claims_too(), child.policy.insured_digest)]
    linked += [(other, f"child-{n}") for n, other in enumerate(others)]
    rows = [
        IncidentClaim(
            claim_id=claim.claim_id, incident_id=incident.incident_id, insured_digest=digest, linked_by="a",
            linked_at=records.NOW,
        )
        for claim, digest in linked
    ]  # fmt: skip
    async with database.transaction() as session:
        session.add_all(rows)
    # the second student's claim is closed, the third one's in review
    assert (await child.grounds(case)).incident_students == 3


async def test_what_an_accident_says_survives_a_place_that_grows_when_it_is_made_plain(database: Database):
    child = Child(database)
    case = await child.claims(accident_place="㍿" * 100)
    assert (await child.grounds(replace(case))).same_accident == ()
