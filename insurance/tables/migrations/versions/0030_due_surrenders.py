"""surrenders that pay to an account are due as well

Revision: 0030, after 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEX = "CREATE INDEX ix_surrenders_due ON surrenders (refund_due_on, surrender_id) WHERE state IN ({})"


def upgrade() -> None:
    op.execute("DROP INDEX ix_surrenders_due")
    op.execute(INDEX.format("'confirmed', 'terminated', 'payee_needed'"))


def downgrade() -> None:
    op.execute("DROP INDEX ix_surrenders_due")
    op.execute(INDEX.format("'confirmed', 'terminated'"))
