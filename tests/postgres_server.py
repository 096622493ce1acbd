import io
import itertools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import psycopg
from alembic import command
from alembic.config import Config

from api.stack import ports, postgres
from api.stack.ports import LOOPBACK
from insurance.settings import load_settings

ROOT = Path(__file__).parents[1]
PASSWORD = "tests-only"
START_SECONDS = 40
# nothing here must outlive the tests
CARELESS = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@dataclass
class PostgresServer:
    """The PostgreSQL of the stack, with databases of the tests' own."""

    folder: Path
    port: int = field(default_factory=lambda: ports.choose(()))
    process: subprocess.Popen[bytes] | None = None
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def start(self) -> None:
        data = self.folder / "cluster" / "data"
        postgres.ensure_cluster(data, PASSWORD)
        user, log = postgres.owner(), self.folder / "log"
        self.process = subprocess.Popen(
            [*postgres.command(data, self.port), *CARELESS],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/",
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process:
            # fast shutdown: whoever is still connected is not waited for
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def url(self, database: str = "xueping") -> str:
        return f"postgresql://xueping:{PASSWORD}@{LOOPBACK}:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """A new database; its address."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            # a template must have no connections
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


@contextmanager
def settings_for(url: str) -> Iterator[Config]:
    """Alembic's configuration, with the settings pointing to the database `url`."""
    with patch.dict(os.environ, {"XUEPING_DATABASE__URL": url}):
        load_settings.cache_clear()
        yield Config(toml_file=ROOT / "pyproject.toml", stdout=io.StringIO())
    load_settings.cache_clear()


def migrate(url: str) -> None:
    with settings_for(url) as config:
        command.upgrade(config, "head")
