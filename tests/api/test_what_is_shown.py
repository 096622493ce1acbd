import json
import re
from dataclasses import replace

import pytest
from api_door import Door
from api_family import Family
from refusals import problems_of
from sqlalchemy import event
from sqlmodel import select

from activities.claims import ClaimRecords
from activities.journal import Entries
from insurance.tables import PersonalDataRead
from tests import records

pytestmark = pytest.mark.servers
# of the invented family: what nobody needs to read in full
PERSONAL = [
    "黄建国", "黄小明", "360102198105123450", "430102201602290017", "13712345678", "huang@example.com", "1981-05-12",
    "2016-02-29", "parent@example.com",
]  # fmt: skip
SHOWN_TO_PARENTS = [
    "/v1/policies", "/v1/policies?view=unfinished", "/v1/policies/{policy_no}", "/v1/purchases/{purchase_id}", "/v1/claims",
    "/v1/surrenders/{surrender_id}", "/v1/policies/{policy_no}/surrender-quote",
    "/v1/policies/{policy_no}/surrenders",
]  # fmt: skip


async def get(door: Door, path, headers):
    answer = await door.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("path", SHOWN_TO_PARENTS)
async def test_persons_are_masked(door: Door, family: Family, path):
    answer = await get(door, path.format(**vars(family)), door.parent(family.subject))
    assert [word for word in PERSONAL if word in answer.text] == []


async def test_a_masked_person_can_still_be_known_again(door: Door, family: Family):
    answer = await get(door, f"/v1/policies/{family.policy_no}", door.parent(family.subject))
    applicant, insured = answer.json()["applicant"], answer.json()["insured"]
    assert applicant == applicant | {
        "name": "黄**", "id_number": "360102********3450", "birth_date": "1981", "mobile": "137****5678",
        "email": "h***@example.com",
    }  # fmt: skip
    assert insured == insured | {"name": "黄**", "id_number": "430102********0017", "birth_date": "2016"}


async def test_a_claim_masks_accounts_and_mobiles_for_everybody(door: Door, family: Family):
    for headers in (door.parent(family.subject), door.adjuster()):
        answer = await get(door, f"/v1/claims/{family.claim_id}", headers)
        hidden = ["13712345678", "parent@example.com", "360102198105123450"]
        assert [word for word in hidden if word in answer.text] == []
        assert answer.json()["payees"][0]["account"] == "p***@example.com"


async def reads_by(door: Door, subject):
    async with door.database.transaction() as session:
        found = await session.exec(select(PersonalDataRead).where(PersonalDataRead.subject == subject))
        return [(read.role, read.object_id, read.purpose, read.at) for read in found.all()]


@pytest.mark.parametrize("path", ["/v1/reviews/{review_id}", "/v1/claims/{claim_id}"])
async def test_an_adjuster_sees_the_whole_claim_and_the_read_is_logged(door: Door, family: Family, path):
    adjuster = records.new("adj")
    answer = await get(door, path.format(**vars(family)), door.adjuster(adjuster))
    assert answer.json()["claim_id"] == family.claim_id
    assert await reads_by(door, adjuster) == [("adjuster", family.claim_id, "claim_review", records.NOW)]


async def test_a_family_reads_its_own_claim_unlogged(door: Door, family: Family):
    await get(door, f"/v1/claims/{family.claim_id}", door.parent(family.subject))
    assert await reads_by(door, family.subject) == []


async def test_a_read_that_is_refused_is_not_logged(door: Door, family: Family):
    before = await door.rows()
    answer = await door.client.get(f"/v1/reviews/{family.review_id}", headers=door.adjuster(insurer="ganpo"))
    assert answer.status_code == 404
    assert await door.rows() == before


CLAIM_FIELDS = {
    "claim_id", "report_no", "policy_no", "product", "insurer", "insured", "applicant", "state", "label", "whose_turn",
    "required_documents", "documents", "receipts", "findings", "clocks", "settlement", "decision", "payout", "timeline",
}  # fmt: skip


async def test_a_claim_has_every_part_that_the_design_names(door: Door, family: Family):
    claim = (await get(door, f"/v1/claims/{family.claim_id}", door.parent(family.subject))).json()
    assert claim.keys() >= CLAIM_FIELDS
    assert (claim["state"], claim["label"], claim["whose_turn"]) == ("in_review", "人工审核中", "adjuster")
    assert claim["settlement"]["payable_fen"] == sum(line["payable_fen"] for line in claim["settlement"]["lines"]) > 0
    assert claim["receipts"][0].keys() >= {"receipt_id", "document_id", "fields", "confidence", "checks"}
    assert claim["documents"][0].keys() >= {"document_id", "kind", "state"}
    assert {clock["clock"] for clock in claim["clocks"]} == {"determination", "advance_payment"}
    assert all(event.keys() >= {"at", "event", "by", "text"} for event in claim["timeline"])


