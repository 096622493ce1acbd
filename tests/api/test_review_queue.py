from datetime import datetime, timedelta

import pytest
from api_door import Door
from api_family import Family, new_family
from refusals import problems_of
from sqlmodel import text

from activities.review_rows import Verdict
from activities.reviews import ReviewRecords
from api.digest import is_sampled
from insurance.settings import ClaimSettings
from tests import records
from workflows.messages import QualityJudgement

pytestmark = pytest.mark.servers


async def queue(door: Door, insurer, query=""):
    answer = await door.client.get(f"/v1/reviews{query}", headers=door.adjuster(insurer=insurer))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def publish(door: Door, **changes):
    record = records.review(**changes)
    await ReviewRecords(door.database).publish_review(record)
    return record.review_id


async def test_the_queue_has_first_what_is_due_first_whoever_came_first(door: Door):
    insurer = records.new("i")[:30]
    for due, created in ((5, 0), (2, 1), (9, 2)):
        await publish(
            door, insurer_code=insurer,
            due_at=records.NOW + timedelta(days=due), created_at=records.NOW + timedelta(hours=created),
        )  # fmt: skip
    due = [item["due_at"][:10] for item in await queue(door, insurer)]
    assert due == ["2026-03-12", "2026-03-15", "2026-03-19"]


async def test_a_queue_is_parted_by_skill_and_by_kind(door: Door):
    insurer = records.new("i")[:30]
    death = await publish(door, insurer_code=insurer, skill="death")
    medical = await publish(door, insurer_code=insurer)
    sample = await publish(door, insurer_code=insurer, kind="quality")
    assert [i["review_id"] for i in await queue(door, insurer, "?skill=death")] == [death]
    assert {i["review_id"] for i in await queue(door, insurer, "?skill=medical")} == {medical, sample}
    assert [i["review_id"] for i in await queue(door, insurer, "?skill=medical&kind=quality")] == [sample]
    (shown,) = await queue(door, insurer, "?skill=death")
    assert (shown["kind"], shown["skill"], shown["skill_label"]) == ("decision", "death", "身故")


async def test_due_before_a_day_ends_with_the_day_before_in_china(door: Door):
    insurer = records.new("i")[:30]
    last = await publish(door, insurer_code=insurer, due_at=datetime.fromisoformat("2026-03-19T23:59:59+08:00"))
    await publish(door, insurer_code=insurer, due_at=datetime.fromisoformat("2026-03-20T00:00:00+08:00"))
    found = await queue(door, insurer, "?due_before=2026-03-20")
    assert [item["review_id"] for item in found] == [last]


@pytest.mark.parametrize("query", ["skill=surgery", "kind=other", "due_before=2026-02-30", "due_before=20260320"])
async def test_a_filter_that_means_nothing_is_refused(door: Door, query):
    answer = await door.client.get(f"/v1/reviews?{query}", headers=door.adjuster())
    assert not problems_of(answer, statuses=(422,))


async def test_the_queue_is_read_by_its_index_however_many_were_decided(door: Door):
    query = """EXPLAIN SELECT * FROM reviews WHERE insurer_code = 'xiangjiang'
        AND state IN ('open', 'taken', 'second_open', 'second_taken') ORDER BY due_at, review_id LIMIT 21"""
    async with door.database.transaction() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join((await session.execute(text(query))).scalars())
    assert "ix_reviews_waiting" in plan and "Sort" not in plan


# --- quality reviews ------------------------------------------------------------------------------------------------------


async def quality(door: Door, insurer):
    return (await door.client.get("/v1/reviews/quality", headers=door.adjuster(insurer=insurer))).json()


async def test_what_came_of_quality_reviews_is_counted(door: Door):
    insurer = records.new("i")[:30]
    for agrees in (True, True, False, None):
        verdict = None if agrees is None else Verdict(agrees, "" if agrees else "日期有误", "adj-1", records.NOW)
        await publish(door, insurer_code=insurer, kind="quality", verdict=verdict)
    await publish(door, insurer_code=insurer)
    assert await quality(door, insurer) == {"sample_percent": 5.0, "sampled": 4, "agreed": 2, "disagreed": 1}
    assert (await quality(door, "nobody-s-insurer"))["sampled"] == 0


async def test_an_adjuster_judges_an_automatic_approval_and_decides_nothing(door: Door):
    family = await new_family(door)
    review_id = await publish(door, claim_id=family.claim_id, kind="quality", adjuster="adj-1", state="taken")
    where, headers = f"/v1/reviews/{review_id}", door.adjuster()
    answer = await door.client.post(f"{where}/judgement", json={"agrees": False, "reason": "日期有误"}, headers=headers)
    assert answer.status_code == 200, answer.text
    ((process_id, update, judgement),) = door.processes.told
    assert (process_id, update) == (review_id, "judge")
    assert (judgement.agrees, judgement.reason, judgement.actor.subject) == (False, "日期有误", "adj-1")
    assert isinstance(judgement, QualityJudgement)
    door.processes.told.clear()
    body = {"outcome": "refused", "reason_codes": ["other"], "comment": ""}
    answer = await door.client.post(f"{where}/decision", json=body, headers=headers)
    assert not problems_of(answer, statuses=(409,), code="illegal_move")
    assert door.processes.told == []


async def test_a_review_that_decides_is_not_judged(door: Door, family: Family):
    answer = await door.client.post(
        f"/v1/reviews/{family.review_id}/judgement", json={"agrees": True}, headers=door.adjuster()
    )
    assert not problems_of(answer, statuses=(409,), code="illegal_move")
    assert door.processes.told == []


async def test_a_review_shows_its_steps(door: Door):
    family = await new_family(door)
    await publish(door, claim_id=family.claim_id, review_id=family.review_id, seq=2, entries=records.entries())
    shown = (await door.client.get(f"/v1/reviews/{family.review_id}", headers=door.adjuster())).json()
    assert [event["event"] for event in shown["timeline"]] == ["reported", "read"]


def test_about_as_many_claims_are_drawn_as_the_setting_says(door: Door):
    def drawn(percent):
        settings = door.parts.settings.model_copy(update={"claims": ClaimSettings(quality_sample_percent=percent)})
        return [n for n in range(4000) if is_sampled(settings, f"cl-{n}")]

    assert (drawn(0), len(drawn(100))) == ([], 4000)
    assert 120 < len(drawn(5)) < 280
    assert drawn(5) == drawn(5)
    assert set(drawn(5)) < set(drawn(20))


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("corrections", {"receipt_id": "r", "fields": {"total": "1.00"}, "reason": "核对原件"}),
        ("event", {"died_on": "2026-03-09", "reason": "见材料"}),
        ("read-again", {"document_id": "do-1"}),
    ],
)
async def test_only_the_review_in_which_a_claim_is_decided_changes_the_claim(door: Door, action, body):
    family = await new_family(door)
    look = await publish(door, claim_id=family.claim_id, kind="quality", state="taken", adjuster="adj-1")
    before = await publish(door, claim_id=family.claim_id, state="taken", adjuster="adj-1")
    for review_id, code in ((look, "illegal_move"), (before, "not_holder")):
        answer = await door.client.post(f"/v1/reviews/{review_id}/{action}", json=body, headers=door.adjuster("adj-1"))
        assert not problems_of(answer, statuses=(409,), code=code)
    assert door.processes.told == []
