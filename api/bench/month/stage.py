"""Everything that a month needs, open: PostgreSQL and the store, the test server of Temporal, the API with the two simulators, and in
this process the workers. All but the first two go by the month's clock."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.outbox import Relay
from activities.reading import EvidenceReading
from api.bench.month.clock import GoesAlong, MonthClock
from api.bench.month.servers import SharedTime, servers
from api.stack.environment import api_url, settings_of
from api.stack.folder import locked
from api.stack.parts import PROGRAMS, Part, all_parts
from api.stack.plan import Plan, settle_plan
from api.stack.ports import LOOPBACK, choose
from api.stack.supervisor import Supervisor
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.registry import open_adapters, open_storage
from insurance.settings import Settings
from insurance.tables import Database
from worker import ocr_worker, process_worker
from workflows.admission import Admission
from workflows.client import Processes, connect
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
        time = SharedTime()
        clock = MonthClock(environment, time)
        await clock.jump(clock.now())
        settings = _settings(plan, environment.client.service_client.config.target_host)
        opened.enter_context(servers(folder, plan, settings, time))
        database = Database(settings.database)
        opened.push_async_callback(database.close)
        client = await connect(settings.temporal)
        await _work(opened, settings, clock, client, database)
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


async def _work(
    opened: AsyncExitStack, settings: Settings, clock: MonthClock, client: Client, database: Database
) -> None:
    """The workers, with what they do beside their queues."""
    adapters = await opened.enter_async_context(open_adapters(settings, clock.now))
    along = [GoesAlong(clock)]
    await opened.enter_async_context(process_worker(client, settings, database, adapters, along))
    reader = opened.enter_context(ReadingProcess(settings.ocr))
    key = settings.digest_secret.get_secret_value().encode()
    reading = EvidenceReading(open_storage(settings.storage), reader, key)
    await opened.enter_async_context(ocr_worker(client, settings, reading, along))
    processes = Processes(client, settings.temporal)
    for running in (
        Relay(database, adapters.notices).run(),
        Admission(database, processes.start_purchase, settings.queue, clock.now).run(),
    ):
        opened.push_async_callback(_ended, _task(running))


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
    keeping = _task(Supervisor(folder, parts, _Quiet(ready)).run())
    waiting = _task(ready.wait())
    await asyncio.wait([keeping, waiting], return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        waiting.cancel()
        await keeping
    try:
        yield
    finally:
        await _ended(keeping)


class _Quiet:
    """Says nothing, and sets `ready`."""

    def __init__(self, ready: asyncio.Event) -> None:
        self._ready = ready

    def part_ready(self, part: Part, seconds: float) -> None: ...

    def part_fell(self, part: Part, code: int, wait: float) -> None: ...

    def all_ready(self, seconds: float) -> None:
        self._ready.set()

    def stopping(self) -> None: ...


def _task(running: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    return asyncio.create_task(running)


async def _ended(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
