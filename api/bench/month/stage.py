"""Everything that a month needs, open: PostgreSQL and the store, the test server of Temporal, the API with the two simulators, the
workers. All but the first two go by the month's clock."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from api.bench.month.beside import Shared, beside
from api.bench.month.clock import MonthClock
from api.bench.month.servers import serve
from api.bench.month.workers import ended, task, work
from api.stack.environment import api_url, settings_of
from api.stack.folder import locked
from api.stack.parts import PROGRAMS, Part, all_parts
from api.stack.plan import Plan, settle_plan
from api.stack.ports import LOOPBACK, choose
from api.stack.supervisor import Supervisor
from insurance.settings import Settings
from insurance.tables import Database
from workflows.client import connect
from workflows.search import INSURER_CODE, add_search_attribute

# started as the stack starts them
PROCESSES = ("postgres", "store", "migrate")


@dataclass(frozen=True)
class MonthStage:
    """`alipay` and `insurer` are the simulators' addresses; their books are files of these names in `folder`."""

    folder: Path
    url: str
    token_secret: str
    clock: MonthClock
    client: Client
    database: Database
    alipay: str
    insurer: str
    process_queue: str


@asynccontextmanager
async def month_stage(folder: Path) -> AsyncIterator[MonthStage]:
    """On a new `folder`. Raises StackError when PostgreSQL or the store does not start."""
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    async with AsyncExitStack() as opened:
        opened.enter_context(locked(folder))
        plan = settle_plan(folder, choose(()))
        await opened.enter_async_context(_processes(folder, plan))
        environment = await opened.enter_async_context(
            await WorkflowEnvironment.start_time_skipping(
                test_server_existing_path=str(PROGRAMS / "temporal-test-server")
            )
        )
        await add_search_attribute(environment.client, INSURER_CODE)
        shared = Shared()
        clock = MonthClock(environment, shared)
        await clock.jump(clock.now())
        settings = _settings(plan, environment.client.service_client.config.target_host)
        opened.enter_context(beside(serve, folder, plan, settings, shared))
        opened.enter_context(beside(work, settings, shared))
        database = Database(settings.database)
        opened.push_async_callback(database.close)
        client = await connect(settings.temporal)
        yield MonthStage(
            folder,
            api_url(plan),
            plan.secrets.token,
            clock,
            client,
            database,
            f"http://{LOOPBACK}:{plan.ports['alipay']}",
            f"http://{LOOPBACK}:{plan.ports['insurer']}",
            settings.temporal.process_queue,
        )


def _settings(plan: Plan, temporal: str) -> Settings:
    """As the parts of a stack have them, with another Temporal."""
    described: dict[str, Any] = {}
    for name, value in (settings_of(plan) | {"XUEPING_TEMPORAL__ADDRESS": temporal}).items():
        *groups, last = name.removeprefix("XUEPING_").lower().split("__")
        place = described
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = json.loads(value) if value.startswith("{") else value
    return Settings(**described)


@asynccontextmanager
async def _processes(folder: Path, plan: Plan) -> AsyncIterator[None]:
    """PostgreSQL with the tables of today, and the store."""
    ready = asyncio.Event()
    parts = [part for part in all_parts(folder, plan) if part.name in PROCESSES]
    keeping = task(Supervisor(folder, parts, _Quiet(ready)).run())
    waiting = task(ready.wait())
    await asyncio.wait([keeping, waiting], return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        waiting.cancel()
        await keeping
    try:
        yield
    finally:
        await ended(keeping)


class _Quiet:
    """Says nothing, and sets `ready`."""

    def __init__(self, ready: asyncio.Event) -> None:
        self._ready = ready

    def part_ready(self, part: Part, seconds: float) -> None: ...

    def part_fell(self, part: Part, code: int, wait: float) -> None: ...

    def all_ready(self, seconds: float) -> None:
        self._ready.set()

    def stopping(self) -> None: ...
