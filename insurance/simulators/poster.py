"""Sends a simulator's notices: HTTP/1.1 POST on kept connections.

h11 on asyncio streams, since a full client cost three times the rest of a payment here, on cores that the product needs.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

import h11


class NotSent(Exception):
    """No answer: nobody there, a broken connection, or too late."""


@dataclass(frozen=True)
class Post:
    url: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Place(NamedTuple):
    host: str
    port: int
    tls: bool


@dataclass
class Line:
    """One open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    state: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))

    @property
    def usable(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing()

    async def exchange(self, host: str, target: str, post: Post) -> Answer:
        headers = {"host": host, "content-length": str(len(post.content)), **post.headers}
        request = h11.Request(method="POST", target=target, headers=list(headers.items()))
        sent = [self.state.send(request), self.state.send(h11.Data(post.content)), self.state.send(h11.EndOfMessage())]
        self.writer.write(b"".join(part for part in sent if part))
        await self.writer.drain()
        status, body = 0, b""
        while not isinstance(event := self.state.next_event(), h11.EndOfMessage):
            match event:
                case h11.Response():
                    status = event.status_code
                case h11.Data():
                    body += event.data
                case h11.NEED_DATA:
                    self.state.receive_data(await self.reader.read(65_536))
        return Answer(status, body)


class Poster:
    def __init__(self, timeout_seconds: float = 10.0) -> None:
        self._timeout_seconds = timeout_seconds
        self._idle: dict[Place, list[Line]] = defaultdict(list)

    async def post(self, post: Post) -> Answer:
        """Raises `NotSent`."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._exchange(post)
        except (OSError, ValueError, TimeoutError, h11.ProtocolError) as error:
            raise NotSent(type(error).__name__) from error

    async def _exchange(self, post: Post) -> Answer:
        address = urlsplit(post.url)
        tls = address.scheme == "https"
        place = Place(address.hostname or "", address.port or (443 if tls else 80), tls)
        line = await self._line(place)
        try:
            target = (address.path or "/") + (f"?{address.query}" if address.query else "")
            answer = await line.exchange(address.netloc, target, post)
        except BaseException:
            line.writer.close()
            raise
        self._keep(place, line)
        return answer

    async def _line(self, place: Place) -> Line:
        while self._idle[place]:
            line = self._idle[place].pop()
            if line.usable:
                return line
            line.writer.close()
        return Line(*await asyncio.open_connection(place.host, place.port, ssl=place.tls or None))

    def _keep(self, place: Place, line: Line) -> None:
        if line.state.our_state is h11.DONE and line.state.their_state is h11.DONE:
            line.state.start_next_cycle()
            self._idle[place].append(line)
        else:
            line.writer.close()

    def close(self) -> None:
        for lines in self._idle.values():
            for line in lines:
                line.writer.close()
        self._idle.clear()
