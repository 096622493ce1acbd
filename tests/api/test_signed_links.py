from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from api_door import SETTINGS, Door
from api_family import Family, new_family

from insurance.rules.signed_link import link_signature
from tests import records

pytestmark = pytest.mark.servers


@pytest.fixture
async def own(door: Door) -> Family:
    return await new_family(door)


async def link_of(door: Door, family: Family) -> dict[str, str]:
    answer = await door.client.get(f"/v1/policies/{family.policy_no}", headers=door.parent(family.subject))
    assert answer.status_code == 200, answer.text
    return answer.json()["download"]


def opened(door: Door, address: str):
    return door.client.get(address.removeprefix(SETTINGS.public_url))


@contextmanager
def later(door: Door, **by: float) -> Iterator[None]:
    door.app.state.parts = replace(door.parts, clock=lambda: records.NOW + timedelta(**by))
    yield
    door.app.state.parts = door.parts


async def test_a26_a_signed_link_opens_the_same_file_without_a_token(door: Door, own: Family):
    link = await link_of(door, own)
    file = await opened(door, link["url"])
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    by_token = await door.client.get(f"/v1/policies/{own.policy_no}/document", headers=door.parent(own.subject))
    assert file.content == by_token.content and file.content.startswith(b"%PDF")
    assert "no-store" in file.headers["cache-control"] and file.headers["referrer-policy"] == "no-referrer"


async def test_it_says_how_long_it_lasts_and_nothing_of_the_family(door: Door, own: Family):
    link = await link_of(door, own)
    assert datetime.fromisoformat(link["expires_at"]) == records.NOW.replace(microsecond=0) + timedelta(minutes=15)
    address = urlsplit(link["url"])
    assert set(parse_qs(address.query)) == {"expires", "signature"}
    assert address.path == f"/v1/downloads/policies/{own.policy_no}" and own.subject not in link["url"]


async def test_it_ends_with_its_time(door: Door, own: Family):
    link = await link_of(door, own)
    with later(door, minutes=15):
        last = await opened(door, link["url"])
    with later(door, minutes=15, seconds=1):
        answer, another = await opened(door, link["url"]), await opened(door, (await link_of(door, own))["url"])
    assert (last.status_code, another.status_code) == (200, 200)
    assert (answer.status_code, answer.json()["code"]) == (410, "link_expired")
    assert "过期" in answer.json()["title"]


async def test_an_altered_link_opens_nothing(door: Door, own: Family):
    address, other = (await link_of(door, own))["url"], await new_family(door)
    expires = int(parse_qs(urlsplit(address).query)["expires"][0])
    altered = [
        address.replace(own.policy_no, other.policy_no),
        address.replace(own.policy_no, "P-nobody"),
        address.replace(f"expires={expires}", f"expires={expires + 3600}"),
        address[:-1] + ("a" if address[-1] != "a" else "b"),
        address.partition("signature=")[0] + "signature=" + link_signature(own.policy_no, expires, ""),
    ]
    before = await door.rows()
    for changed in altered:
        answer = await opened(door, changed)
        assert (answer.status_code, answer.json()["code"]) == (404, "link_invalid"), changed
    assert await door.rows() == before


@pytest.mark.parametrize("query", ["", "expires=1", "expires=x&signature=a", "expires=-1&signature=a", "signature=a"])
async def test_half_a_link_is_refused_by_field(door: Door, own: Family, query: str):
    answer = await door.client.get(f"/v1/downloads/policies/{own.policy_no}?{query}")
    assert answer.status_code == 422 and answer.json()["errors"]


async def test_an_adjuster_who_looks_at_a_policy_gets_no_link(door: Door, own: Family):
    answer = await door.client.get(f"/v1/policies/{own.policy_no}", headers=door.adjuster())
    assert answer.json()["download"] is None
