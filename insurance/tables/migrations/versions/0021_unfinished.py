"""what is being bought for a child

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('queued', 'submitted', 'underwriting', 'awaiting_payment', 'paid')"


def upgrade() -> None:
    op.add_column("purchases", sa.Column("insured_digest", sa.String(length=64), nullable=True))
    op.add_column("purchases", sa.Column("death_cover_fen", sa.BigInteger(), nullable=True))
    op.create_index("ix_purchases_unfinished", "purchases", ["insured_digest"], postgresql_where=sa.text(UNFINISHED))


def downgrade() -> None:
    op.drop_index("ix_purchases_unfinished", table_name="purchases")
    op.drop_column("purchases", "death_cover_fen")
    op.drop_column("purchases", "insured_digest")
