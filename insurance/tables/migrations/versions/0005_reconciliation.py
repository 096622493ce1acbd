"""daily reconciliation with the gateway

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("received_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_out_fen", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_reconciliations")),
    )
    op.create_index("ix_reconciliations_created", "reconciliations", ["created_at", "day"])
    op.create_table(
        "reconciliation_differences",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("ours_fen", sa.BigInteger(), nullable=True),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_day", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("day", "kind", "key", name=op.f("pk_reconciliation_differences")),
    )
    op.create_index(op.f("ix_reconciliation_differences_key"), "reconciliation_differences", ["key"])
    op.create_index(
        "ix_reconciliation_differences_open",
        "reconciliation_differences",
        ["day"],
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    # the movements of one day
    op.create_index(op.f("ix_movements_at"), "movements", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_movements_at"), "movements")
    op.drop_table("reconciliation_differences")
    op.drop_table("reconciliations")
