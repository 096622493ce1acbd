"""Messages between the process that asks for a reading and the one that reads: a JSON head with a file, or with pieces of data.

JSON and no pickles: what reads strangers' files is not to be trusted with running code in its parent.
"""

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

_HEAD = struct.Struct(">I")
# the pages of a file as pictures; nothing that is honest is longer
MAX_BYTES = 64 * 1024 * 1024


class WireClosed(Exception):
    """The other side has ended, or speaks nonsense."""


def send(sock: socket.socket, head: dict[str, Any], file: int | None = None, pieces: Sequence[bytes] = ()) -> None:
    """`file` is an open descriptor: the other side gets one of its own. Raises `WireClosed`."""
    text = json.dumps({**head, "pieces": [len(piece) for piece in pieces]}).encode()
    try:
        socket.send_fds(sock, [_HEAD.pack(len(text))], [] if file is None else [file])
        sock.sendall(text)
        for piece in pieces:
            sock.sendall(piece)
    except OSError as error:
        raise WireClosed from error


def receive(sock: socket.socket) -> tuple[dict[str, Any], int | None, list[bytes]]:
    """The head, the descriptor, the pieces. Raises `WireClosed`, or `TimeoutError` as the socket is set."""
    try:
        start, files, _, _ = socket.recv_fds(sock, _HEAD.size, 1)
        if len(start) < _HEAD.size:
            raise WireClosed
        head = json.loads(_whole(sock, _HEAD.unpack(start)[0]))
        pieces = [_whole(sock, size) for size in head.pop("pieces")]
    except TimeoutError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WireClosed from error
    return head, files[0] if files else None, pieces


def _whole(sock: socket.socket, size: int) -> bytes:
    if not 0 <= size <= MAX_BYTES:
        raise WireClosed
    data = bytearray()
    while len(data) < size:
        part = sock.recv(min(size - len(data), 1 << 20))
        if not part:
            raise WireClosed
        data += part
    return bytes(data)
