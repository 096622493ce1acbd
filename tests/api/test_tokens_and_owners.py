from datetime import UTC, datetime, timedelta

import jwt
import pytest
from api_door import SETTINGS, Door, bearer
from api_family import Family
from api_routes import ANYONE, GUARDED, OPEN_TO_ALL, ROUTES, Route

from api.auth import Caller

pytestmark = pytest.mark.servers
named = {"ids": lambda route: route.name}
OWNED = [route for route in ROUTES if route.owned]
SECRET = SETTINGS.token_secret.get_secret_value()
FINE = {"sub": "parent-1", "role": "parent", "iss": "xueping", "exp": datetime.now(UTC) + timedelta(days=1)}


async def ask(door: Door, route: Route, family: Family, headers: dict[str, str]):
    content = {"json": route.body(family)} if route.body else {}
    if route.form:
        content = route.upload
    return await door.client.request(route.method, route.address(family), headers=headers, **content)


def is_problem(answer, status, code):
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["title"]
    assert body["errors"] == []


def test_every_route_of_the_api_is_known_here(door: Door):
    described = {
        f"{method.upper()} {path}" for path, methods in door.app.openapi()["paths"].items() for method in methods
    }
    assert {route.name for route in ROUTES} == described


FORGED = {
    "no header": None,
    "another scheme": "Basic cGFyZW50LTE6",
    "no token": "Bearer ",
    "not a token": "Bearer abc",
    "not Latin": "Bearer 令牌".encode(),
    "another secret": "Bearer " + jwt.encode(FINE, "another secret of at least 32 bytes", "HS256"),
    "no signature": "Bearer " + jwt.encode(FINE, None, "none"),
    "expired": "Bearer " + jwt.encode(FINE | {"exp": datetime(2020, 1, 1, tzinfo=UTC)}, SECRET, "HS256"),
    "no end": "Bearer " + jwt.encode({k: v for k, v in FINE.items() if k != "exp"}, SECRET, "HS256"),
    "no subject": "Bearer " + jwt.encode({k: v for k, v in FINE.items() if k != "sub"}, SECRET, "HS256"),
    "another issuer": "Bearer " + jwt.encode(FINE | {"iss": "somebody"}, SECRET, "HS256"),
    "unknown role": "Bearer " + jwt.encode(FINE | {"role": "root"}, SECRET, "HS256"),
    "a role that is a list": "Bearer " + jwt.encode(FINE | {"role": ["parent"]}, SECRET, "HS256"),
    "endless subject": "Bearer " + jwt.encode(FINE | {"sub": "x" * 129}, SECRET, "HS256"),
    "empty subject": "Bearer " + jwt.encode(FINE | {"sub": ""}, SECRET, "HS256"),
    "subject with NUL": "Bearer " + jwt.encode(FINE | {"sub": "a\x00b"}, SECRET, "HS256"),
    "not yet valid": "Bearer " + jwt.encode(FINE | {"nbf": datetime(2099, 1, 1, tzinfo=UTC)}, SECRET, "HS256"),
    "insurer that is a list": "Bearer "
    + jwt.encode(FINE | {"role": "adjuster", "insurer": ["xiangjiang"]}, SECRET, "HS256"),
    "adjuster of no insurer": "Bearer " + jwt.encode(FINE | {"role": "adjuster"}, SECRET, "HS256"),
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
async def test_who_is_not_known_gets_401(door: Door, header):
    for path in ("/v1/claims", "/v1/reviews", "/v1/policies"):
        answer = await door.client.get(path, headers={"authorization": header} if header else {})
        is_problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route", GUARDED, **named)
async def test_a_guarded_route_is_closed_without_a_token(door: Door, family: Family, route: Route):
    before = await door.rows()
    is_problem(await ask(door, route, family, {}), 401, "unauthorized")
    assert (await door.rows(), door.processes.told) == (before, [])


@pytest.mark.parametrize("route", GUARDED, **named)
async def test_a_guarded_route_is_closed_to_every_other_role(door: Door, family: Family, route: Route):
    before = await door.rows()
    for role in ANYONE - route.roles:
        caller = Caller(role, family.subject, insurer="xiangjiang", lead=True, school="2143000001", region="430000")
        is_problem(await ask(door, route, family, bearer(caller)), 403, "forbidden")
    assert (await door.rows(), door.processes.told) == (before, [])


@pytest.mark.parametrize("route", OPEN_TO_ALL, **named)
async def test_an_open_route_asks_for_no_token(door: Door, family: Family, route: Route):
    answer = await ask(door, route, family, {})
    if "/callbacks/" in route.path:
        is_problem(answer, 401, "signature_invalid")
    else:
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("route", [r for r in OWNED if "parent" in r.roles], **named)
async def test_another_family_finds_nothing(door: Door, family: Family, route: Route):
    before = await door.rows()
    is_problem(await ask(door, route, family, door.parent("parent-of-somebody-else")), 404, "not_found")
    assert (await door.rows(), door.processes.told, door.processes.started) == (before, [], {})


@pytest.mark.parametrize("route", [r for r in OWNED if "adjuster" in r.roles], **named)
async def test_another_insurers_adjuster_finds_nothing(door: Door, family: Family, route: Route):
    before = await door.rows()
    headers = door.adjuster("adj-1", "ganpo", lead=True)
    is_problem(await ask(door, route, family, headers), 404, "not_found")
    assert (await door.rows(), door.processes.told, door.processes.started) == (before, [], {})


@pytest.mark.parametrize("route", [r for r in OWNED if "school" in r.roles], **named)
@pytest.mark.parametrize("school", ["2143000002", None])
async def test_another_school_finds_nothing(door: Door, family: Family, route: Route, school):
    before = await door.rows()
    is_problem(await ask(door, route, family, door.as_("school", "teacher-1", school=school)), 404, "not_found")
    assert (await door.rows(), door.processes.told, door.processes.started) == (before, [], {})


@pytest.mark.parametrize("route", OWNED, **named)
async def test_what_never_was_is_answered_as_what_is_somebody_elses(door: Door, family: Family, route: Route):
    nobody = Family(*["nothing-here"] * len(family.__dataclass_fields__))
    address = route.path.replace("{code}", "nobody")
    nowhere = Route(route.method, address, route.roles, lambda _: route.body(family) if route.body else None)
    headers = door.for_route(route, family)
    if route.body is None:
        nowhere = Route(route.method, address, route.roles, form=route.form)
    is_problem(await ask(door, nowhere, nobody, headers), 404, "not_found")


async def test_lists_show_only_ones_own(door: Door, family: Family):
    for role, path in (
        ("parent", "/v1/claims"),
        ("parent", "/v1/policies"),
        ("parent", "/v1/policies?view=unfinished"),
    ):
        mine = await door.client.get(path, headers=door.as_(role, family.subject))
        others = await door.client.get(path, headers=door.as_(role, "somebody-else"))
        assert len(mine.json()["items"]) == 1
        assert others.json() == {"items": [], "next_cursor": None}
    for path in ("/v1/claims", "/v1/reviews"):
        others = await door.client.get(path, headers=door.adjuster(insurer="ganpo"))
        assert others.json() == {"items": [], "next_cursor": None}


async def test_an_adjuster_sees_the_claims_of_ones_own_insurer(door: Door, family: Family):
    seen = await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.adjuster())
    assert (seen.status_code, seen.json()["claim_id"]) == (200, family.claim_id)


@pytest.mark.parametrize("action", ["reassign", "undo"])
async def test_only_a_lead_may_reassign_and_undo(door: Door, family: Family, action):
    body = {"adjuster": "adj-2", "reason": "请改派"}
    answer = await door.client.post(f"/v1/reviews/{family.review_id}/{action}", json=body, headers=door.adjuster())
    is_problem(answer, 403, "lead_required")
    assert door.processes.told == []
