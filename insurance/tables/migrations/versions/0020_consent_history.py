"""what was said to a question of consent before

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("consents", sa.Column("history", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "history")
    op.drop_column("consents", "given_at")
