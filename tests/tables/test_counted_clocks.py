import json
from datetime import UTC, date, datetime

import psycopg
import pytest
from alembic import command

from tests.postgres_server import PostgresServer, settings_for

pytestmark = pytest.mark.servers

NOW = datetime(2026, 4, 20, tzinfo=UTC)
# 00:30 of 2 March in China
RECEIVED = "2026-03-01T16:30:00Z"


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.create()


def rows(url):
    with psycopg.connect(url) as connection:
        columns = "claim_id, clock, since, due_on, done_on, late_days"
        return connection.execute(f"SELECT {columns} FROM broken_clocks ORDER BY claim_id, clock, due_on").fetchall()


def claim(connection, claim_id, **case):
    values = claim_id, json.dumps({"received_at": RECEIVED, "clocks_from": None} | case), NOW, NOW, NOW
    connection.execute(
        """INSERT INTO claims (claim_id, policy_no, subject, insurer_code, state, seq, open, "case", created_at, updated_at, due_at)
        VALUES (%s, 'P', 's', 'xiangjiang', 'in_review', 1, true, %s, %s, %s, %s)""",
        values,
    )


def broken(connection, claim_id, due_on, done_on=None, number=1):
    connection.execute(
        "INSERT INTO broken_clocks VALUES (%s, %s, 'determination', %s, 'xiangjiang', '430102', %s)",
        (claim_id, number, due_on, done_on),
    )


def test_clocks_counted_before_are_counted_once_from_the_day_of_their_claim(url):
    with settings_for(url) as config:
        command.upgrade(config, "0012")
        with psycopg.connect(url) as connection:
            claim(connection, "cl-1")
            # its last day moved: the later one counts
            broken(connection, "cl-1", date(2026, 4, 1), date(2026, 4, 8))
            broken(connection, "cl-1", date(2026, 4, 7), date(2026, 4, 8))
            claim(connection, "cl-2", clocks_from="2026-04-10T02:00:00Z")
            broken(connection, "cl-2", date(2026, 4, 1), date(2026, 4, 3))
            broken(connection, "cl-2", date(2026, 5, 11))
            broken(connection, "cl-gone", date(2026, 4, 1))
        command.upgrade(config, "0013")
        assert rows(url) == [
            ("cl-1", "determination", date(2026, 3, 2), date(2026, 4, 7), date(2026, 4, 8), 1),
            ("cl-2", "determination", date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 3), 2),
            ("cl-2", "determination", date(2026, 4, 10), date(2026, 5, 11), None, None),
            ("cl-gone", "determination", date(2026, 4, 1), date(2026, 4, 1), None, None),
        ]
        command.downgrade(config, "0012")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*), min(round) FROM broken_clocks").fetchone() == (4, 1)
