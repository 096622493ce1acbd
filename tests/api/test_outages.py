import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import psutil
import pytest
from api_family import Family, new_family
from api_routes import GUARDED, ROUTES, Route
from refusals import problems_of
from stack_door import StackDoor, open_stack_door

from insurance.rules.cover import shanghai_day
from insurance.tables import Claim
from tests import records
from tests.running_stack import Stack

pytestmark = pytest.mark.stack

BY_NAME = {route.name: route for route in ROUTES}
WITHOUT_PROCESS = (
    "/uploads",
    "/consent-files",
    "/consents/{consent_id}/withdraw",
    "/give",
    "/roster",
    "/complete",
    "/letters",
    "/messages",
    "/judgement",
    "/incidents",
    "/{incident_id}/claims",
    "/remove",
    "/purchases/preview",
)
# a day is reconciled by its process, which waits for the books
WITHOUT_BOOKS = ("/run",)
PROCESSES = [
    route
    for route in GUARDED
    if route.method != "GET" and not route.path.endswith(WITHOUT_PROCESS) and "/insurers/" not in route.path
]
STORE = [
    route
    for route in GUARDED
    if route.path.endswith(("/claims/{claim_id}/documents", "/complete", "/consent-files", "{policy_no}/document"))
]
# the family's claim is linked to an event already, and its serious case has no process
CREATED_BY_OTHERS = ("/documents", "/uploads", "/incidents", "/notes")
CREATING = [route for route in GUARDED if route.creates and not route.path.endswith(CREATED_BY_OTHERS)]
OPEN = [BY_NAME[name] for name in ("GET /v1/products", "GET /v1/insurers", "POST /v1/previews/settlement")]
# the family's claim has no letter yet, and no day was reconciled
READS = [
    route
    for route in GUARDED
    if route.method == "GET" and not {"{letter_id}", "{day}", "document"} & {*route.path.split("/")}
]
# what each part's absence keeps from working, and what it must not
BOOKED = [route for route in GUARDED if not route.path.endswith(WITHOUT_BOOKS)]
NEEDED = {"postgres": (BOOKED, OPEN), "temporal": (PROCESSES, [*OPEN, *READS]), "store": (STORE, [*OPEN, *READS])}


@pytest.fixture
async def door(stack: Stack) -> AsyncIterator[StackDoor]:
    async with open_stack_door(stack) as door:
        yield door


@pytest.fixture
async def reviewed(door: StackDoor) -> Family:
    return await new_family(door, adjuster="adj-1", insured_from=shanghai_day(datetime.now(UTC)))


@pytest.fixture
async def closed(door: StackDoor) -> Family:
    """A family whose claim is closed, so that it can be opened again and the policy surrendered."""
    family = await new_family(door, insured_from=shanghai_day(datetime.now(UTC)))
    async with door.database.transaction() as session:
        claim = await session.get(Claim, family.claim_id)
        claim.open, claim.state, claim.case = False, "closed", claim.case | {"state": "closed"}
    return family


@contextmanager
def without(stack: Stack, part: str, how: str) -> Iterator[None]:
    """`part` killed or frozen, with everything below it; the supervisor looks away until the end."""
    os.kill(stack.process.pid, signal.SIGSTOP)
    top = psutil.Process(stack.pid(part))
    family = [top, *top.children(recursive=True)]
    try:
        for process in family:
            process.kill() if how == "killed" else process.suspend()
        yield
    finally:
        if how == "frozen":
            for process in reversed(family):
                process.resume()
        os.kill(stack.process.pid, signal.SIGCONT)
        stack.wait_ready()


def family_for(route: Route, reviewed: Family, closed: Family) -> Family:
    return closed if route.path.endswith(("/reopen", "/surrenders")) else reviewed


@pytest.mark.parametrize("how", ["killed", "frozen"])
@pytest.mark.parametrize("part", NEEDED)
async def test_what_needs_a_missing_part_says_so_and_works_again_by_itself(
    door: StackDoor, reviewed: Family, closed: Family, part: str, how: str
):
    stack, (needing, standing) = door.stack, NEEDED[part]
    api, before = stack.pid("api"), await door.rows_of(reviewed, closed)
    keys = {route.name: records.new("key") for route in CREATING}

    async def ask(route: Route) -> httpx.Response:
        return await door.ask(route, family_for(route, reviewed, closed), keys.get(route.name))

    with without(stack, part, how):
        *answers, ready = await asyncio.gather(*map(ask, (*needing, *standing)), door.client.get("/readyz"))
    refused = dict(zip(needing, answers, strict=False))
    served = dict(zip(standing, answers[len(needing) :], strict=True))
    # our own connections to it are as dead as anybody's
    await door.database.close()
    wrong = {route.name: problems_of(answer, statuses=(503,), code="unavailable") for route, answer in refused.items()}
    assert {name: problem for name, problem in wrong.items() if problem} == {}
    assert {answer.headers.get("retry-after") for answer in refused.values()} == {"3"}
    assert {route.name: answer.status_code for route, answer in served.items() if answer.status_code != 200} == {}
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "3")
    assert [name for name, holds in ready.json()["parts"].items() if not holds] == [
        {"postgres": "database", "store": "storage", "temporal": "temporal"}[part]
    ]
    assert await door.rows_of(reviewed, closed) == before
    again = [await ask(route) for route in CREATING for _ in range(2)]
    assert [answer.status_code for answer in again] == [201] * len(again), [answer.text for answer in again]
    after = await door.rows_of(reviewed, closed)
    assert {name: after[name] - before[name] for name in ("purchases", "claims", "surrenders")} == {
        "purchases": 1, "claims": 1, "surrenders": 1,
    }  # fmt: skip
    assert stack.pid("api") == api
