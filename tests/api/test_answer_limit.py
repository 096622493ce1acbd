import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from refusals import problems_of
from starlette.responses import PlainTextResponse, StreamingResponse

from api import limits
from api.limits import AnswerLimit
from api.patience import succeeds_within

SECONDS = 0.05


def client_of(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(AnswerLimit(app, SECONDS)), base_url="http://api")


async def test_an_answer_in_time_is_given_as_it_is():
    async with client_of(PlainTextResponse("fine")) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (200, "fine")


async def test_who_never_answers_is_given_up():
    cancelled = asyncio.Event()

    async def stuck(scope, receive, send):
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with client_of(stuck) as client:
        answer = await client.get("/")
    assert not problems_of(answer, statuses=(503,), code="unavailable")
    assert answer.headers["retry-after"]
    await asyncio.wait_for(cancelled.wait(), 5)


async def test_who_can_not_be_cancelled_is_left_behind_and_its_late_answer_dropped():
    thawed, ended = asyncio.Event(), asyncio.Event()

    async def frozen(scope, receive, send):
        while not thawed.is_set():
            try:
                await thawed.wait()
            except asyncio.CancelledError:
                continue
        await PlainTextResponse("too late")(scope, receive, send)
        ended.set()

    async with client_of(frozen) as client:
        answer = await client.get("/")
        thawed.set()
        await asyncio.wait_for(ended.wait(), 5)
    assert answer.status_code == 503


async def test_a_body_that_comes_slowly_is_waited_for():
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(2 * SECONDS)
            yield b"x"

    async def counts(scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        await PlainTextResponse(str(len(body)))(scope, receive, send)

    async with client_of(counts) as client:
        assert (await client.post("/", content=slow())).text == "4"


async def test_an_answer_that_has_begun_may_take_its_time():
    async def parts() -> AsyncIterator[str]:
        for _ in range(4):
            yield "x"
            await asyncio.sleep(2 * SECONDS)

    async with client_of(StreamingResponse(parts())) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (200, "xxxx")


async def test_an_error_of_the_app_is_still_its_own():
    async def broken(scope, receive, send):
        raise ValueError("no")

    async with client_of(broken) as client:
        with pytest.raises(ValueError, match="no"):
            await client.get("/")


@pytest.mark.parametrize(("work", "well"), [("ends", True), ("fails", False), ("hangs", False)])
async def test_a_check_holds_when_it_ends_well_in_time(work, well):
    async def check():
        if work == "fails":
            raise OSError
        if work == "hangs":
            await asyncio.Event().wait()

    assert await succeeds_within(SECONDS, check()) is well


def test_the_limit_is_longer_than_that_of_an_update():
    from workflows.client import UPDATE_SECONDS

    assert UPDATE_SECONDS < limits.ANSWER_SECONDS
