"""reviews due when their claims are; broken clocks counted once each, with their days

Revision: 0013, after 0012
"""

import sqlalchemy as sa
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
    op.add_column("broken_clocks", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("broken_clocks", sa.Column("late_days", sa.Integer(), nullable=True))
    op.execute(
        """
        UPDATE broken_clocks SET since = LEAST(
            due_on,
            (COALESCE("case" ->> 'clocks_from', "case" ->> 'received_at')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
        ) FROM claims WHERE claims.claim_id = broken_clocks.claim_id
        """
    )
    op.execute("UPDATE broken_clocks SET since = due_on WHERE since IS NULL")
    op.execute("UPDATE broken_clocks SET late_days = GREATEST(0, done_on - due_on) WHERE done_on IS NOT NULL")
    # of a clock whose last day moved the last one counts
    op.execute(
        """
        DELETE FROM broken_clocks earlier USING broken_clocks later
        WHERE (earlier.claim_id, earlier.clock, earlier.since) = (later.claim_id, later.clock, later.since)
          AND (earlier.due_on, earlier.round) < (later.due_on, later.round)
        """
    )
    op.drop_constraint("pk_broken_clocks", "broken_clocks", type_="primary")
    op.drop_column("broken_clocks", "round")
    op.alter_column("broken_clocks", "since", nullable=False)
    op.create_primary_key(op.f("pk_broken_clocks"), "broken_clocks", ["claim_id", "clock", "since"])


def downgrade() -> None:
    op.drop_constraint("pk_broken_clocks", "broken_clocks", type_="primary")
    op.add_column("broken_clocks", sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("broken_clocks", "round", server_default=None)
    op.create_primary_key(op.f("pk_broken_clocks"), "broken_clocks", ["claim_id", "round", "clock", "due_on"])
    op.drop_column("broken_clocks", "late_days")
    op.drop_column("broken_clocks", "since")
