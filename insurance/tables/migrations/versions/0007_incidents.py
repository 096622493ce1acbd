"""incidents and serious cases

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant, text = sa.DateTime(timezone=True), sa.String
    op.create_table(
        "accident_marks",
        sa.Column("claim_id", text(length=64), nullable=False),
        sa.Column("insurer_code", text(length=32), nullable=False),
        sa.Column("insured_digest", text(length=64), nullable=False),
        sa.Column("event", text(length=16), nullable=False),
        sa.Column("accident_on", sa.Date(), nullable=False),
        sa.Column("place", text(length=100), nullable=False),
        sa.Column("school_code", text(length=64), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_accident_marks")),
    )
    op.create_index("ix_accident_marks_child", "accident_marks", ["insured_digest", "accident_on"])
    op.create_index("ix_accident_marks_day", "accident_marks", ["insurer_code", "accident_on"])
    # claims of before are known too; a place counts as it was written, but for spaces
    op.execute(
        """
        INSERT INTO accident_marks
        SELECT c.claim_id, c.insurer_code, p.insured_digest, c."case"->'report'->>'event',
               ((c."case"->'report'->>'accident_at')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date,
               left(lower(regexp_replace(c."case"->'report'->>'accident_place', '\\s', '', 'g')), 100),
               left(coalesce(p.insured->>'school_code', ''), 64)
        FROM claims c JOIN policies p USING (policy_no)
        """
    )
    op.create_table(
        "incidents",
        sa.Column("incident_id", text(length=64), nullable=False),
        sa.Column("insurer_code", text(length=32), nullable=False),
        sa.Column("title", text(length=200), nullable=False),
        sa.Column("created_by", text(length=128), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_insurer_created", "incidents", ["insurer_code", "created_at", "incident_id"])
    op.create_table(
        "incident_claims",
        sa.Column("claim_id", text(length=64), nullable=False),
        sa.Column("incident_id", text(length=64), nullable=False),
        sa.Column("insured_digest", text(length=64), nullable=False),
        sa.Column("linked_by", text(length=128), nullable=False),
        sa.Column("linked_at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.incident_id"], name=op.f("fk_incident_claims_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_incident_claims")),
    )
    op.create_index(op.f("ix_incident_claims_incident_id"), "incident_claims", ["incident_id"])
    op.create_table(
        "serious_cases",
        sa.Column("case_id", text(length=64), nullable=False),
        sa.Column("claim_id", text(length=64), nullable=False),
        sa.Column("insurer_code", text(length=32), nullable=False),
        sa.Column("state", text(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("school_code", text(length=64), nullable=True),
        sa.Column("child", text(length=64), nullable=False),
        sa.Column("class_name", text(length=100), nullable=False),
        sa.Column("due_at", instant, nullable=True),
        sa.Column("case", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_serious_cases")),
    )
    op.create_index(op.f("ix_serious_cases_claim_id"), "serious_cases", ["claim_id"])
    op.create_index("ix_serious_cases_insurer", "serious_cases", ["insurer_code", "created_at", "case_id"])
    op.create_index("ix_serious_cases_school", "serious_cases", ["school_code", "created_at", "case_id"])
    op.create_table(
        "case_notes",
        sa.Column("note_id", text(length=64), nullable=False),
        sa.Column("case_id", text(length=64), nullable=False),
        sa.Column("role", text(length=16), nullable=False),
        sa.Column("subject", text(length=128), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_case_notes")),
    )
    op.create_index("ix_case_notes_case", "case_notes", ["case_id", "created_at", "note_id"])


def downgrade() -> None:
    for table in ("case_notes", "serious_cases", "incident_claims", "incidents", "accident_marks"):
        op.drop_table(table)
