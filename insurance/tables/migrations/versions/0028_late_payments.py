"""what was paid for a purchase that had ended

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_payments",
        sa.Column("process_id", sa.String(length=64), nullable=False),
        sa.Column("purchase_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process_id", name=op.f("pk_late_payments")),
    )
    op.create_index("ix_late_payments_purchase_id", "late_payments", ["purchase_id"])


def downgrade() -> None:
    op.drop_index("ix_late_payments_purchase_id", table_name="late_payments")
    op.drop_table("late_payments")
