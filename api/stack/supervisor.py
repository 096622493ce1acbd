"""Starts the parts as their order allows, restarts what falls over, and stops all of them, the dependent ones first."""

import asyncio
import secrets
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from api.stack import processes
from api.stack.errors import StackError
from api.stack.folder import Journal, last_line, log_path, note
from api.stack.launch import kill_group, launch, launch_guard
from api.stack.parts import Part
from api.stack.readiness import Probe, Started

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# as a shell says it
NOT_STARTED = 127
START_SECONDS = 120.0
PROBE_SECONDS = 0.1
FIRST_TRIES = 4
# the wait before a restart doubles each time; it is short again after a part has run for long enough
SHORTEST_WAIT, LONGEST_WAIT, STEADY_SECONDS = 0.2, 10.0, 30.0


class Progress(Protocol):
    """What the person at the terminal is told."""

    def part_ready(self, part: Part, seconds: float) -> None: ...

    def part_fell(self, part: Part, code: int, wait: float) -> None: ...

    def all_ready(self, seconds: float) -> None: ...

    def stopping(self) -> None: ...


class Supervisor:
    """Keeps `parts` running in `folder`, which the caller holds locked, until a signal says to stop."""

    def __init__(self, folder: Path, parts: list[Part], progress: Progress) -> None:
        self._folder = folder
        self._parts = {part.name: part for part in parts}
        self._progress = progress
        self._journal = Journal(folder)
        self._run = secrets.token_hex(8)
        self._ready = {name: asyncio.Event() for name in self._parts}
        self._running: dict[str, Process] = {}

    async def run(self) -> None:
        """Returns when a signal has stopped everything. Raises StackError when a part can't be started at all."""
        loop = asyncio.get_running_loop()
        self._end = loop.create_future()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._finish)
        guard = await launch_guard(self._folder, self._run)
        work = [asyncio.create_task(self._announce()), *(self._keeper(part) for part in self._parts.values())]
        try:
            await self._end
            self._progress.stopping()
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await self._stop_all()
            guard.stdin.close()  # type: ignore[union-attr]
            await guard.wait()
            self._journal.closed()
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)

    def _finish(self, error: BaseException | None = None) -> None:
        if self._end.done():
            return
        if error:
            self._end.set_exception(error)
        else:
            self._end.set_result(None)

    async def _announce(self) -> None:
        began = asyncio.get_running_loop().time()
        for event in self._ready.values():
            await event.wait()
        self._progress.all_ready(asyncio.get_running_loop().time() - began)

    def _keeper(self, part: Part) -> asyncio.Task[None]:
        task = asyncio.create_task(self._keep(part))
        task.add_done_callback(lambda done: None if done.cancelled() else self._kept(done))
        return task

    def _kept(self, done: asyncio.Task[None]) -> None:
        if error := done.exception():
            self._finish(error)

    async def _keep(self, part: Part) -> None:
        for name in part.after:
            await self._ready[name].wait()
        clock = asyncio.get_running_loop().time
        wait, tries = SHORTEST_WAIT, 0
        while True:
            if part.prepare:
                await asyncio.to_thread(part.prepare)
            began = clock()
            code = await self._live(part)
            if part.ready is None and code == 0:
                self._is_ready(part, clock() - began)
                return
            tries += 1
            if tries >= FIRST_TRIES and not self._ready[part.name].is_set():
                raise self._cannot_start(part)
            if clock() - began > STEADY_SECONDS:
                wait = SHORTEST_WAIT
            self._progress.part_fell(part, code, wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _live(self, part: Part) -> int:
        """One life of `part`: its exit code, negative for a signal. Whatever it leaves behind is ended."""
        started = datetime.now(UTC)
        try:
            process = await launch(part, self._folder, self._run)
        except OSError as error:
            note(self._folder, part.name, str(error))
            return NOT_STARTED
        self._running[part.name] = process
        self._journal.started(part.name, process.pid)
        watch = (
            asyncio.create_task(self._watch(part, part.ready, Started(process.pid, started))) if part.ready else None
        )
        try:
            code = await process.wait()
        finally:
            if watch:
                watch.cancel()
        kill_group(process)
        return code

    async def _watch(self, part: Part, probe: Probe, started: Started) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        while not await probe(started):
            if clock() - began > START_SECONDS and not self._ready[part.name].is_set():
                self._finish(self._cannot_start(part))
                return
            await asyncio.sleep(PROBE_SECONDS)
        self._is_ready(part, clock() - began)

    def _is_ready(self, part: Part, seconds: float) -> None:
        self._progress.part_ready(part, seconds)
        self._ready[part.name].set()

    def _cannot_start(self, part: Part) -> StackError:
        said = last_line(self._folder, part.name)
        return StackError(f"{part.label}（{part.name}）起不来：{said}", f"详见 {log_path(self._folder, part.name)}")

    async def _stop_all(self) -> None:
        gone = {name: asyncio.Event() for name in self._parts}

        async def stop(part: Part) -> None:
            for other in self._parts.values():
                if part.name in other.after:
                    await gone[other.name].wait()
            await self._stop_part(part)
            gone[part.name].set()

        await asyncio.gather(*(stop(part) for part in self._parts.values()))
        await asyncio.to_thread(processes.end, self._folder, self._run)

    async def _stop_part(self, part: Part) -> None:
        process = self._running.get(part.name)
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(part.stop_signal)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), part.stop_seconds)
        kill_group(process)
        await process.wait()
