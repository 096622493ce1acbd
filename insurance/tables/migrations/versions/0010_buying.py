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
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.String(length=96), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("purchase_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_subject_created", "consents", ["subject", "created_at"])
    op.create_index("ix_consents_purchase_id", "consents", ["purchase_id"])
    # what was said with purchases of before
    op.execute(
        """
        INSERT INTO consents (consent_id, subject, purchase_id, kind, agreed, created_at)
        SELECT purchase_id || '-' || (said ->> 'kind'), subject, purchase_id, said ->> 'kind',
               bool_or((said ->> 'agreed')::boolean), created_at
        FROM purchases, jsonb_array_elements(application -> 'consents') AS said
        GROUP BY purchase_id, said ->> 'kind'
        """
    )
    op.add_column("purchases", sa.Column("notes", postgresql.JSONB(), nullable=True))
    op.add_column("policies", sa.Column("death_cover", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("policies", "death_cover")
    op.drop_column("purchases", "notes")
    op.drop_table("consents")
    op.drop_table("consent_files")
