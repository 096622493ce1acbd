"""who has ever taken a review

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_history_takers", "history", ["by"], postgresql_where=sa.text("event = 'review_taken'"))


def downgrade() -> None:
    op.drop_index("ix_history_takers", table_name="history")
