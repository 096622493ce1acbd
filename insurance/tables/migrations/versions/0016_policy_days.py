"""days of policies

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_policy_days")),
    )
    op.create_index("ix_policies_effective", "policies", ["effective_date", "policy_no"])
    op.create_index("ix_policies_ends", "policies", ["ends_on", "policy_no"])


def downgrade() -> None:
    op.drop_index("ix_policies_ends", "policies")
    op.drop_index("ix_policies_effective", "policies")
    op.drop_table("policy_days")
