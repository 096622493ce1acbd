"""what is due about policies: refunds of surrenders, answers to corrections

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    refunding = sa.text("state IN ('confirmed', 'terminated')")
    op.create_index("ix_surrenders_due", "surrenders", ["refund_due_on", "surrender_id"], postgresql_where=refunding)
    confirming = sa.text("state IN ('submitted', 'confirming')")
    op.create_index("ix_corrections_due", "corrections", ["due_on", "correction_id"], postgresql_where=confirming)


def downgrade() -> None:
    op.drop_index("ix_corrections_due", table_name="corrections")
    op.drop_index("ix_surrenders_due", table_name="surrenders")
