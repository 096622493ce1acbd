"""views of evidence beside the originals

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # documents of before have none
    none_yet = sa.text("'{\"pages\": []}'")
    views = sa.Column("views", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=none_yet)
    op.add_column("documents", views)
    op.alter_column("documents", "views", server_default=None)


def downgrade() -> None:
    op.drop_column("documents", "views")
