import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from insurer_client import InsurerClient, a_proposal, insurer_config
from simulator_process import Receiver, until

from insurance.simulators.insurer.app import build
from insurance.simulators.process import in_background


@pytest.fixture
def insurer(tmp_path: Path, receiver: tuple[Receiver, str], client: httpx.AsyncClient) -> Iterator[InsurerClient]:
    made = insurer_config(receiver[1], slow_underwriting_seconds=0.5, proposal_valid_days=1)
    with in_background(build(made, tmp_path / "books.sqlite")) as url:
        yield InsurerClient(url, client)


async def propose(insurer: InsurerClient, name: str, request_id: str = "uw-1") -> dict[str, Any]:
    return dict((await insurer.post("/proposals", request_id, a_proposal(name))).json())


async def told(receiver: Receiver, count: int) -> list[dict[str, Any]]:
    async def enough() -> bool:
        return len(receiver.bodies) >= count

    await until(enough)
    return [json.loads(body) for body in receiver.bodies]


@pytest.mark.parametrize(
    ("name", "result"),
    [("黄小明", "PASS"), ("张拒保", "REJECT"), ("张慢核", "PASS"), ("张待核", "PROCESSING"), ("张不答", "PROCESSING")],
)
async def test_the_end_of_a_name_says_how_underwriting_goes(insurer: InsurerClient, name: str, result: str) -> None:
    assert (await propose(insurer, name))["uwResult"] == result


@pytest.mark.parametrize(
    ("name", "result", "count"), [("张待核", "PASS", 1), ("张待拒", "REJECT", 1), ("张重答", "PASS", 2)]
)
async def test_a_later_decision_comes_by_callback(
    insurer: InsurerClient, receiver: tuple[Receiver, str], name: str, result: str, count: int
) -> None:
    number = (await propose(insurer, name))["proposalNo"]
    events = await told(receiver[0], count)
    assert {(event["proposalNo"], event["uwResult"], event["requestId"]) for event in events} == {
        (number, result, "uw-1")
    }
    assert len({event["eventId"] for event in events}) == 1
    assert (await insurer.send("GET", "/proposals/uw-1", uuid4().hex)).json()["uwResult"] == result


async def test_a_decision_may_be_told_to_nobody_but_to_who_asks(
    insurer: InsurerClient, receiver: tuple[Receiver, str]
) -> None:
    await propose(insurer, "张漏答")

    async def decided() -> bool:
        answer = await insurer.send("GET", "/proposals/uw-1", uuid4().hex)
        return bool(answer.json()["uwResult"] == "PASS")

    await until(decided)
    assert receiver[0].bodies == []
    await insurer.client.post(f"{insurer.url}/_simulator/notices/replay")
    assert len(receiver[0].bodies) == 1


async def test_a_callback_is_sent_until_it_is_taken(insurer: InsurerClient, receiver: tuple[Receiver, str]) -> None:
    receiver[0].answers = ["no", "no", "success"]
    await propose(insurer, "张待核")
    first, second, third = await told(receiver[0], 3)
    assert first == second == third


async def test_first_answers_may_be_lost_after_the_work_was_done(insurer: InsurerClient) -> None:
    with pytest.raises(httpx.TransportError):
        await propose(insurer, "张断线")
    number = (await propose(insurer, "张断线"))["proposalNo"]
    order = {"proposalNo": number, "premiumFen": 100_00, "effectiveDate": "2026-09-01"}
    with pytest.raises(httpx.TransportError):
        await insurer.post("/policies", "issue-1", order)
    policy_no = (await insurer.post("/policies", "issue-1", order)).json()["policyNo"]
    with pytest.raises(httpx.TransportError):
        await insurer.post("/reports", "report-1", {"policyNo": policy_no})
    cancellation = {"endsOn": "2026-10-01", "refundFen": 1}
    with pytest.raises(httpx.TransportError):
        await insurer.post(f"/policies/{policy_no}/cancellation", "cancel-1", cancellation)
    assert (await insurer.post(f"/policies/{policy_no}/cancellation", "cancel-1", cancellation)).status_code == 200
    for key in ("uw-1", "issue-1", "report-1", "cancel-1"):
        assert len(await insurer.entries(key)) == 1


