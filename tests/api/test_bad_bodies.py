import json

import pytest
from api_door import Door
from api_family import Family
from api_routes import PNG, ROUTES, Route, insured, report
from bad_values import UNUSABLE_TEXTS, bad_bodies, choices
from refusals import is_chinese, problems_of

from api.routes.takeover import PolicyBody

pytestmark = pytest.mark.servers
named = {"ids": lambda route: route.name}
WITH_BODY = [route for route in ROUTES if route.body]
ROWS = "/v1/insurers/{code}/policies"
JSON = {"content-type": "application/json"}


def headers_for(door: Door, route: Route, family: Family):
    return door.for_route(route, family)


async def unchanged(door: Door, before):
    assert await door.rows() == before
    assert (door.processes.told, door.processes.started, door.insurer.entries) == ([], {}, [])


@pytest.mark.parametrize("route", [r for r in WITH_BODY if r.path != ROWS], **named)
async def test_every_field_refuses_what_it_can_not_be(door: Door, family: Family, route: Route):
    description = door.app.openapi()
    operation = description["paths"][route.path][route.method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    headers, before, tried, wrong = headers_for(door, route, family) | JSON, await door.rows(), 0, []
    for bad in bad_bodies(schema, route.body(family), description["components"]["schemas"]):
        tried += 1
        answer = await door.client.request(
            route.method, route.address(family), headers=headers, content=json.dumps(bad.body)
        )
        if problem := problems_of(answer, bad.field):
            wrong.append(f"{bad.field} {bad.what}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert tried
    await unchanged(door, before)


async def test_every_field_of_a_policy_sold_elsewhere_is_refused_by_its_row(door: Door, family: Family):
    route = next(route for route in ROUTES if route.path == ROWS)
    schema = PolicyBody.model_json_schema()
    headers, before, wrong = door.adjuster() | JSON, await door.rows(), []
    good = route.body(family)["policies"][0]
    for bad in bad_bodies(schema, good, schema["$defs"]):
        answer = await door.client.put(
            route.address(family), headers=headers, content=json.dumps({"policies": [bad.body]})
        )
        if answer.status_code != 200:
            wrong.append(f"{bad.field} {bad.what}: {answer.status_code} {answer.text[:200]}")
            continue
        body = answer.json()
        rows = [e for e in body["rejected"] if e["field"] == bad.field and e["row"] == 0 and is_chinese(e["message"])]
        if body["accepted"] or not rows:
            wrong.append(f"{bad.field} {bad.what}: {body}")
    assert not wrong, "\n".join(wrong)
    for policies in (None, "x", {}, [], [1], ["x"], [None], [[]], [good] * 1001):
        answer = await door.client.put(
            route.address(family), headers=headers, content=json.dumps({"policies": policies})
        )
        assert not problems_of(answer, "policies")
    await unchanged(door, before)


BROKEN = {
    "nothing": b"",
    "half of it": b'{"a": ',
    "not JSON": b"nul",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1",
    "null": b"null",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "a number without end": b'{"a": ' + b"9" * 100_000 + b"}",
    "a form": b"a=1&b=2",
}


@pytest.mark.parametrize("route", WITH_BODY, **named)
async def test_a_body_that_is_no_body_is_refused(door: Door, family: Family, route: Route):
    headers, before, wrong = headers_for(door, route, family), await door.rows(), []
    for what, content in BROKEN.items():
        for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            answer = await door.client.request(
                route.method, route.address(family), headers=headers | {"content-type": kind}, content=content
            )
            if problem := problems_of(answer, "body" if content else None):
                wrong.append(f"{what} as {kind}: {problem}")
    assert not wrong, "\n".join(wrong)
    await unchanged(door, before)


@pytest.mark.parametrize("route", WITH_BODY, **named)
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "streamed"])
async def test_a_body_over_a_mebibyte_is_refused(door: Door, family: Family, route: Route, declared):
    headers, before = headers_for(door, route, family) | JSON, await door.rows()
    content = json.dumps(route.body(family) | {"padding": "x" * 1024 * 1024}).encode()

    async def parts():
        for start in range(0, len(content), 64 * 1024):
            yield content[start : start + 64 * 1024]

    answer = await door.client.request(
        route.method, route.address(family), headers=headers, content=content if declared else parts()
    )
    assert not problems_of(answer, statuses=(413,))
    assert answer.json()["code"] == "body_too_large"
    await unchanged(door, before)


