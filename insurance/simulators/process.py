"""A simulator as a process of its own: `--host --port --data FILE.sqlite --config FILE.json`; SIGTERM ends it within 2 seconds."""

import argparse
import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette


class ConfigWrong(Exception):
    """The text says which entry of the configuration is missing or wrong."""


def serve(name: str, build: Callable[[dict[str, Any], Path], Starlette]) -> None:
    arguments = _arguments(name)
    try:
        config = json.loads(arguments.config.read_text("utf-8"))
        if not isinstance(config, dict):
            raise ConfigWrong("the configuration is one JSON object")
        app = build(config, arguments.data)
    except (ConfigWrong, OSError, ValueError) as error:
        sys.exit(f"{name}: {arguments.config}: {error}")
    # uvicorn gives the signal back after its orderly end; that end is no failure
    signal.signal(signal.SIGTERM, _leave)
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )


def _arguments(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.sqlite")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE.json")
    return parser.parse_args()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def text(config: dict[str, Any], name: str) -> str:
    value = config.get(name) if isinstance(config, dict) else None
    if not isinstance(value, str) or not value:
        raise ConfigWrong(f"{name} must be a text")
    return value


def seconds(config: dict[str, Any], name: str, default: list[float]) -> list[float]:
    value = config.get(name, default)
    if not isinstance(value, list) or not value or not all(isinstance(one, int | float) and one >= 0 for one in value):
        raise ConfigWrong(f"{name} must be a list of seconds")
    return [float(one) for one in value]


def hours(config: dict[str, Any], name: str, default: float) -> float:
    value = config.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigWrong(f"{name} must be a number of hours")
    return float(value)


@contextmanager
def in_background(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The simulator in a thread of this process, on a free port if none is given; gives its address. For contract tests."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise RuntimeError("the simulator did not start")
                thread.join(0.01)
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
