import base64
import json

import pytest
from api_door import Door
from api_family import Family
from api_routes import ANYONE, ROUTES, Route
from refusals import problems_of

pytestmark = pytest.mark.servers
named = {"ids": lambda route: route.name}
WITH_ID = [route for route in ROUTES if "{" in route.path]
BAD_IDS = [
    "%00", "a%00b", "%0d%0aset-cookie:x", "%ff%fe", "%ed%a0%80", "%F0%9F%98%80", "孩子", "%20", "a%20b", "'--", '"',
    "%27%20OR%201=1", "%25", "..", "%2e%2e", "..%5c..", "x.y", "x" * 81, "x" * 4000, "%7Bclaim_id%7D", "null", "-", "0",
]  # fmt: skip


def headers_for(door: Door, route: Route, family: Family):
    if route.roles == ANYONE:
        return {}
    return door.for_route(route, family)


def content_for(route: Route, family: Family):
    if route.form:
        return route.upload
    return {"json": route.body(family)} if route.body else {}


KNOWN = {route.path for route in ROUTES}


def with_nothing_for(name, path):  # as `..` does
    head, _, tail = path.partition("/{" + name + "}")
    return head.rpartition("/")[0] + tail


@pytest.mark.parametrize("route", WITH_ID, **named)
async def test_an_id_that_is_none_is_refused_or_not_found(door: Door, family: Family, route: Route):
    headers, before, wrong = headers_for(door, route, family), await door.rows(), []
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    for name in names:
        for bad in BAD_IDS:
            if bad == ".." and with_nothing_for(name, route.path) in KNOWN:
                # clients ask for that address instead
                continue
            address = route.path.replace("{" + name + "}", bad)
            address = Route(route.method, address, route.roles).address(family) if "{" in address else address
            answer = await door.client.request(route.method, address, headers=headers, **content_for(route, family))
            if problem := problems_of(answer, statuses=(401, 404, 405, 422)):
                wrong.append(f"{name}={bad[:40]}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert await door.rows() == before
    assert (door.processes.told, door.processes.started) == ([], {})


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/nothing", "/v1/claims/a/b/c", "/%00", "/v1/claims%00", "/v2/claims", "/admin"]
)
async def test_an_address_that_is_none_is_not_found(door: Door, path):
    assert not problems_of(await door.client.get(path), statuses=(404,), code="not_found")


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "TRACE", "PROPFIND"])
async def test_a_method_that_no_address_knows_is_refused(door: Door, method):
    answer = await door.client.request(method, "/v1/claims", headers=door.parent())
    assert not problems_of(answer, statuses=(405,), code="method_not_allowed")
    assert answer.headers["allow"] == "GET"


def cursor(text):
    return base64.urlsafe_b64encode(text if isinstance(text, bytes) else text.encode()).decode()


BAD_CURSORS = [
    "x", "%00", "%ff", "字", "=" * 8, "x" * 301, cursor(b"\xff\xfe"), cursor("x|y"), cursor("2026-03-10T00:00:00|x"),
    cursor("2026-03-10T00:00:00+08:00|"), cursor("2026-03-10T00:00:00+08:00|a\x00b"),
    cursor("2026-03-10T00:00:00+08:00|" + "x" * 81), cursor("2026-03-10T00:00:00+08:00"), cursor("|"), cursor(""),
]  # fmt: skip
LISTS = ["/v1/policies", "/v1/claims", "/v1/reviews", "/v1/reconciliations"]
ODD_CURSORS = [cursor("0001-01-01T00:00:00+14:00|x"), cursor("9999-12-31T23:59:59.999999-14:00|' OR 1=1")]
BAD_QUERIES = [
    *[("limit", value) for value in ("", "x", "0", "-1", "101", "1.5", "9" * 40, "%00", "٣", "NaN", "1e2", "true")],
    *[("cursor", value) for value in BAD_CURSORS if value],
]


def asked_by(door: Door, path):
    if path == "/v1/reconciliations":
        return door.as_("operator", "op-1")
    return door.adjuster() if path == "/v1/reviews" else door.parent()


