"""where consents were given

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("page_version", sa.String(length=64), nullable=True))
    op.add_column("consents", sa.Column("device", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "device")
    op.drop_column("consents", "page_version")
