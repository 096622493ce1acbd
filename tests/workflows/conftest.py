from collections.abc import AsyncIterator
from itertools import count

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.process_world import World, open_time, open_world

_queues = count(1)


@pytest.fixture
async def skipped_time() -> AsyncIterator[WorkflowEnvironment]:
    async with open_time() as environment:
        yield environment


@pytest.fixture
async def world(skipped_time: WorkflowEnvironment) -> AsyncIterator[World]:
    async with open_world(skipped_time, f"queue-{next(_queues)}") as world:
        yield world
