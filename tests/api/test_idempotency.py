import asyncio

import pytest
from api_door import Door
from api_family import Family, new_family
from api_routes import PNG, ROUTES, Route, png, report
from refusals import problems_of
from sqlmodel import col, func, select

from activities.surrenders import HoldStep, SurrenderRecords
from insurance.tables import Claim, IdempotencyKey, Purchase, Surrender
from tests import records
from tests.at_once import at_once

pytestmark = pytest.mark.servers
# by families; what staff and schools create is tried where it is tested (incidents, cases)
CREATING = [route for route in ROUTES if route.creates and "parent" in route.roles]
STARTING = [r for r in CREATING if r.path.endswith(("/purchases", "/claims", "/surrenders"))]
TABLES = {"/purchases": Purchase, "/claims": Claim, "/surrenders": Surrender}
named = {"ids": lambda route: route.name}


@pytest.fixture
async def family(door: Door) -> Family:
    """Without an open claim, which would keep the policy from being surrendered."""
    family = await new_family(door)
    async with door.database.transaction() as session:
        claim = await session.get(Claim, family.claim_id)
        claim.open, claim.state = False, "closed"
    return family


async def post(door: Door, route: Route, family: Family, key: str | None, **changes):
    headers = door.parent(family.subject) | ({"idempotency-key": key} if key else {})
    content = {"json": route.body(family) | changes} if route.body else upload(route, **changes)
    return await door.client.post(route.address(family), headers=headers, **content)


def upload(route, data=PNG):
    return {"files": {"file": ("a.png", data)}, "data": route.form}


def table_of(route):
    return next(table for ending, table in TABLES.items() if route.path.endswith(ending))


async def count(door: Door, family: Family, table):
    async with door.database.transaction() as session:
        return (
            await session.exec(select(func.count()).select_from(table).where(table.subject == family.subject))
        ).one()


@pytest.mark.parametrize("route", CREATING, **named)
async def test_the_same_request_gets_the_same_answer_and_has_one_effect(door: Door, family: Family, route: Route):
    key = records.new("key")
    first = await post(door, route, family, key)
    assert first.status_code == 201, first.text
    after = await door.rows()
    started, told = dict(door.processes.started), list(door.processes.told)
    for _ in range(2):
        again = await post(door, route, family, key)
        assert (again.status_code, again.json()) == (201, first.json())
    assert (await door.rows(), door.processes.started, door.processes.told) == (after, started, told)


# what one request adds, where it is more than a row: a purchase asks two questions
ROWS_OF_ONE = {"consents": 2}
OTHER_BODIES = {
    "/v1/purchases": {"existing_death_cover_fen": 1},
    "/claims": {"description": "另一次"},
    "/surrenders": {"reason": "bought_twice"},
    "/corrections": {"reason": "另一个原因"},
    "/documents": {"data": png(colour="black")},
    "/consent-files": {"data": png(colour="black")},
    "/uploads": {"kind": "diagnosis"},
    "/messages": {"text": "另一句话"},
    "/complaints": {"text": "另一句话"},
}


@pytest.mark.parametrize("route", CREATING, **named)
async def test_the_same_key_with_another_body_is_a_conflict(door: Door, family: Family, route: Route):
    key = records.new("key")
    other = next(change for ending, change in OTHER_BODIES.items() if route.path.endswith(ending))
    assert (await post(door, route, family, key)).status_code == 201
    after = await door.rows()
    answer = await post(door, route, family, key, **other)
    assert not problems_of(answer, statuses=(409,), code="idempotency_key_reused")
    assert await door.rows() == after


async def test_a_key_belongs_to_one_caller_and_one_route(door: Door, family: Family):
    key, buy = records.new("key"), next(r for r in CREATING if r.path == "/v1/purchases")
    other = await new_family(door)
    mine, theirs = await post(door, buy, family, key), await post(door, buy, other, key)
    assert mine.json()["purchase_id"] != theirs.json()["purchase_id"]
    claim = next(r for r in CREATING if r.path.endswith("/claims"))
    assert (await post(door, claim, family, key)).status_code == 201


@pytest.mark.parametrize("route", STARTING, **named)
async def test_without_a_key_every_request_stands_for_itself(door: Door, family: Family, route: Route):
    before = await count(door, family, table_of(route))
    for _ in range(2):
        assert (await post(door, route, family, None)).status_code == 201
    assert await count(door, family, table_of(route)) == before + 2


