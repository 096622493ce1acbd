from collections.abc import AsyncIterator

import pytest
from api_door import Door, open_door
from api_family import Family, new_family

from insurance.tables import Database


@pytest.fixture(scope="module")
async def door(database: Database) -> AsyncIterator[Door]:
    async with open_door(database) as door:
        yield door


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest) -> None:
    """Processes that were away in one test are there in the next."""
    door = request.getfixturevalue("door") if "door" in request.fixturenames else None
    if isinstance(door, Door):
        door.processes.away = door.processes.loses_answers = door.storage.down = False
        door.processes.told.clear()
        door.processes.started.clear()
        door.processes.refusals.clear()
        door.insurer.entries.clear()


@pytest.fixture(scope="module")
async def family(door: Door) -> Family:
    """For all tests of a module that leave it as it is."""
    return await new_family(door, adjuster="adj-1")
