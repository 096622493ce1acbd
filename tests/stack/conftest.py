from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from running_stack import Stack

from api.stack import ports


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # the fast ones first, wherever they are
    def cost(item: pytest.Item) -> int:
        return 2 if item.get_closest_marker("stack") else 1 if item.get_closest_marker("servers") else 0

    items.sort(key=cost)


@contextmanager
def on_a_fresh_folder() -> Iterator[Stack]:
    # not below pytest's own folder, which every session of pytest closes to other users, the database's as well
    with TemporaryDirectory(prefix="xueping-", ignore_cleanup_errors=True) as place:
        stack = Stack(Path(place) / "data", ports.choose(()))
        try:
            yield stack
        finally:
            stack.end()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A whole stack that runs for all tests of the session: leave it running and ready."""
    with on_a_fresh_folder() as stack:
        stack.start()
        yield stack


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack for one test, not started: kill it as you like."""
    with on_a_fresh_folder() as stack:
        yield stack
