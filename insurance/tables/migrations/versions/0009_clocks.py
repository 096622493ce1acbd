"""due days of claims, and clocks that were broken

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claims", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("claims", sa.Column("due_clock", sa.String(length=32), nullable=True))
    op.create_index(
        "ix_claims_insurer_due",
        "claims",
        ["insurer_code", "due_at", "claim_id"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "broken_clocks",
        sa.Column("claim_id", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clock", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("insurer_code", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("claim_id", "round", "clock", "due_on", name=op.f("pk_broken_clocks")),
    )
    op.create_index("ix_broken_clocks_region_due", "broken_clocks", ["region", "due_on"])


def downgrade() -> None:
    op.drop_table("broken_clocks")
    op.drop_index("ix_claims_insurer_due", table_name="claims")
    op.drop_column("claims", "due_clock")
    op.drop_column("claims", "due_at")
