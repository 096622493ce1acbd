import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.process_world import CONVERTER, World, open_world
from workflows.search import INSURER_CODE, add_search_attribute

PROGRAMS = Path(sys.executable).parent
_queues = count(1)


@pytest.fixture
async def skipped_time() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's test server, one for each test: its clock stands still while anything is left at work by another."""
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=CONVERTER, test_server_existing_path=str(PROGRAMS / "temporal-test-server")
    ) as environment:
        await add_search_attribute(environment.client, INSURER_CODE)
        yield environment


@pytest.fixture
async def world(skipped_time: WorkflowEnvironment) -> AsyncIterator[World]:
    async with open_world(skipped_time, f"queue-{next(_queues)}") as world:
        yield world
