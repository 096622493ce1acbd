import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from api_family import Family, new_family
from api_routes import PNG, report, takeover
from refusals import problems_of
from stack_door import StackDoor, open_stack_door, today
from temporalio.client import Client

from insurance.rules.cover import shanghai_day
from insurance.tables import Claim
from tests import records
from tests.running_stack import XUEPING, Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
async def door(stack: Stack) -> AsyncIterator[StackDoor]:
    async with open_stack_door(stack) as door:
        yield door


async def until(door: StackDoor, path, headers, reached):
    async with asyncio.timeout(30):
        while True:
            body = (await door.client.get(path, headers=headers)).json()
            if reached(body):
                return body
            await asyncio.sleep(0.1)


@pytest.fixture
async def family(door: StackDoor) -> Family:
    """A closed claim, opened again: its process and its review really run."""
    family = await new_family(door, insured_from=records.EFFECTIVE)
    async with door.database.transaction() as session:
        claim = await session.get(Claim, family.claim_id)
        claim.open, claim.state = False, "closed"
        claim.case = claim.case | {"state": "closed", "review_id": None, "review_count": 1}
    headers = door.parent(family.subject)
    answer = await door.client.post(
        f"/v1/claims/{family.claim_id}/reopen", json={"reason": "发现新的票据"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    path = f"/v1/claims/{family.claim_id}"
    claim = await until(door, path, headers, lambda c: c["state"] == "in_review" and c["review_id"])
    review_id = claim["review_id"]
    await until(door, f"/v1/reviews/{review_id}", door.adjuster(), lambda r: r.get("state") == "open")
    return Family(**vars(family) | {"review_id": review_id})


async def act(door: StackDoor, family: Family, action, body=None, adjuster="adj-1", **bound):
    headers = door.adjuster(adjuster, **bound)
    return await door.client.post(f"/v1/reviews/{family.review_id}/{action}", json=body, headers=headers)


async def say(door: StackDoor, family: Family, action, body=None):
    headers = door.parent(family.subject)
    return await door.client.post(f"/v1/claims/{family.claim_id}/{action}", json=body, headers=headers)


async def timeline(door: StackDoor, family: Family):
    answer = await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))
    return answer.json()["timeline"]


async def history(door: StackDoor, *processes):
    """How many events Temporal has of each of them."""
    client = await Client.connect(door.stack.environment["XUEPING_TEMPORAL__ADDRESS"])
    return [(await client.get_workflow_handle(process).describe()).history_length for process in processes]


@pytest.mark.parametrize("move", ["submit", "accept", "dispute", "reopen"])
async def test_a_move_that_the_state_does_not_allow_is_refused_without_a_trace(door: StackDoor, family: Family, move):
    before, events = await timeline(door, family), await history(door, family.claim_id)
    answer = await say(door, family, move, {"reason": "再看一次"} if move == "reopen" else None)
    assert not problems_of(answer, statuses=(409,), code="illegal_move")
    assert await timeline(door, family) == before
    assert await history(door, family.claim_id) == events


async def test_a_review_is_held_by_one_adjuster_at_a_time(door: StackDoor, family: Family):
    for action, body in (
        ("release", None),
        ("decision", {"outcome": "full"}),
        ("request-documents", {"kinds": ["other"]}),
    ):
        assert not problems_of(await act(door, family, action, body), statuses=(409,), code="not_holder")
    both = await asyncio.gather(act(door, family, "take"), act(door, family, "take", adjuster="adj-2"))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    refused = next(answer for answer in both if answer.status_code == 409)
    assert not problems_of(refused, statuses=(409,), code="already_taken")


async def test_what_staff_did_and_why_is_told_by_replay(door: StackDoor, family: Family):
    await act(door, family, "take")
    why = {"receipt_id": family.receipt_id, "fields": {"total": "900.00"}, "reason": "原件是九百元"}
    assert (await act(door, family, "corrections", why)).status_code == 200
    typo = await act(door, family, "reassign", {"adjuster": "adj-22"}, "lead-1", lead=True)
    assert not problems_of(typo, statuses=(422,), code="unknown_adjuster")
    assert (await act(door, family, "reassign", {"adjuster": "lead-1"}, "lead-1", lead=True)).status_code == 200
    command = [XUEPING, "claims", "replay", family.claim_id, "--data-dir", door.stack.folder]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    steps = ["因新的情况重新受理", "发现新的票据", "理赔员 adj-1", "原件是九百元", "理赔员 lead-1", "逐条校验无误"]
    places = [told.stdout.find(step) for step in steps]
    assert -1 not in places and places == sorted(places), told.stdout
    shown = await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))
    assert "原件是九百元" not in json.dumps(shown.json()["timeline"], ensure_ascii=False)


