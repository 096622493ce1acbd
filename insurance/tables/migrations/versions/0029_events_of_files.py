"""which file an event of a claim is about

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("document_id", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("events", "document_id")
