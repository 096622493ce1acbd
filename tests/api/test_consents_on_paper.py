import pytest
from api_door import Door
from api_routes import purchase
from buyers import STUDENT, aged_9, bring, buy, student
from refusals import problems_of

from tests import records

pytestmark = pytest.mark.servers


async def test_another_guardian_buys_with_the_parents_consent_on_file_and_not_without(door: Door):
    aunt, child = records.new("aunt"), {"relationship": "other_guardian", "insured": aged_9()}
    refused = await buy(door, aunt, **child)
    assert not problems_of(refused, "relationship", code="guardian_death_cover")
    assert "父母的同意书" in refused.json()["title"]
    brought = await bring(door, aunt)
    assert (brought.status_code, brought.json()["kind"]) == (201, "parents_consent")
    assert (await buy(door, aunt, **child)).status_code == 201


async def test_a_parent_buys_for_a_grown_up_student_with_his_own_consent_and_not_without(door: Door):
    refused = await buy(door, insured=student())
    assert not problems_of(refused, "relationship", code="insured_consent_required")
    said = [*purchase()["consents"], {"kind": "insured_consent", "agreed": True}]
    subject = records.new("parent")
    answer = await buy(door, subject, insured=student(), consents=said)
    assert answer.status_code == 201, answer.text
    kept = (await door.client.get("/v1/consents", headers=door.parent(subject))).json()["items"]
    assert "insured_consent" in {consent["kind"] for consent in kept if consent["agreed"]}


async def test_a_grown_up_students_consent_may_be_a_paper(door: Door):
    subject = records.new("parent")
    assert (await bring(door, subject, "insured_consent", STUDENT["id_number"])).status_code == 201
    assert (await buy(door, subject, insured=student())).status_code == 201


async def test_a_consent_is_for_one_child_and_for_who_brought_it(door: Door):
    aunt, child = records.new("aunt"), {"relationship": "other_guardian", "insured": aged_9()}
    assert (await bring(door, aunt, number="430102201602290017")).status_code == 201
    assert (await bring(door, records.new("stranger"))).status_code == 201
    assert (await bring(door, aunt, kind="insured_consent")).status_code == 201
    assert not problems_of(await buy(door, aunt, **child), "relationship", code="guardian_death_cover")


async def test_a_consent_is_kept_under_lock_and_once(door: Door):
    aunt = records.new("aunt")
    first, again = await bring(door, aunt), await bring(door, aunt)
    assert first.json()["sha256"] == again.json()["sha256"]
    objects = (await door.rows())["objects"]
    assert (await bring(door, records.new("another"))).status_code == 201
    assert (await door.rows())["objects"] == objects


@pytest.mark.parametrize(
    ("changes", "field"), [({"number": "430102201702280036"}, "id_number"), ({"data": b"not a picture"}, "file")]
)
async def test_a_consent_that_is_none_is_refused(door: Door, changes, field):
    before = await door.rows()
    assert not problems_of(await bring(door, "aunt-1", **changes), field)
    assert await door.rows() == before
