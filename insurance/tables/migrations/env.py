"""Alembic's entry: migrates the database of the settings (`xueping migrate`)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import NullPool, create_engine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import insurance.tables  # noqa: F401  (fills the metadata)
from insurance.settings import load_settings

url = load_settings().database.url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)

# two migrations at once would each make the tables
LOCK = 7_310_642_001


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """SQLModel's own string type is a plain VARCHAR to the database."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


with create_engine(url, poolclass=NullPool).connect() as connection:
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
    connection.commit()
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True, render_item=render)
    with context.begin_transaction():
        context.run_migrations()
    connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
    connection.commit()
