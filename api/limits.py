"""How much a request may bring: checked before and while its body is read, so that memory never grows with it."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TITLES, Problem, answer

JSON_BYTES = 1024 * 1024
MULTIPART_OVERHEAD = 64 * 1024


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
        limit = self._file_bytes if multipart and scope["path"].endswith("/documents") else JSON_BYTES
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
