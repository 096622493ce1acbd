"""how fast a queue goes

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purchase_admission", sa.Column("pace", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("purchase_admission", "pace")
