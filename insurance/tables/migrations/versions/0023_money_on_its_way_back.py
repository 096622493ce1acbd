"""what of a purchase's money is on its way back, and what it waits for

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purchases", sa.Column("returning", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("purchases", "returning")
