from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from insurance.settings import DatabaseSettings
from insurance.tables import Database
from tests.postgres_server import PostgresServer, migrate, name_of


def pytest_configure(config: pytest.Config) -> None:
    # SQLModel would have every statement go through exec, which does not say how many rows it changed
    config.addinivalue_line("filterwarnings", r"ignore:\s*.*You probably want to use:DeprecationWarning")


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