BAD_CORRECTIONS = {
    "total": "-1.00",
    "pool_pay": "12.345",
    "self_expense": "1e5",
    "other_pay": "5",
    "bill_no": "12 34",
    "check_code": "长" * 6,
    "total_upper": "很多钱",
    "date": "2026-02-30",
    "treated_on": "soon",
    "category": "cosmetic",
    "social_insurance_settled": "maybe",
    "colour": "red",
    "items": "x",
}
BAD_DECISIONS = {
    "refused without a reason": ({"outcome": "refused"}, "reason_required", "reason_codes"),
    "partial without a reason": (
        {"outcome": "partial", "lines": [{"coverage_id": "accident_medical", "payable_fen": 1}]}, "reason_required",
        "reason_codes",
    ),
    "an unknown reason": ({"outcome": "refused", "reason_codes": ["because"]}, "unknown_reason", "reason_codes"),
    "refused without a word": ({"outcome": "refused", "reason_codes": ["other"]}, "comment_required", "comment"),
    "partial without lines": ({"outcome": "partial", "reason_codes": ["other"]}, "lines_required", "lines"),
    "an unknown coverage": (
        {"outcome": "partial", "reason_codes": ["other"], "lines": [{"coverage_id": "flying", "payable_fen": 1}]},
        "unknown_coverage", "lines",
    ),
    "more than settled": (
        {
            "outcome": "partial", "reason_codes": ["other"],
            "lines": [{"coverage_id": "accident_medical", "payable_fen": 10**9}],
        },
        "above_settlement", "lines",
    ),
    "partial of nothing": (
        {
            "outcome": "partial", "reason_codes": ["other"],
            "lines": [{"coverage_id": "accident_medical", "payable_fen": 0}],
        },
        "not_partial", "lines",
    ),
}  # fmt: skip


