"""by what receipts are known again

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt_marks",
        sa.Column("receipt_id", sa.String(length=64), nullable=False),
        sa.Column("claim_id", sa.String(length=64), nullable=False),
        sa.Column("bill_code", sa.String(length=32), nullable=True),
        sa.Column("bill_no", sa.String(length=32), nullable=True),
        sa.Column("bill_no_proved", sa.Boolean(), nullable=False),
        sa.Column("check_code", sa.String(length=32), nullable=True),
        sa.Column("date", sa.String(length=10), nullable=True),
        sa.Column("total", sa.String(length=32), nullable=True),
        sa.Column("numbers", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("sums", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt_marks")),
    )
    op.create_index(op.f("ix_receipt_marks_claim_id"), "receipt_marks", ["claim_id"])
    op.create_index("ix_receipt_marks_bill_no", "receipt_marks", ["bill_no"])
    op.create_index(
        "ix_receipt_marks_keys",
        "receipt_marks",
        ["keys"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    # receipts that were read before are known again by their numbers
    op.execute(
        """
        INSERT INTO receipt_marks
        SELECT receipt_id, claim_id, bill_code, bill_no, false, left(fields->>'check_code', 32), left(fields->>'date', 10),
               left(fields->>'total', 32), '{}', '{}', '{}'
        FROM receipts
        """
    )


def downgrade() -> None:
    op.drop_table("receipt_marks")