KEYS = ["", " ", "a b", "x" * 201, "钥匙", "a\x00b", "a\x7f", "a\tb", "é"]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.creates], **named)
async def test_an_idempotency_key_that_is_none_is_refused(door: Door, family: Family, route: Route):
    headers, before = headers_for(door, route, family), await door.rows()
    content = {"json": route.body(family)} if route.body else upload()
    for key in KEYS:
        answer = await door.client.request(
            route.method, route.address(family), headers=headers | {"idempotency-key": key.encode()}, **content
        )
        assert not problems_of(answer, "Idempotency-Key"), key
    await unchanged(door, before)


def upload(data=PNG, kind="medical_receipt"):
    return {"files": {"file": ("a.png", data)}, "data": {"kind": kind} if kind is not None else {}}


UPLOADS = {
    "no file": ({"data": {"kind": "medical_receipt"}, "files": {"other": ("a.png", PNG)}}, "file"),
    "no kind": (upload(kind=None), "kind"),
    "unknown kind": (upload(kind="selfie"), "kind"),
    "kind with NUL": (upload(kind="a\x00b"), "kind"),
    "kind twice, one unknown": ({"files": {"file": ("a.png", PNG)}, "data": {"kind": ["diagnosis", "x"]}}, "kind"),
    "file as text": ({"data": {"kind": "diagnosis", "file": "x"}, "files": {"other": ("a", b"")}}, "file"),
    "empty file": (upload(b""), "file"),
    "text": (upload("这不是图片".encode()), "file"),
    "half a picture's head": (upload(PNG[:20]), "file"),
    "a picture with markup before it": (upload(b"<script>" + PNG), "file"),
    "an archive behind a picture": (upload(PNG + b"PK\x05\x06" + b"\x00" * 18), "file"),
    "a program": (upload(b"\x7fELF" + b"\x00" * 200), "file"),
    "21 MB": (upload(b"\x89PNG" + b"\x00" * (21 * 1024 * 1024 - 4)), "file"),
}


@pytest.mark.parametrize(("content", "field"), UPLOADS.values(), ids=UPLOADS)
async def test_a_file_that_can_not_be_evidence_is_refused(door: Door, family: Family, content, field):
    before = await door.rows()
    address = f"/v1/claims/{family.claim_id}/documents"
    answer = await door.client.post(address, headers=door.parent(family.subject), **content)
    assert not problems_of(answer, field)
    await unchanged(door, before)


async def test_an_upload_larger_than_any_file_is_not_even_read(door: Door, family: Family):
    async def endless():
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        for _ in range(64):
            yield b"\x00" * 1024 * 1024

    before = await door.rows()
    kind = {"content-type": "multipart/form-data; boundary=x"}
    address = f"/v1/claims/{family.claim_id}/documents"
    answer = await door.client.post(address, headers=door.parent(family.subject) | kind, content=endless())
    assert not problems_of(answer, statuses=(413,))
    await unchanged(door, before)


