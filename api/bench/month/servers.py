"""The month's API and its two simulators, in a process of their own: they answer, while the workers of the month work."""

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from api.app import create_app
from api.stack.environment import alipay_simulator, api_url, insurer_simulator
from api.stack.plan import Plan
from insurance.settings import Settings
from insurance.simulators import clock as simulated
from insurance.simulators.alipay.app import build as build_alipay
from insurance.simulators.insurer.app import build as build_insurer
from insurance.simulators.process import in_background

START_SECONDS, END_SECONDS = 60.0, 10.0


class SharedTime:
    """How far the month is ahead of the machine's clock. One process moves it, and every process reads it."""

    def __init__(self) -> None:
        self._seconds = multiprocessing.get_context("spawn").Value("d", 0.0, lock=False)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._seconds.value)

    def seen(self, instant: datetime) -> None:
        """Never back."""
        self._seconds.value = max(self._seconds.value, (instant - datetime.now(UTC)).total_seconds())


@contextmanager
def servers(folder: Path, plan: Plan, settings: Settings, time: SharedTime) -> Iterator[None]:
    """At the addresses of `plan`. They end with this process, however it ends. Raises RuntimeError when they do not start."""
    spawn = multiprocessing.get_context("spawn")
    ready, over = spawn.Event(), spawn.Event()
    process = spawn.Process(target=_serve, args=(folder, plan, settings, time, ready, over), daemon=True)
    process.start()
    try:
        if not ready.wait(START_SECONDS):
            raise RuntimeError("the month's servers did not start")
        yield
    finally:
        over.set()
        process.join(END_SECONDS)
        process.kill()


def _serve(folder: Path, plan: Plan, settings: Settings, time: SharedTime, ready: Event, over: Event) -> None:
    simulated.follow(time.now)
    with ExitStack() as opened:
        for name, build, config in (
            ("insurer", build_insurer, insurer_simulator(plan.secrets, api_url(plan))),
            ("alipay", build_alipay, alipay_simulator(plan.secrets)),
        ):
            app = build(json.loads(config), folder / f"{name}.sqlite")
            opened.enter_context(in_background(app, port=plan.ports[name]))
        opened.enter_context(in_background(create_app(settings, time.now), port=plan.api_port))
        ready.set()
        parent = multiprocessing.parent_process()
        while not over.wait(1.0) and parent is not None and parent.is_alive():
            pass