async def test_a_parent_of_two_children_can_tell_their_claims_apart(door: Door, family: Family):
    other = records.policy(
        applicant_subject=family.subject, product_id="jiangxi-plus", insurer_code="ganpo",
        terms=records.policy().terms | {"title": "学意险加强版"}, insured=records.policy().insured | {"name": "欧阳小雨"},
    )  # fmt: skip
    await door.store(other)
    for policy_no, insurer in ((other.policy_no, "ganpo"), (family.policy_no, "xiangjiang")):
        case = records.case(policy_no=policy_no, subject=family.subject, insurer_code=insurer)
        await ClaimRecords(door.database).publish_claim(records.claim(1, case=case))
    headers, asked = door.parent(family.subject), []
    engine = door.database._engine.sync_engine

    def count(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        listed = (await get(door, "/v1/claims", headers)).json()["items"]
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert (len(listed), sum("FROM policies" in statement for statement in asked)) == (3, 1)
    told = {c["policy_no"]: (c["product"], c["insurer"]["code"], c["insured"], c["applicant"]) for c in listed}
    assert told == {
        family.policy_no: (
            {"product_id": records.PLAN_2.product_id, "title": records.PLAN_2.title}, "xiangjiang", {"name": "黄**"},
            {"name": "黄**"},
        ),
        other.policy_no: (
            {"product_id": "jiangxi-plus", "title": "学意险加强版"}, "ganpo", {"name": "欧***"}, {"name": "黄**"},
        ),
    }  # fmt: skip
    for item in listed:
        whole = (await get(door, f"/v1/claims/{item['claim_id']}", headers)).json()
        assert {name: whole[name] for name in ("product", "insurer", "insured", "applicant")}.items() <= item.items()
    assert all(item["insurer"]["name"] != item["insurer"]["code"] for item in listed)


@pytest.mark.parametrize("path", [*SHOWN_TO_PARENTS, "/v1/claims/{claim_id}", "/v1/products", "/v1/insurers"])
async def test_money_is_whole_fen_and_times_are_chinas(door: Door, family: Family, path):
    answer = await get(door, path.format(**vars(family)), door.parent(family.subject))

    def walk(value, name=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, name)
        elif name.endswith("_fen"):
            assert value is None or type(value) is int
        elif name.endswith("_at") and value is not None:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", value), (name, value)
        else:
            assert not isinstance(value, float) or name == "confidence" or 0 <= value <= 1

    walk(answer.json())


async def test_staff_are_named_to_the_family_by_their_role_alone(door: Door, family: Family):
    claim = (await get(door, f"/v1/claims/{family.claim_id}", door.parent(family.subject))).json()
    assert {event["by"] for event in claim["timeline"]} <= {"family", "adjuster", "system", "insurer"}


async def test_the_events_of_an_ended_claim_are_told_and_the_stream_ends(door: Door, family: Family):
    ended = records.case(subject=family.subject, state="closed", event_count=2)
    reported, read = records.entries(ended.claim_id).events
    told = Entries((reported, replace(read, document_id="do-1")))
    record = records.claim(5, case=ended, open=False, entries=told)
    await ClaimRecords(door.database).publish_claim(record)
    path = f"/v1/claims/{ended.claim_id}/events"
    answer = await get(door, path, door.parent(family.subject))
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in answer.text.strip().split("\n\n")]
    assert [(e["id"], e["event"]) for e in events] == [("1", "reported"), ("2", "read")]
    said = [json.loads(event["data"]) for event in events]
    assert [(line["document_id"], line["state"]) for line in said] == [(None, "closed"), ("do-1", "closed")]
    behind = await get(door, path, door.parent(family.subject) | {"last-event-id": "1"})
    assert "id: 2" in behind.text
    assert "id: 1\n" not in behind.text


async def test_an_error_of_ours_says_nothing_about_it(door: Door, family: Family, monkeypatch, caplog):
    async def broken(*_, **__):
        raise RuntimeError("黄小明 430102201602290017")

    monkeypatch.setattr(door.processes, "update", broken)
    answer = await door.client.post(f"/v1/claims/{family.claim_id}/accept", headers=door.parent(family.subject))
    assert not problems_of(answer, statuses=(500,), code="internal")
    assert "430102201602290017" not in answer.text
    assert "/v1/claims/{claim_id}/accept" in caplog.text
    assert [r for r in caplog.records if r.name == "api.errors" and "430102201602290017" in r.getMessage()] == []


async def test_a_database_that_refuses_a_value_says_no_value(door: Door, monkeypatch, caplog):
    async def broken(*_, **__):
        async with door.database.transaction() as session:
            session.add(records.policy(policy_no="黄小明" * 40))

    monkeypatch.setattr(door.processes, "update", broken)
    with pytest.raises(Exception) as failure:
        await broken()
    assert "黄小明" not in str(failure.value)
