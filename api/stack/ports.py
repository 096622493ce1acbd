"""TCP ports on the loopback address: which are free, and new ones for the parts."""

import secrets
import socket
import time
from collections.abc import Collection

LOOPBACK = "127.0.0.1"
# below the ports that Linux and macOS hand out to outgoing connections, so that a kept port stays free
CANDIDATES = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as listener, socket.socket() as caller:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except (OSError, OverflowError):
            return False
        # macOS allows the bind although somebody listens on all addresses
        return caller.connect_ex((LOOPBACK, port)) != 0


def becomes_free(port: int, within_seconds: float) -> bool:
    """Whether `port` is free now, or before so many seconds have passed."""
    deadline = time.monotonic() + within_seconds
    while not (free := is_free(port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return free


def choose(taken: Collection[int]) -> int:
    """A free port that is not in `taken`."""
    while True:
        port = secrets.choice(CANDIDATES)
        if port not in taken and is_free(port):
            return port
