"""An insurer reached over signed HTTP. One `httpx.AsyncClient` serves all insurers of a process, its connections are pooled."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import ValidationError

from insurance.adapters.insurer import mapping, wire
from insurance.adapters.insurer.signing import SigningKey
from insurance.adapters.ports import (
    Amendment,
    Cancellation,
    ClaimReport,
    ClaimResult,
    Endorsement,
    InsurerUnavailable,
    IssuedPolicy,
    IssueOrder,
    Proposal,
    SignatureInvalid,
    TakenOverPolicy,
    Underwriting,
    UnderwritingNotice,
)

Answer = TypeVar("Answer", bound=wire.Wire)

# a body of one request stays far below usual limits of 1 MiB
POLICIES_PER_REQUEST = 500


def read_callback(
    key: SigningKey, insurer: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> UnderwritingNotice:
    key.verify("POST", path, body, headers, now)
    try:
        return mapping.underwriting_notice(insurer, wire.UnderwritingEvent.model_validate_json(body))
    except ValidationError:
        raise SignatureInvalid("signed, but not a callback that we know") from None


class HttpInsurer:
    """`timeout_seconds` is for one answer; `callback_path` is the path that the insurer signs in its callbacks."""

    def __init__(
        self,
        code: str,
        base_url: str,
        key: SigningKey,
        client: httpx.AsyncClient,
        *,
        callback_path: str,
        timeout_seconds: float = 20.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._code = code
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._client = client
        self._callback_path = callback_path
        self._timeout_seconds = timeout_seconds
        self._clock = clock

    async def underwrite(self, proposal: Proposal) -> Underwriting:
        body = mapping.wire_proposal(proposal)
        answer = await self._call("POST", "/proposals", wire.UnderwritingAnswer, proposal.request_id, body)
        return mapping.underwriting(answer)

    async def query_underwriting(self, request_id: str) -> Underwriting:
        return mapping.underwriting(await self._call("GET", f"/proposals/{_part(request_id)}", wire.UnderwritingAnswer))

    async def issue(self, order: IssueOrder) -> IssuedPolicy:
        body = mapping.wire_issue(order)
        answer = await self._call("POST", "/policies", wire.IssueAnswer, order.request_id, body)
        return IssuedPolicy(answer.policy_no)

    async def take_over(self, policies: Sequence[TakenOverPolicy]) -> None:
        for start in range(0, len(policies), POLICIES_PER_REQUEST):
            part = [mapping.wire_taken_over(policy) for policy in policies[start : start + POLICIES_PER_REQUEST]]
            await self._call("PUT", "/policies", wire.TakeOverAnswer, body=wire.TakeOverRequest(policies=part))

    async def report_claim(self, report: ClaimReport) -> str:
        body = mapping.wire_report(report)
        return (await self._call("POST", "/reports", wire.ReportAnswer, report.request_id, body)).report_no

    async def close_claim(self, result: ClaimResult) -> None:
        path = f"/reports/{_part(result.report_no)}/closure"
        await self._call("POST", path, wire.ClosureAnswer, result.request_id, mapping.wire_closure(result))

    async def cancel_policy(self, cancellation: Cancellation) -> str:
        path = f"/policies/{_part(cancellation.policy_no)}/cancellation"
        body = mapping.wire_cancellation(cancellation)
        answer = await self._call("POST", path, wire.CancellationAnswer, cancellation.request_id, body)
        return answer.confirmation_no

    async def amend_policy(self, amendment: Amendment) -> Endorsement:
        path = f"/policies/{_part(amendment.policy_no)}/amendments"
        body = mapping.wire_amendment(amendment)
        return mapping.endorsement(await self._call("POST", path, wire.AmendmentAnswer, amendment.request_id, body))

    def parse_callback(self, headers: Mapping[str, str], body: bytes, now: datetime) -> UnderwritingNotice:
        return read_callback(self._key, self._code, self._callback_path, headers, body, now)

    async def _call(
        self, method: str, path: str, answer: type[Answer], request_id: str = "", body: wire.Wire | None = None
    ) -> Answer:
        """A call without a key of the caller's (a question, a repeatable PUT) gets a fresh one, for its signature only."""
        content = body.body() if body else b""
        request = self._client.build_request(
            method,
            self._base_url + path,
            content=content,
            headers={"content-type": "application/json"},
            timeout=self._timeout_seconds,
        )
        target = request.url.raw_path.decode("ascii")
        request.headers.update(self._key.sign(method, target, content, request_id or uuid4().hex, self._clock()))
        try:
            response = await self._client.send(request)
        except httpx.HTTPError as error:
            raise InsurerUnavailable(f"{self._code}: {type(error).__name__}") from error
        return self._read(response, answer)

    def _read(self, response: httpx.Response, answer: type[Answer]) -> Answer:
        status = response.status_code
        try:
            if status == httpx.codes.OK:
                return answer.model_validate_json(response.content)
            if httpx.codes.is_client_error(status) and status not in (
                httpx.codes.REQUEST_TIMEOUT,
                httpx.codes.TOO_MANY_REQUESTS,
            ):
                raise mapping.failure(wire.ErrorAnswer.model_validate_json(response.content))
        except ValidationError:
            # what stands there may be a proxy's page, or carry personal data: neither is shown
            raise InsurerUnavailable(f"{self._code}: HTTP {status} that can't be read") from None
        raise InsurerUnavailable(f"{self._code}: HTTP {status}")


def _part(text: str) -> str:
    return quote(text, safe="")
