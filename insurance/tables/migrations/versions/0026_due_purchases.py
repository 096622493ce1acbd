"""what is paid and not issued yet: due purchases

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    paid = sa.text("state = 'paid'")
    op.create_index("ix_purchases_paid", "purchases", ["paid_at", "purchase_id"], postgresql_where=paid)


def downgrade() -> None:
    op.drop_index("ix_purchases_paid", table_name="purchases")
