import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.process_world import CONVERTER, PROGRAMS, World, open_world, start_time
from workflows.search import INSURER_CODE

_queues = count(1)


@pytest.fixture(scope="session")
async def next_server() -> AsyncIterator[list[asyncio.Task[WorkflowEnvironment]]]:
    """It starts while the test before runs."""
    starting = [asyncio.create_task(start_time())]
    yield starting
    async with await starting.pop():
        pass


@pytest.fixture
async def skipped_time(
    next_server: list[asyncio.Task[WorkflowEnvironment]],
) -> AsyncIterator[WorkflowEnvironment]:
    starting = next_server.pop()
    next_server.append(asyncio.create_task(start_time()))
    async with await starting as environment:
        yield environment


@pytest.fixture(scope="session")
async def real_server() -> AsyncIterator[WorkflowEnvironment]:
    """The server that `xueping up` runs: it has schedules."""
    async with await WorkflowEnvironment.start_local(
        data_converter=CONVERTER, dev_server_existing_path=str(PROGRAMS / "temporal"), search_attributes=[INSURER_CODE]
    ) as environment:
        yield environment


@pytest.fixture
async def world(skipped_time: WorkflowEnvironment) -> AsyncIterator[World]:
    async with open_world(skipped_time, f"queue-{next(_queues)}") as world:
        yield world
