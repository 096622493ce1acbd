"""the chained history of every case

Revision: 0004, after 0003
"""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from insurance.rules.chain import Link, Told, chained

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    history = op.create_table(
        "history",
        sa.Column("process_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=48), nullable=False),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "number", name=op.f("pk_history")),
    )
    op.create_index("ix_history_told", "history", ["process_id", "seq", "at"], unique=True)
    _enter_what_was_told_before(history)
    op.execute(
        """
        CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'history is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_history()
        """
    )


def _enter_what_was_told_before(history: sa.Table) -> None:
    """Running cases go on with a chain that begins at their beginning."""
    connection = op.get_bind()
    now = connection.scalar(sa.text("SELECT now()"))
    told = connection.execute(
        sa.text('SELECT process_id, seq, event, "by", text, at FROM events ORDER BY process_id, seq')
    )
    for process_id, rows in groupby(told, key=lambda row: row.process_id):
        events = [Told(row.seq, row.event, row.by, row.text, None, row.at) for row in rows]
        connection.execute(history.insert(), [vars(e) for e in chained(process_id, Link(), events, now)])


def downgrade() -> None:
    op.drop_table("history")
    op.execute("DROP FUNCTION refuse_to_change_history")