@pytest.mark.parametrize("route", CREATING, **named)
async def test_the_same_request_at_the_same_moment_has_one_effect(door: Door, family: Family, route: Route):
    key, before = records.new("key"), await door.rows()
    answers = await asyncio.gather(*(post(door, route, family, key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    after = await door.rows()
    grown = {name for name in after if after[name] > before[name]}
    assert all(after[name] == before[name] + ROWS_OF_ONE.get(name, 1) for name in grown)
    assert grown >= {"idempotency_keys"}


@pytest.mark.parametrize("route", STARTING, **named)
async def test_a_refused_request_uses_up_no_key(door: Door, family: Family, route: Route):
    key = records.new("key")
    door.processes.away = True
    before = await door.rows()
    assert not problems_of(await post(door, route, family, key), statuses=(503,), code="unavailable")
    assert (await door.rows(), door.processes.started) == (before, {})
    door.processes.away = False
    assert (await post(door, route, family, key)).status_code == 201
    assert len(door.processes.started) == 1


@pytest.mark.parametrize("route", STARTING, **named)
async def test_a_request_repeated_after_its_answer_was_lost_finds_what_the_first_began(
    door: Door, family: Family, route: Route
):
    key, table = records.new("key"), table_of(route)
    before = await count(door, family, table)
    door.processes.loses_answers = True
    assert not problems_of(await post(door, route, family, key), statuses=(503,))
    door.processes.loses_answers = False
    again = await post(door, route, family, key)
    assert again.status_code == 201, again.text
    third = await post(door, route, family, key)
    assert third.json() == again.json()
    assert await count(door, family, table) == before + 1
    assert len(door.processes.started) == 1


async def test_a_file_given_again_after_its_answer_was_lost_is_one_document(door: Door, family: Family):
    route = next(r for r in CREATING if r.path.endswith("/documents"))
    key = records.new("key")
    door.processes.loses_answers = True
    assert not problems_of(await post(door, route, family, key), statuses=(503,))
    door.processes.loses_answers = False
    assert (await post(door, route, family, key)).status_code == 201
    first, second = (document.document_id for _, update, document in door.processes.told)
    # the claim knows a document by its id, so that the second is the first
    assert first == second


@pytest.mark.parametrize("store_down", [True, False])
async def test_a_file_that_could_not_be_stored_is_not_told_to_the_claim(door: Door, family: Family, store_down):
    route = next(r for r in CREATING if r.path.endswith("/documents"))
    door.storage.down, door.processes.away = store_down, not store_down
    before = await door.rows()
    assert not problems_of(await post(door, route, family, records.new("key")), statuses=(503,))
    after = await door.rows()
    assert {name: n for name, n in after.items() if name != "objects"} == {
        name: n for name, n in before.items() if name != "objects"
    }
    assert door.processes.told == []


async def test_of_a_claim_and_a_surrender_at_the_same_moment_one_is_refused(door: Door, family: Family):
    claim = next(r for r in CREATING if r.path.endswith("/claims"))
    hold = SurrenderRecords(door.database).hold_policy(HoldStep("su-1", family.policy_no))
    answer, held = await at_once(door.database, family.policy_no, post(door, claim, family, None), hold)
    outcomes = {(201, "claim_open"), (409, None)}
    assert (answer.status_code, held) in outcomes
    if answer.status_code == 409:
        assert not problems_of(answer, statuses=(409,), code="surrender_open")


async def test_reports_at_the_same_moment_on_one_policy_are_all_taken(door: Door, family: Family):
    headers = door.parent(family.subject)
    address = f"/v1/policies/{family.policy_no}/claims"
    reports = [
        door.client.post(address, json=report() | {"description": f"第{n}次"}, headers=headers) for n in range(3)
    ]
    answers = await at_once(door.database, family.policy_no, *reports)
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["claim_id"] for answer in answers}) == 3


async def test_a_stored_answer_holds_no_personal_data(door: Door, family: Family):
    for route in CREATING:
        await post(door, route, family, records.new("key"))
    async with door.database.transaction() as session:
        answers = (
            await session.exec(select(IdempotencyKey.answer).where(col(IdempotencyKey.subject) == family.subject))
        ).all()
    assert answers
    for word in ("黄建国", "黄小明", "360102198105123450", "13712345678", "huang@example.com"):
        assert word not in str(answers)
