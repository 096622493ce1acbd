"""the text that each consent answers

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("text_version", sa.String(32), nullable=True))
    op.add_column("consents", sa.Column("text_sha256", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "text_sha256")
    op.drop_column("consents", "text_version")
