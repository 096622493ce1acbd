from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from insurer_bench import CALLBACK_PATH, CODE, PARENT, a_proposal, a_taken_over, an_issue

from insurance.adapters.insurer.http import POLICIES_PER_REQUEST, HttpInsurer
from insurance.adapters.insurer.signing import SigningKey
from insurance.adapters.ports import InsurerRefused, InsurerUnavailable, SignatureInvalid


def at(
    url: str,
    client: httpx.AsyncClient,
    key: SigningKey,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> HttpInsurer:
    return HttpInsurer(CODE, url, key, client, callback_path=CALLBACK_PATH, timeout_seconds=2, clock=clock)


def answering(respond: Callable[[httpx.Request], httpx.Response], key: SigningKey) -> HttpInsurer:
    return at("http://insurer.test/jx", httpx.AsyncClient(transport=httpx.MockTransport(respond)), key)


async def test_another_secret_is_not_taken_for_a_refusal(simulator: str, client: httpx.AsyncClient) -> None:
    insurer = at(f"{simulator}/{CODE}", client, SigningKey("jx-1", b"wrong"))
    with pytest.raises(InsurerUnavailable, match="SIGNATURE_INVALID"):
        await insurer.underwrite(a_proposal())


async def test_a_key_of_another_insurer_is_not_accepted(simulator: str, client: httpx.AsyncClient) -> None:
    insurer = at(f"{simulator}/{CODE}", client, SigningKey("hn-1", b"another secret"))
    with pytest.raises(InsurerUnavailable, match="UNKNOWN_KEY"):
        await insurer.underwrite(a_proposal())


async def test_a_request_of_an_hour_ago_has_no_effect(
    simulator: str, client: httpx.AsyncClient, key: SigningKey
) -> None:
    proposal, url = a_proposal(), f"{simulator}/{CODE}"
    with pytest.raises(InsurerUnavailable, match="TIMESTAMP_EXPIRED"):
        await at(url, client, key, lambda: datetime.now(UTC) - timedelta(hours=1)).underwrite(proposal)
    with pytest.raises(InsurerRefused, match="not_found"):
        await at(url, client, key).query_underwriting(proposal.request_id)


async def test_a_policy_of_one_insurer_is_unknown_to_another(
    simulator: str, client: httpx.AsyncClient, key: SigningKey
) -> None:
    accepted = await at(f"{simulator}/{CODE}", client, key).underwrite(a_proposal())
    other = at(f"{simulator}/stand-in-hn", client, SigningKey("hn-1", b"another secret"))
    with pytest.raises(InsurerRefused, match="proposal_unknown"):
        await other.issue(an_issue(accepted.proposal_no))


@pytest.mark.parametrize("status", [200, 201, 302, 400, 404, 422, 408, 429, 500, 502, 503])
@pytest.mark.parametrize("text", ["", "<html>姓名</html>", "[]", "{}"])
async def test_an_answer_that_can_not_be_read_leaves_us_knowing_nothing(
    key: SigningKey, status: int, text: str
) -> None:
    with pytest.raises(InsurerUnavailable) as error:
        await answering(lambda _: httpx.Response(status, text=text), key).underwrite(a_proposal())
    assert "姓名" not in str(error.value)


async def test_nobody_there_is_unavailable(client: httpx.AsyncClient, key: SigningKey) -> None:
    with pytest.raises(InsurerUnavailable):
        await at("http://127.0.0.1:9/jx", client, key).underwrite(a_proposal())


async def test_persons_are_never_named_in_an_address(key: SigningKey) -> None:
    seen: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(503)

    insurer = answering(take, key)
    for call in (insurer.underwrite(a_proposal()), insurer.take_over([a_taken_over()])):
        with pytest.raises(InsurerUnavailable):
            await call
    assert seen == ["http://insurer.test/jx/proposals", "http://insurer.test/jx/policies"]


async def test_a_number_with_odd_characters_stays_one_part_of_the_path(key: SigningKey) -> None:
    seen: list[bytes] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(503)

    with pytest.raises(InsurerUnavailable):
        await answering(take, key).query_underwriting("a/b?c 学")
    assert seen == [b"/jx/proposals/a%2Fb%3Fc%20%E5%AD%A6"]


async def test_many_policies_are_taken_over_in_parts(key: SigningKey) -> None:
    sizes: list[int] = []

    def take(request: httpx.Request) -> httpx.Response:
        sizes.append(request.content.count(b"policyNo"))
        return httpx.Response(200, json={"accepted": sizes[-1]})

    await answering(take, key).take_over([a_taken_over() for _ in range(POLICIES_PER_REQUEST + 1)])
    assert sizes == [POLICIES_PER_REQUEST, 1]


async def test_a_repeated_request_is_byte_for_byte_the_same(key: SigningKey) -> None:
    seen: list[tuple[bytes, str]] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append((request.content, request.headers["x-request-id"]))
        return httpx.Response(200, json={"proposalNo": "1", "uwResult": "PASS"})

    insurer, proposal = answering(take, key), a_proposal()
    await insurer.underwrite(proposal)
    await insurer.underwrite(proposal)
    assert seen[0] == seen[1]
    assert seen[0][1] == proposal.request_id
    assert PARENT.id_number.encode() in seen[0][0]


def test_something_else_that_is_rightly_signed_is_no_callback(key: SigningKey) -> None:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    insurer = answering(lambda _: httpx.Response(500), key)
    for body in (b"", b"{}", b"[1]", b'{"eventId": 1}'):
        with pytest.raises(SignatureInvalid):
            insurer.parse_callback(key.sign("POST", CALLBACK_PATH, body, "e", now), body, now)
