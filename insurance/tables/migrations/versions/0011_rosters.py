"""rosters of schools

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_entries",
        sa.Column("school_code", sa.String(length=16), nullable=False),
        sa.Column("insured_digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("id_number", sa.String(length=64), nullable=False),
        sa.Column("class_name", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("school_code", "insured_digest", name=op.f("pk_roster_entries")),
    )
    op.create_index("ix_policies_school", "policies", [sa.text("(insured ->> 'school_code')")])


def downgrade() -> None:
    op.drop_index("ix_policies_school", table_name="policies")
    op.drop_table("roster_entries")
