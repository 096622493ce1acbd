import asyncio
import dataclasses
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from api.stack import processes, supervisor
from api.stack.errors import StackError
from api.stack.folder import log_path, running_parts
from api.stack.parts import Part
from api.stack.supervisor import Supervisor

SAYS_WHEN_STOPPED = """
import pathlib, signal, sys, time
def leave(*_):
    with pathlib.Path("order").open("a") as order: order.write(sys.argv[1] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
pathlib.Path(sys.argv[1] + ".up").touch()
while True: time.sleep(0.05)
"""


class Heard:
    def __init__(self) -> None:
        self.ready: list[str] = []
        self.fell: list[tuple[str, int]] = []
        self.waits: list[float] = []
        self.everything = asyncio.Event()
        self.again = asyncio.Event()

    def part_ready(self, part, seconds):
        self.ready.append(part.name)
        if self.fell:
            self.again.set()

    def part_fell(self, part, code, wait):
        self.fell.append((part.name, code))
        self.waits.append(wait)

    def all_ready(self, seconds):
        self.everything.set()

    def stopping(self): ...


def part(folder: Path, name: str, *after: str, program: str = SAYS_WHEN_STOPPED) -> Part:
    async def is_up(_):
        return (folder / f"{name}.up").exists()

    return Part(name, name, [sys.executable, "-c", program, name], is_up, after)


def step(name: str, *after: str, program: str) -> Part:
    return Part(name, name, [sys.executable, "-c", program], None, after)


async def start(folder, *parts):
    heard = Heard()
    running = asyncio.create_task(Supervisor(folder, list(parts), heard).run())
    ready = asyncio.create_task(heard.everything.wait())
    await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED, timeout=20)
    ready.cancel()
    return heard, running


async def stop(running):
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 20)


async def test_parts_start_after_what_they_need_and_stop_before_it(tmp_path):
    parts = [part(tmp_path, "api", "migrate"), part(tmp_path, "database"), step("migrate", "database", program="")]
    heard, running = await start(tmp_path, *parts)
    await stop(running)
    assert heard.ready == ["database", "migrate", "api"]
    assert (tmp_path / "order").read_text().split() == ["api", "database"]


async def test_a_killed_part_comes_back(tmp_path):
    heard, running = await start(tmp_path, part(tmp_path, "worker"))
    first = running_parts(tmp_path)["worker"]
    os.kill(first, signal.SIGKILL)
    await asyncio.wait_for(heard.again.wait(), 20)
    second = running_parts(tmp_path)["worker"]
    await stop(running)
    assert heard.fell == [("worker", -signal.SIGKILL)]
    assert second != first


async def test_a_part_that_falls_again_and_again_is_held_back_longer_up_to_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SHORTEST_WAIT", 0.01)
    monkeypatch.setattr(supervisor, "LONGEST_WAIT", 0.03)
    heard, running = await start(tmp_path, part(tmp_path, "worker"))
    for _ in range(4):
        heard.again.clear()
        os.kill(running_parts(tmp_path)["worker"], signal.SIGKILL)
        await asyncio.wait_for(heard.again.wait(), 20)
    await stop(running)
    assert heard.waits == [0.01, 0.02, 0.03, 0.03]


async def test_children_of_a_killed_part_go_with_it(tmp_path):
    program = "import pathlib, subprocess; c = subprocess.Popen(['sleep', '60']);"
    program += "pathlib.Path('child').write_text(str(c.pid)); pathlib.Path('pool.up').touch(); c.wait()"
    heard, running = await start(tmp_path, part(tmp_path, "pool", program=program))
    child = psutil.Process(int((tmp_path / "child").read_text()))
    os.kill(running_parts(tmp_path)["pool"], signal.SIGKILL)
    await asyncio.wait_for(heard.again.wait(), 20)
    assert processes.is_over(child)
    await stop(running)


async def test_a_part_that_ignores_the_signal_is_killed(tmp_path):
    program = "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    program += "pathlib.Path('stubborn.up').touch(); time.sleep(60)"
    stubborn = dataclasses.replace(part(tmp_path, "stubborn", program=program), stop_seconds=0.2)
    _, running = await start(tmp_path, stubborn)
    pid = running_parts(tmp_path)["stubborn"]
    await stop(running)
    assert not psutil.pid_exists(pid)


async def test_a_part_that_can_not_start_ends_everything_and_is_quoted(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SHORTEST_WAIT", 0.01)
    parts = [part(tmp_path, "database"), step("migrate", "database", program="raise SystemExit('no such revision')")]
    heard, running = await start(tmp_path, *parts)
    with pytest.raises(StackError, match="no such revision"):
        await running
    assert not heard.everything.is_set()
    assert processes.find(tmp_path) == {}
    assert "no such revision" in log_path(tmp_path, "migrate").read_text()


async def test_a_part_whose_program_is_missing_ends_everything(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SHORTEST_WAIT", 0.01)
    missing = Part("store", "store", [str(tmp_path / "weed")], None)
    _, running = await start(tmp_path, part(tmp_path, "database"), missing)
    with pytest.raises(StackError, match="weed"):
        await running
    assert processes.find(tmp_path) == {}


async def test_a_part_whose_preparation_fails_ends_everything(tmp_path):
    def prepare():
        raise StackError("没有地方了")

    broken = Part("store", "store", ["true"], None, (), prepare=prepare)
    _, running = await start(tmp_path, part(tmp_path, "database"), broken)
    with pytest.raises(StackError, match="没有地方了"):
        await running
    assert processes.find(tmp_path) == {}


async def test_nothing_of_a_stopped_stack_is_left(tmp_path):
    _, running = await start(tmp_path, part(tmp_path, "one"), part(tmp_path, "two", "one"))
    assert set(processes.find(tmp_path).values()) == {"one", "two"}
    await stop(running)
    assert processes.find(tmp_path) == {}
    assert running_parts(tmp_path) == {}
