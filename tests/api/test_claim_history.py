from dataclasses import replace
from datetime import timedelta

import pytest
from api_door import Door
from api_family import Family
from sqlmodel import select, text

from activities.journal import Entries, TimelineEvent
from activities.reviews import ReviewRecords
from insurance.tables import PersonalDataRead
from tests import records

pytestmark = pytest.mark.servers


async def corrected(door: Door, family: Family) -> None:
    """What the review of a family's claim tells, in between the claim's own events and after."""
    entries = Entries(
        (
            TimelineEvent(1, "review_taken", "adjuster:adj-1", "已领取审核", records.NOW + timedelta(seconds=30)),
            TimelineEvent(
                2, "receipt_corrected", "adjuster:adj-1", "更正了票据", records.NOW + timedelta(seconds=60), "核对原件"
            ),
        )
    )
    record = records.review(review_id=family.review_id, claim_id=family.claim_id, seq=2, state="taken")
    await ReviewRecords(door.database).publish_review(replace(record, entries=entries))


async def asked(door: Door, family: Family, headers: dict[str, str]):
    return await door.client.get(f"/v1/claims/{family.claim_id}/history", headers=headers)


async def test_staff_see_who_did_what_when_and_why_in_one_order(door: Door, family: Family) -> None:
    await corrected(door, family)
    body = (await asked(door, family, door.adjuster())).json()
    assert [e["event"] for e in body["entries"]] == ["reported", "read", "review_taken", "receipt_corrected"]
    last = body["entries"][-1]
    assert (last["process_id"], last["by"], last["reason"]) == (family.review_id, "adjuster:adj-1", "核对原件")
    assert last["at"] == "2026-03-10T10:01:00.000+08:00"
    assert not last["superseded"]
    assert body["verification"] == {"intact": True, "broken_at": None}


async def test_an_operator_sees_it_too_and_the_family_never(door: Door, family: Family) -> None:
    await corrected(door, family)
    assert (await asked(door, family, door.as_("operator", "op-1"))).status_code == 200
    assert (await asked(door, family, door.parent(family.subject))).status_code == 403
    seen = await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))
    assert "核对原件" not in seen.text


async def test_an_operator_of_another_insurer_finds_nothing(door: Door, family: Family) -> None:
    assert (await asked(door, family, door.as_("operator", "op-1", insurer="ganpo"))).status_code == 404
    assert (await asked(door, family, door.as_("operator", "op-1", insurer="xiangjiang"))).status_code == 200


async def test_that_it_was_read_is_noted(door: Door, family: Family) -> None:
    await asked(door, family, door.adjuster("adj-7"))
    async with door.database.transaction() as session:
        reads = select(PersonalDataRead).where(PersonalDataRead.object_id == family.claim_id)
        assert ("adj-7", "claim_history") in [(r.subject, r.purpose) for r in (await session.exec(reads)).all()]


async def test_a_history_that_was_changed_is_not_believed(door: Door, family: Family) -> None:
    await corrected(door, family)
    async with door.database.transaction() as session:
        await session.execute(text("ALTER TABLE history DISABLE TRIGGER history_is_append_only"))
        changed = text("UPDATE history SET reason = '没有原因' WHERE process_id = :p AND number = 2")
        await session.execute(changed, {"p": family.review_id})
        await session.execute(text("ALTER TABLE history ENABLE TRIGGER history_is_append_only"))
    verification = (await asked(door, family, door.adjuster())).json()["verification"]
    assert verification == {"intact": False, "broken_at": {"process_id": family.review_id, "number": 2}}
