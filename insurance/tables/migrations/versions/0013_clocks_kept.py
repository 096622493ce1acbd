"""reviews due when their claims are

Revision: 0013, after 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE reviews SET due_at = claims.due_at FROM claims
        WHERE claims.claim_id = reviews.claim_id AND claims.due_at IS NOT NULL AND reviews.kind = 'decision'
          AND reviews.state IN ('open', 'taken', 'second_open', 'second_taken')
        """
    )


def downgrade() -> None:
    pass