BROKEN_FORMS = {
    "no boundary": ("multipart/form-data", b"x"),
    "another boundary": ("multipart/form-data; boundary=y", b"--x\r\n\r\n--x--"),
    "cut off": ("multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="fi'),
    "a part without a name": ("multipart/form-data; boundary=x", b"--x\r\ncontent-disposition: form-data\r\n\r\na\r\n--x--"),
    "JSON": ("application/json", b"{}"),
    "a thousand fields": (
        "multipart/form-data; boundary=x",
        b"".join(b'--x\r\ncontent-disposition: form-data; name="f%d"\r\n\r\na\r\n' % n for n in range(1500)) + b"--x--",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content"), BROKEN_FORMS.values(), ids=BROKEN_FORMS)
async def test_a_form_that_is_no_form_is_refused(door: Door, family: Family, kind, content):
    headers = door.parent(family.subject) | {"content-type": kind}
    answer = await door.client.post(f"/v1/claims/{family.claim_id}/documents", headers=headers, content=content)
    assert not problems_of(answer)


PAYEES = {
    "no payee at all": ({"consents": []}, "kind"),
    "no account": ({"kind": "alipay", "name": "黄建国", "relationship": "parent"}, "account"),
    "nobody": ({"payees": []}, "payees"),
    "too many": ([("黄建国", "0.01")] * 21, "payees"),
    "shares below 1": ([("黄建国", "0.5"), ("李芳", "0.4")], "payees"),
    "shares above 1": ([("黄建国", "0.5"), ("李芳", "0.6")], "payees"),
    "no shares": ([("黄建国", None), ("李芳", None)], "payees"),
    "a negative share": ([("黄建国", "1.5"), ("李芳", "-0.5")], "payees"),
    "a share that is no number": ([("黄建国", "half"), ("李芳", "half")], "payees"),
    "nothing divided": ([("黄建国", "1/0"), ("李芳", "1")], "payees"),
    "a number without end": ([("黄建国", "1e9999999"), ("李芳", "0.5")], "payees"),
    "a share as a boolean": ([("黄建国", True)], "payees"),
    "not a number": ([("黄建国", float("nan")), ("李芳", 1)], "payees"),
    "infinity": ([("黄建国", float("inf")), ("李芳", 1)], "payees"),
    "a list as a share": ([("黄建国", [1])], "payees"),
    "one payee with half": ([("黄建国", "0.5")], "payees"),
}


@pytest.mark.parametrize(("body", "field"), PAYEES.values(), ids=PAYEES)
async def test_payees_that_can_not_be_are_refused(door: Door, family: Family, body, field):
    if isinstance(body, list):
        payee = {"kind": "alipay", "account": "a@example.com", "relationship": "parent"}
        body = {"payees": [payee | {"name": name, "share": share} for name, share in body]}
    headers = door.parent(family.subject) | JSON
    answer = await door.client.put(f"/v1/claims/{family.claim_id}/payee", headers=headers, content=json.dumps(body))
    assert not problems_of(answer, field)
    assert door.processes.told == []


@pytest.mark.parametrize("text", UNUSABLE_TEXTS)
async def test_a_name_of_a_field_is_as_clean_as_its_value(door: Door, family: Family, text):
    body = {"receipt_id": family.receipt_id, "fields": {text: "1"}, "reason": "核对原件"}
    headers = door.adjuster() | JSON
    answer = await door.client.post(
        f"/v1/reviews/{family.review_id}/corrections", content=json.dumps(body), headers=headers
    )
    assert not problems_of(answer, "fields")


IMPOSSIBLE_REPORTS = {
    "accident_at": "2026-03-10T10:00:01+08:00",
    "claimant_mobile": "12345678901",
    "accident_region": "990000",
}


@pytest.mark.parametrize(("field", "value"), IMPOSSIBLE_REPORTS.items(), ids=IMPOSSIBLE_REPORTS)
async def test_a_report_of_what_can_not_be_is_refused(door: Door, family: Family, field, value):
    before = await door.rows()
    address = f"/v1/policies/{family.policy_no}/claims"
    answer = await door.client.post(address, json=report() | {field: value}, headers=door.parent(family.subject))
    assert not problems_of(answer, field)
    await unchanged(door, before)


IMPOSSIBLE_CHILDREN = {
    "id_number": "430102201602290018",
    "birth_date": "2016-03-01",
    "gender": "female",
    "school_code": "123",
    "school_region": "990000",
    "name": "12345",
}


@pytest.mark.parametrize(("field", "value"), IMPOSSIBLE_CHILDREN.items(), ids=IMPOSSIBLE_CHILDREN)
async def test_a_child_who_can_not_be_is_refused(door: Door, family: Family, field, value):
    before = await door.rows()
    route = next(route for route in ROUTES if route.name == "POST /v1/purchases")
    body = route.body(family) | {"insured": insured() | {field: value}}
    answer = await door.client.post("/v1/purchases", json=body, headers=door.parent(family.subject))
    assert not problems_of(answer, f"insured.{field}")
    await unchanged(door, before)


def test_the_description_of_every_field_says_where_it_ends(door: Door):
    description = door.app.openapi()
    for name, schema in description["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            for kind in choices(described, description["components"]["schemas"]):
                ends = {"maxLength", "pattern", "enum", "const", "format", "contentMediaType"} & kind.keys()
                assert kind.get("type") != "string" or ends, f"{name}.{field} has no end"


async def test_a_field_that_may_be_of_several_kinds_is_named_once_and_as_people_wrote_it(door: Door):
    answer = await door.client.post(
        "/v1/reviews/re-1/corrections",
        json={"receipt_id": "r", "fields": {"total": 3.5}, "reason": "x"},
        headers=door.adjuster(),
    )
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["fields.total"])


async def test_the_description_says_how_one_logs_in(door: Door):
    described = (await door.client.get("/openapi.json")).json()
    assert described["components"]["securitySchemes"]["HTTPBearer"] == {"type": "http", "scheme": "bearer"}
    assert described["paths"]["/v1/purchases"]["get"]["security"] == [{"HTTPBearer": []}]
