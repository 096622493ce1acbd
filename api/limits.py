"""How much a request may bring, checked before and while its body is read, so that memory never grows with it; and how long it
may be waited for."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TITLES, Problem, answer
from api.patience import ended_within, leave_behind

JSON_BYTES = 1024 * 1024
# where files come in
WITH_FILES = ("/documents", "/consent-files", "/roster")
MULTIPART_OVERHEAD = 64 * 1024
# longer than every limit of a single part
ANSWER_SECONDS = 12.0


class BodyLimit:
    """Files of evidence may be larger than everything else; a multipart body is spooled to disk by the framework."""

    def __init__(self, app: ASGIApp, file_bytes: int) -> None:
        self._app = app
        # a file that is a little too large still gets its own, clearer answer from the route
        self._file_bytes = file_bytes + 1024 * 1024 + MULTIPART_OVERHEAD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        multipart = headers.get(b"content-type", b"").startswith(b"multipart/")
        limit = self._file_bytes if multipart and scope["path"].endswith(WITH_FILES) else JSON_BYTES
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await answer(413, "body_too_large", TITLES["body_too_large"])(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise Problem(413, "body_too_large")
            return message

        try:
            await self._app(scope, counted, send)
        except HTTPException:
            await answer(413, "body_too_large", TITLES["body_too_large"])(scope, receive, send)


class AnswerLimit:
    """An answer begins in time, whatever a part does; the time that a body takes to come in does not count."""

    def __init__(self, app: ASGIApp, seconds: float = ANSWER_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clock = asyncio.get_running_loop().time
        begun, given_up, listening, since = False, False, False, clock()

        async def heard() -> Message:
            nonlocal listening, since
            listening = True
            try:
                return await receive()
            finally:
                listening, since = False, clock()

        async def told(message: Message) -> None:
            nonlocal begun
            if not given_up:
                begun = True
                await send(message)

        async def run() -> None:
            await self._app(scope, heard, told)

        work = asyncio.create_task(run())
        try:
            while not await ended_within(max(since + self._seconds - clock(), 0.1), work):
                if begun:
                    break
                if not listening and clock() >= since + self._seconds:
                    given_up = True
                    leave_behind(work)
                    await answer(503, "unavailable", TITLES["unavailable"])(scope, receive, send)
                    return
            await work
        except asyncio.CancelledError:
            work.cancel()
            raise
