"""The API as one person sees it: requests with that person's token, and a case followed as it goes on."""

import json
import time
from collections.abc import Callable, Container, Iterator
from typing import Any

import httpx

from api.demo.record import WalkFailed

POLL_SECONDS = 0.1
# reading a photograph takes the longest: seconds here, more on a machine that does other things as well
PATIENCE_SECONDS = 150.0

Answer = dict[str, Any]
Tell = Callable[[Answer], None]


class Door:
    """Every answer is the API's own JSON. One that is not as expected raises WalkFailed with a line that says which."""

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)

    def get(self, path: str, **params: str) -> Answer:
        return self._ask("GET", path, 200, params=params)

    def post(self, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Answer:
        """`status` is the one that must come: 201 for what is made."""
        if body is not None:
            more["json"] = body
        return self._ask("POST", path, status, **more)

    def put(self, path: str, body: Any) -> Answer:
        return self._ask("PUT", path, 200, json=body)

    def poll(self, path: str, states: Container[str], tell: Tell, after: int = 0) -> Answer:
        """GET `path` until it is in one of `states`; `tell` gets every line of its timeline behind `after`, with the state."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            case = self.get(path)
            for event in case["timeline"]:
                if event["seq"] > after:
                    tell(event | {"state": case["state"]})
            after = max(after, last_seq(case))
            if case["state"] in states:
                return case
            if time.monotonic() > deadline:
                raise _too_slow(path, case["state"])
            time.sleep(POLL_SECONDS)

    def follow(self, path: str, states: Container[str], tell: Tell, after: int = 0) -> Answer:
        """The server-sent events of the case at `path` until it is in one of `states`; the case as it is then."""
        for event in self._events(f"{path}/events", after):
            tell(event)
            if event["state"] in states:
                break
        return self.get(path)

    def _events(self, path: str, after: int) -> Iterator[Answer]:
        deadline, state = time.monotonic() + PATIENCE_SECONDS, ""
        headers = {"last-event-id": str(after)} if after else {}
        with self._client.stream("GET", path, headers=headers) as response:
            if response.status_code != 200:
                response.read()
                raise _refused(response)
            for line in response.iter_lines():
                if line.startswith("data: "):
                    event: Answer = json.loads(line.removeprefix("data: "))
                    state = event["state"]
                    yield event
                if time.monotonic() > deadline:
                    raise _too_slow(path, state)

    def _ask(self, method: str, path: str, status: int, **more: Any) -> Answer:
        try:
            response = self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise WalkFailed(f"{method} {path}：没有回答（{type(error).__name__}）") from error
        if response.status_code != status:
            raise _refused(response)
        answer: Answer = response.json()
        return answer


def last_seq(case: Answer) -> int:
    """The number of the last line of a case's timeline."""
    return max((event["seq"] for event in case["timeline"]), default=0)


def _refused(response: httpx.Response) -> WalkFailed:
    asked = f"{response.request.method} {response.request.url.path}"
    try:
        problem = response.json()
        said = f"{problem.get('code')} {problem.get('title')} {problem.get('errors') or ''}"
    except ValueError:
        said = response.text[:200]
    return WalkFailed(f"{asked}：{response.status_code} {said}".strip())


def _too_slow(path: str, state: str) -> WalkFailed:
    return WalkFailed(f"{path}：{PATIENCE_SECONDS:.0f} 秒后仍是 {state}")
