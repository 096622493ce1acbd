"""skills, quality samples and steps of reviews

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # reviews of before are decisions on medical costs
    for name, length, before in (("kind", 16, "decision"), ("skill", 32, "medical")):
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default=before)
        op.add_column("reviews", column)
        op.alter_column("reviews", name, server_default=None)
    op.add_column("reviews", sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index(
        "ix_reviews_waiting",
        "reviews",
        ["insurer_code", "due_at", "review_id"],
        postgresql_where=sa.text("state IN ('open', 'taken', 'second_open', 'second_taken')"),
    )
    op.create_index("ix_reviews_created", "reviews", ["insurer_code", "created_at", "review_id"])
    op.create_index("ix_reviews_quality", "reviews", ["insurer_code"], postgresql_where=sa.text("kind = 'quality'"))


def downgrade() -> None:
    for name in ("ix_reviews_quality", "ix_reviews_created", "ix_reviews_waiting"):
        op.drop_index(name, table_name="reviews")
    for name in ("verdict", "skill", "kind"):
        op.drop_column("reviews", name)