async def test_a_correction_or_decision_that_can_not_be_is_refused_by_field_without_a_trace(
    door: StackDoor, family: Family
):
    assert (await act(door, family, "take")).status_code == 200
    before, wrong = await timeline(door, family), []
    events = await history(door, family.claim_id, family.review_id)
    for field, value in BAD_CORRECTIONS.items():
        body = {"receipt_id": family.receipt_id, "fields": {field: value}, "reason": "核对原件"}
        if problem := problems_of(await act(door, family, "corrections", body), f"fields.{field}"):
            wrong.append(f"{field}: {problem}")
    nothing = {"receipt_id": "no-such-receipt", "fields": {"total": "1.00"}, "reason": "核对原件"}
    assert not problems_of(await act(door, family, "corrections", nothing), "receipt_id", code="receipt_unknown")
    for what, (body, code, field) in BAD_DECISIONS.items():
        if problem := problems_of(await act(door, family, "decision", body), field, code=code):
            wrong.append(f"{what}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert await timeline(door, family) == before
    assert await history(door, family.claim_id, family.review_id) == events
    shown = (await door.client.get(f"/v1/reviews/{family.review_id}", headers=door.adjuster())).json()
    assert (shown["state"], shown["decision"]) == ("taken", None)


async def test_the_longest_texts_that_are_taken_do_not_stop_a_claim(door: StackDoor, family: Family):
    await act(door, family, "take")
    longest = dict.fromkeys(("payer", "hospital"), "长" * 100)
    longest |= dict.fromkeys(("bill_no", "bill_code", "check_code"), "9" * 32)
    body = {"receipt_id": family.receipt_id, "fields": longest, "reason": "理" * 2000}
    answer = await act(door, family, "corrections", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["receipts"][0]["fields"] == answer.json()["receipts"][0]["fields"] | longest
    answer = await act(
        door, family, "decision", {"outcome": "refused", "reason_codes": ["other"] * 20, "comment": "因" * 2000}
    )
    assert answer.status_code == 200, answer.text
    # told at once: whoever decides and looks sees what became of it
    claim = (await door.client.get(f"/v1/claims/{family.claim_id}", headers=door.parent(family.subject))).json()
    assert claim["state"] == "decided"
    assert claim["decision"]["comment"] == "因" * 2000


async def test_of_two_decisions_at_once_one_counts(door: StackDoor, family: Family):
    await act(door, family, "take")
    decisions = [{"outcome": "refused", "reason_codes": ["other"], "comment": "不属于保险责任"}, {"outcome": "full"}]
    answers = await asyncio.gather(*(act(door, family, "decision", body) for body in decisions))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_missing_papers_are_named_when_a_claim_is_submitted_without_them(door: StackDoor, family: Family):
    await act(door, family, "take")
    assert (await act(door, family, "request-documents", {"kinds": ["diagnosis"]})).status_code == 200
    headers = door.parent(family.subject)
    path = f"/v1/claims/{family.claim_id}"
    assert (await door.client.get(path, headers=headers)).json()["state"] == "supplement_requested"
    answer = await say(door, family, "accept")
    assert not problems_of(answer, statuses=(409,), code="illegal_move")


@pytest.fixture
async def reported(door: StackDoor) -> tuple[str, str]:
    """A parent and a claim just reported on a policy taken over."""
    subject, day = records.new("parent"), shanghai_day(datetime.now(UTC)) - timedelta(days=80)
    row = takeover()["policies"][0] | {
        "policy_no": records.new("XJ"), "account": subject, "effective_date": day.isoformat(),
        "paid_at": f"{day - timedelta(days=3)}T10:00:00+08:00",
    }  # fmt: skip
    taken = await door.client.put(
        "/v1/insurers/xiangjiang/policies", json={"policies": [row]}, headers=door.as_("operator", "op")
    )
    assert taken.json() == {"accepted": 1, "rejected": []}
    answer = await door.client.post(
        f"/v1/policies/{row['policy_no']}/claims", json=today(report()), headers=door.parent(subject)
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["report_no"]
    return subject, answer.json()["claim_id"]


async def test_a_claim_without_its_papers_can_not_be_submitted_and_says_which(door: StackDoor, reported):
    subject, claim_id = reported
    answer = await door.client.post(f"/v1/claims/{claim_id}/submit", headers=door.parent(subject))
    assert not problems_of(answer, "medical_receipt", code="documents_missing")


async def test_a_file_given_twice_with_one_key_is_one_document(door: StackDoor, reported):
    subject, claim_id = reported
    headers = door.parent(subject) | {"idempotency-key": records.new("key")}
    path = f"/v1/claims/{claim_id}/documents"
    content = {"files": {"file": ("a.png", PNG)}, "data": {"kind": "diagnosis"}}
    answers = await asyncio.gather(*(door.client.post(path, headers=headers, **content) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["document_id"] for answer in answers}) == 1
    claim = (await door.client.get(f"/v1/claims/{claim_id}", headers=headers)).json()
    assert [document["kind"] for document in claim["documents"]] == ["diagnosis"]


async def test_a_direct_upload_is_evidence_once_it_is_complete(door: StackDoor, reported):
    subject, claim_id = reported
    headers = door.parent(subject)
    form = (
        await door.client.post(f"/v1/claims/{claim_id}/uploads", json={"kind": "diagnosis"}, headers=headers)
    ).json()
    complete = f"/v1/claims/{claim_id}/uploads/{form['upload_id']}/complete"
    assert not problems_of(await door.client.post(complete, headers=headers), statuses=(409,), code="not_uploaded")
    posted = await door.client.post(form["url"], data=form["fields"], files={"file": ("a.png", PNG)})
    assert posted.status_code in (200, 201, 204), posted.text
    documents = [(await door.client.post(complete, headers=headers)).json() for _ in range(2)]
    # the form is used once more: what was completed stays
    await door.client.post(form["url"], data=form["fields"], files={"file": ("a.png", PNG + b"\0")})
    documents.append((await door.client.post(complete, headers=headers)).json())
    assert documents[0] == documents[1] == documents[2]
    assert (documents[0]["kind"], documents[0]["state"]) == ("diagnosis", "received")
    other = form["upload_id"].replace("diagnosis", "medical_receipt")
    answer = await door.client.post(f"/v1/claims/{claim_id}/uploads/{other}/complete", headers=headers)
    assert not problems_of(answer, statuses=(409,), code="not_uploaded")


async def test_a_direct_upload_that_is_no_evidence_is_refused(door: StackDoor, reported):
    subject, claim_id = reported
    headers = door.parent(subject)
    form = (
        await door.client.post(f"/v1/claims/{claim_id}/uploads", json={"kind": "diagnosis"}, headers=headers)
    ).json()
    await door.client.post(form["url"], data=form["fields"], files={"file": ("a.png", b"not a picture")})
    complete = f"/v1/claims/{claim_id}/uploads/{form['upload_id']}/complete"
    assert not problems_of(await door.client.post(complete, headers=headers), "file")
    claim = (await door.client.get(f"/v1/claims/{claim_id}", headers=headers)).json()
    assert claim["documents"] == []


async def test_a_notice_that_is_not_the_gateways_is_refused_by_the_real_adapter(door: StackDoor):
    forged = {
        "app_id": "2021000000000001", "notify_id": "n-1", "out_trade_no": "pu-1-1", "trade_no": "t-1",
        "trade_status": "TRADE_SUCCESS", "total_amount": "120.00", "sign_type": "RSA2", "sign": "Zm9yZ2Vk",
    }  # fmt: skip
    odd = [
        forged,
        forged | {"sign": "字"},
        forged | {"sign": ""},
        {},
        {"sign": "x" * 10_000},
        forged | {"sign_type": "MD5"},
    ]
    for form in odd:
        answer = await door.client.post("/v1/callbacks/alipay", data=form)
        assert not problems_of(answer, statuses=(401,), code="signature_invalid"), form
    for headers in (
        {},
        {"x-timestamp": "²".encode("latin-1")},
        {"x-timestamp": "9" * 5000},
        {"x-signature": "é".encode("latin-1")},
    ):
        answer = await door.client.post(
            "/v1/callbacks/insurers/xiangjiang", content=json.dumps({"event_id": "x"}), headers=headers
        )
        assert not problems_of(answer, statuses=(401,), code="signature_invalid"), headers
