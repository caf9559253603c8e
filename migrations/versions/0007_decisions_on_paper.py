"""The signed decisions of an event as a PDF.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "decision_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_decision_document_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_document")),
        sa.UniqueConstraint("event_id", "locale", name=op.f("uq_decision_document_event_id_locale")),
    )
    with op.batch_alter_table("decision_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_document_event_id"), ["event_id"], unique=False)
    if op.get_bind().dialect.name != "sqlite":  # as 0003 does
        condition = "EXISTS (SELECT 1 FROM event AS parent WHERE parent.id = decision_document.event_id)"
        op.execute(f"CREATE POLICY of_the_city ON decision_document USING ({condition}) WITH CHECK ({condition})")
        op.execute("ALTER TABLE decision_document ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE decision_document FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("decision_document")
