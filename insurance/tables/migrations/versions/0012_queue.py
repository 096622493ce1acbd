"""the queue of purchases

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchase_queue",
        sa.Column("purchase_id", sa.String(length=64), nullable=False),
        sa.Column("insurer_code", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("purchase_order", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_purchase_queue")),
    )
    op.create_index("ix_purchase_queue_order", "purchase_queue", ["insurer_code", "turn", "place"])
    op.create_index("ix_purchase_queue_subject", "purchase_queue", ["insurer_code", "subject"])
    op.create_index(
        "ix_purchases_in_flight",
        "purchases",
        ["insurer_code", "updated_at"],
        postgresql_where=sa.text("state IN ('submitted', 'underwriting')"),
    )


def downgrade() -> None:
    op.drop_index("ix_purchases_in_flight", table_name="purchases")
    op.drop_table("purchase_queue")