async def test_a_proposal_may_turn_out_stale_when_it_is_paid(insurer: InsurerClient) -> None:
    number = (await propose(insurer, "张拒单"))["proposalNo"]
    order = {"proposalNo": number, "premiumFen": 100_00, "effectiveDate": "2026-09-01"}
    assert (await insurer.post("/policies", "issue-1", order)).json()["code"] == "PROPOSAL_EXPIRED"


async def test_a_cancellation_may_be_refused(insurer: InsurerClient) -> None:
    policy_no = await insurer.policy("1", "张拒退")
    answer = await insurer.post(f"/policies/{policy_no}/cancellation", "c", {"endsOn": "2026-10-01", "refundFen": 1})
    assert answer.json()["code"] == "POLICY_ENDED"


@pytest.mark.parametrize(
    ("name", "at_once", "later"),
    [("张小华", "PASS", "PASS"), ("张拒改", "REJECT", "REJECT"), ("张待改", "PROCESSING", "PASS"), ("张不改", "PROCESSING", "PROCESSING")],
)  # fmt: skip
async def test_the_end_of_the_new_name_says_how_a_correction_goes(
    insurer: InsurerClient, name: str, at_once: str, later: str
) -> None:
    path, body = f"/policies/{await insurer.policy('am')}/amendments", {"insured": {"name": name}}
    key = uuid4().hex
    assert (await insurer.post(path, key, body)).json()["amResult"] == at_once
    await asyncio.sleep(0.25)
    assert (await insurer.post(path, key, body)).json()["amResult"] == later


async def test_policies_taken_over_behave_by_name_too(insurer: InsurerClient) -> None:
    policy = {"policyNo": "P1", "productCode": "x", "premiumFen": 1, "effectiveDate": "2026-09-01"}
    body = json.dumps({"policies": [policy | {"insured": {"name": "张拒退"}}]}).encode()
    assert (await insurer.send("PUT", "/policies", "t1", body)).json() == {"accepted": 1}
    answer = await insurer.post("/policies/P1/cancellation", "c", {"endsOn": "2026-10-01", "refundFen": 1})
    assert answer.json()["code"] == "POLICY_ENDED"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/proposals", b""),
        ("/proposals", b"["),
        ("/proposals", b"[]"),
        ("/proposals", b'{"productCode": "x", "premiumFen": "100", "insured": {"name": "n"}}'),
        ("/proposals", b'{"productCode": "x", "premiumFen": 0, "insured": {"name": "n"}}'),
        ("/proposals", b'{"productCode": "x", "premiumFen": 1, "insured": {"name": 7}}'),
        ("/policies", b"{}"),
        ("/reports", b'{"policyNo": 1}'),
        ("/policies/P/cancellation", b'{"endsOn": "2026-13-01"}'),
        ("/policies/P/amendments", b'{"insured": {"name": 7}}'),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(insurer: InsurerClient, path: str, body: bytes) -> None:
    response = await insurer.send("POST", path, uuid4().hex, body)
    assert response.status_code in (404, 422)
    assert response.json()["code"] in ("INVALID_REQUEST", "POLICY_NOT_FOUND")


async def test_one_bad_policy_leaves_none_taken_over(insurer: InsurerClient) -> None:
    insured = {"insured": {"name": "n"}}
    good = {"policyNo": "P9", "productCode": "x", "premiumFen": 1, "effectiveDate": "2026-09-01", **insured}
    for bad in ({}, 7, good | {"effectiveDate": "soon"}, good | {"premiumFen": "1"}, good | {"insured": "n"}):
        body = json.dumps({"policies": [good, bad]}).encode()
        assert (await insurer.send("PUT", "/policies", uuid4().hex, body)).status_code == 422
    assert await insurer.entries("P9") == []


async def test_a_company_that_is_not_there_is_not_found(insurer: InsurerClient) -> None:
    answer = await insurer.client.post(f"{insurer.url}/nobody/proposals", content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_INSURER")
