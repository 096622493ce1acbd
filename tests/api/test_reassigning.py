from dataclasses import replace
from datetime import timedelta

import pytest
from api_door import Door
from api_family import Family, new_family
from refusals import problems_of

from activities.journal import Entries, TimelineEvent
from activities.reviews import ReviewRecords
from tests import records
from workflows.client import MoveRefused

pytestmark = pytest.mark.servers


async def took(door: Door, adjuster: str, insurer: str) -> None:
    """Long ago, and gave it back."""
    told = TimelineEvent(1, "review_taken", f"adjuster:{adjuster}", "已领取", records.NOW - timedelta(days=90))
    record = records.review(insurer_code=insurer, state="decided")
    await ReviewRecords(door.database).publish_review(replace(record, entries=Entries((told,))))


async def excluded(door: Door, insurer: str, *subjects: str) -> str:
    record = records.review(insurer_code=insurer, excluded=subjects)
    await ReviewRecords(door.database).publish_review(record)
    return record.review_id


async def reassign(door: Door, review_id: str, to: str, insurer: str = "xiangjiang", lead: str = "lead-1"):
    path = f"/v1/reviews/{review_id}/reassign"
    return await door.client.post(path, json={"adjuster": to}, headers=door.adjuster(lead, insurer, lead=True))


@pytest.mark.parametrize("somebody", ["adj-typo", "of-ganpo"])
async def test_a_review_goes_to_nobody_who_is_not_known_to_work_for_the_insurer(door: Door, somebody) -> None:
    family: Family = await new_family(door)
    await took(door, "of-ganpo", "ganpo")
    answer = await reassign(door, family.review_id, somebody)
    assert not problems_of(answer, statuses=(422,), code="unknown_adjuster")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"], door.processes.told) == ("adjuster", "unknown_adjuster", [])


async def test_a_review_goes_to_a_colleague_who_has_taken_one_before_or_to_the_lead(door: Door) -> None:
    family: Family = await new_family(door)
    await took(door, "adj-known", "xiangjiang")
    for to in ("adj-known", "lead-1"):
        assert (await reassign(door, family.review_id, to)).status_code == 200
    assert [(told[1], told[2].to, told[2].nobody_else) for told in door.processes.told] == [
        ("reassign", "adj-known", False), ("reassign", "lead-1", False),
    ]  # fmt: skip


async def test_whoever_decided_before_gets_it_again_only_where_the_insurer_has_nobody_else(door: Door) -> None:
    insurer = records.new("i")[:30]
    review_id = await excluded(door, insurer, "adj-1", "lead-1")
    await took(door, "adj-1", insurer)
    assert (await reassign(door, review_id, "adj-1", insurer)).status_code == 200
    assert (await reassign(door, review_id, "adj-1", insurer, lead="lead-2")).status_code == 200
    await took(door, "adj-3", insurer)
    assert (await reassign(door, review_id, "adj-1", insurer)).status_code == 200
    assert [told[2].nobody_else for told in door.processes.told] == [True, False, False]


async def test_whom_a_conflict_of_interest_bars_is_named_as_a_reason(door: Door) -> None:
    family: Family = await new_family(door)
    await took(door, "adj-known", "xiangjiang")
    door.processes.refusals["reassign"] = MoveRefused("conflict_of_interest", "这位理赔员已处理过这件申请", "adjuster")
    answer = await reassign(door, family.review_id, "adj-known")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict_of_interest")
