from collections.abc import Iterator
from pathlib import Path

import pytest
from running_stack import Stack

from api.stack import ports


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # the fast ones first, wherever they are
    def cost(item: pytest.Item) -> int:
        return 2 if item.get_closest_marker("stack") else 1 if item.get_closest_marker("servers") else 0

    items.sort(key=cost)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole stack that runs for all tests of the session: leave it running and ready."""
    stack = Stack(tmp_path_factory.mktemp("stack") / "data", ports.choose(()))
    try:
        stack.start()
        yield stack
    finally:
        stack.end()


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack for one test, not started: kill it as you like."""
    stack = Stack(tmp_path / "data", ports.choose(()))
    try:
        yield stack
    finally:
        stack.end()
