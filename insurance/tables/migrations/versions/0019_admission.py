"""how many purchases may begin

Revision: 0019, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchase_admission",
        sa.Column("insurer_code", sa.String(length=32), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("insurer_code", name=op.f("pk_purchase_admission")),
    )


def downgrade() -> None:
    op.drop_table("purchase_admission")
