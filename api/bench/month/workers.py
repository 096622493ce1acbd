"""The month's workers with what they do beside their queues, in a process of their own."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.outbox import Relay
from activities.reading import EvidenceReading
from api.bench.month.beside import Lifetime, Shared
from insurance.adapters.ocr.process import ReadingProcess
from insurance.adapters.registry import open_adapters, open_storage
from insurance.settings import Settings
from insurance.tables import Database
from worker import ocr_worker, process_worker
from workflows.admission import Admission
from workflows.client import Processes, connect


def work(lifetime: Lifetime, settings: Settings, shared: Shared) -> None:
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    asyncio.run(_work(lifetime, settings, shared))


async def _work(lifetime: Lifetime, settings: Settings, shared: Shared) -> None:
    along = [GoesAlong(shared)]
    key = settings.digest_secret.get_secret_value().encode()
    async with AsyncExitStack() as opened:
        database = Database(settings.database)
        opened.push_async_callback(database.close)
        client = await connect(settings.temporal)
        adapters = await opened.enter_async_context(open_adapters(settings, shared.now))
        await opened.enter_async_context(process_worker(client, settings, database, adapters, along))
        reader = opened.enter_context(ReadingProcess(settings.ocr))
        reading = EvidenceReading(open_storage(settings.storage), reader, key)
        await opened.enter_async_context(ocr_worker(client, settings, reading, along))
        start = Processes(client, settings.temporal).start_purchase
        for running in (
            Relay(database, adapters.notices).run(),
            Admission(database, start, settings.queue, shared.now).run(),
        ):
            opened.push_async_callback(ended, task(running))
        lifetime.begin()
        await asyncio.to_thread(lifetime.wait)


class GoesAlong(Interceptor):
    """While time jumps, steps tell the month that they are at work, and those at other parts where time has got to."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        shared = self._shared

        class Inbound(ActivityInboundInterceptor):
            async def execute_activity(self, input: ExecuteActivityInput) -> Any:
                if not activity.info().is_local:
                    shared.seen(activity.info().started_time)
                shared.begun()
                try:
                    return await self.next.execute_activity(input)
                finally:
                    shared.ended()

        return Inbound(next)


def task(running: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    return asyncio.create_task(running)


async def ended(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