@pytest.mark.parametrize("path", LISTS)
async def test_a_question_that_is_none_is_refused_by_field(door: Door, path):
    wrong = []
    for name, value in BAD_QUERIES:
        answer = await door.client.get(f"{path}?{name}={value}", headers=asked_by(door, path))
        if problem := problems_of(answer, name):
            wrong.append(f"{name}={value[:40]}: {problem}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("odd", ODD_CURSORS)
async def test_a_cursor_from_the_ends_of_time_is_only_a_page(door: Door, path, odd):
    answer = await door.client.get(f"{path}?cursor={odd}", headers=asked_by(door, path))
    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/policies?view=all", "view"),
        ("/v1/policies?view=", "view"),
        ("/v1/policies?as=owner", "as"),
        ("/v1/policies?as=%00", "as"),
        ("/v1/reviews?state=closed", "state"),
        ("/v1/products?school_type=college", "school_type"),
        ("/v1/products?insurer=" + "x" * 65, "insurer"),
    ],
)
async def test_a_filter_that_is_none_is_refused_by_field(door: Door, path, field):
    headers = door.adjuster() if "reviews" in path else door.parent()
    assert not problems_of(await door.client.get(path, headers=headers), field)


@pytest.mark.parametrize("value", ["x", "-1", "1" * 10, "1.5", "%00", "٣".encode(), b"\xff"])
async def test_a_last_event_that_is_none_is_refused(door: Door, family: Family, value):
    headers = door.parent(family.subject) | {"last-event-id": value}
    answer = await door.client.get(f"/v1/claims/{family.claim_id}/events", headers=headers)
    assert not problems_of(answer, "last-event-id")


async def test_a_query_may_hold_more_than_is_known(door: Door):
    assert (await door.client.get("/v1/claims?utm_source=x&limit=5", headers=door.parent())).status_code == 200


SIGNED = [
    {"event_id": "e" * 500},
    {"event_id": ""},
    {"event_id": "a\x00b"},
    {"request_id": "p" * 5000},
    {"request_id": "a\x00b"},
    {"request_id": "孩子"},
    {"uw_result": "WHATEVER"},
    {"reason": "字" * 100_000},
    {"reason_code": "x" * 5000},
    {"proposal_no": None},
]


@pytest.mark.parametrize("odd", SIGNED, ids=lambda odd: next(iter(odd)))
async def test_a_signed_message_that_makes_no_sense_is_no_error_of_ours(door: Door, odd):
    said = {
        "event_id": "event-odd", "request_id": "pu-1", "proposal_no": "1", "uw_result": "ACCEPTED", "reason_code": None,
        "reason": None,
    }  # fmt: skip
    body = json.dumps(said | odd).encode()
    path = door.insurer.callback_path
    headers = door.insurer.key.sign(
        "POST", path, body, str((said | odd)["event_id"]).replace("\x00", ""), door.parts.now()
    )
    answer = await door.client.post(path, content=body, headers=headers)
    assert answer.status_code in (200, 401, 422), answer.text


UNSIGNED = {
    "nothing": b"",
    "not UTF-8": b"\xff\xfe",
    "a form": b"sign=x&notify_id=%00",
    "deep lists": b"[" * 100_000,
    "a thousand fields": b"&".join(b"f%d=1" % n for n in range(5000)),
}


@pytest.mark.parametrize("path", ["alipay", "insurers/xiangjiang", "insurers/ganpo", "insurers/nobody"])
@pytest.mark.parametrize("content", UNSIGNED.values(), ids=UNSIGNED)
async def test_an_unsigned_message_is_refused(door: Door, path, content):
    before, wrong = await door.rows(), []
    for kind in (
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
    ):
        answer = await door.client.post(f"/v1/callbacks/{path}", content=content, headers={"content-type": kind})
        if problem := problems_of(answer, statuses=(401, 404, 422)):
            wrong.append(f"{kind}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert await door.rows() == before
    assert door.processes.told == []
