"""consents on paper, what was said at submission, how the minors' cap came out

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_files",
        sa.Column("consent_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("insured_digest", sa.String(length=64), nullable=False),
        sa.Column("object_key", sa.String(length=256), nullable=False),
        sa.Column("version_id", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent_files")),
    )
    op.create_index("ix_consent_files_insured", "consent_files", ["insured_digest", "kind"])
    op.add_column("purchases", sa.Column("notes", postgresql.JSONB(), nullable=True))
    op.add_column("policies", sa.Column("death_cover", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("policies", "death_cover")
    op.drop_column("purchases", "notes")
    op.drop_table("consent_files")
