"""corrections of policies

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("correction_id", sa.String(length=64), nullable=False),
        sa.Column("policy_no", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("insurer_code", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("endorsement_no", sa.String(length=64), nullable=True),
        sa.Column("declined_code", sa.String(length=64), nullable=True),
        sa.Column("declined_reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_policy_created", "corrections", ["policy_no", "created_at"])
    op.add_column("policies", sa.Column("correction_id", sa.String(length=64), nullable=True))
    op.add_column("policies", sa.Column("endorsements", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("policies", "endorsements")
    op.drop_column("policies", "correction_id")
    op.drop_table("corrections")
