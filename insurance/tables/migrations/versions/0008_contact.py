"""messages between families and adjusters; letters; who handed in a document

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("letter_id", sa.String(length=80), nullable=False),
        sa.Column("process_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(length=256), nullable=False),
        sa.Column("version_id", sa.String(length=128), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_process_id"), "letters", ["process_id"])
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("policy_no", sa.String(length=64), nullable=False),
        sa.Column("claim_id", sa.String(length=64), nullable=True),
        sa.Column("insurer_code", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_about_created", "messages", ["about", "created_at"])
    op.create_index("ix_messages_insurer_created", "messages", ["insurer_code", "created_at"])
    unanswered = sa.text("answered_at IS NULL AND answer_due_on IS NOT NULL")
    # documents of before came from families
    given_by = sa.Column("given_by", sa.String(length=160), nullable=False, server_default="family")
    op.add_column("documents", given_by)
    op.alter_column("documents", "given_by", server_default=None)
    op.create_index("ix_messages_unanswered", "messages", ["insurer_code", "created_at"], postgresql_where=unanswered)


def downgrade() -> None:
    op.drop_column("documents", "given_by")
    op.drop_table("messages")
    op.drop_table("letters")
