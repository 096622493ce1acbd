from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.stack import ports
from insurance.settings import DatabaseSettings
from insurance.tables import Database
from tests.postgres_server import PostgresServer, migrate, name_of
from tests.running_stack import Stack


def pytest_configure(config: pytest.Config) -> None:
    # SQLModel would rather see exec, which is for selects
    config.addinivalue_line("filterwarnings", r"ignore:\s*.*You probably want to use:DeprecationWarning")


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


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """The name of a migrated database without rows, to make others from. Nobody connects to it."""
    url = postgres.create()
    migrate(url)
    return name_of(url)


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer, migrated: str) -> AsyncIterator[Database]:
    """A migrated database for the tests of one module."""
    database = Database(DatabaseSettings(url=SecretStr(postgres.create(migrated)), pool_size=20))
    yield database
    await database.close()
