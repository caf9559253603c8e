"""How long a city keeps each kind of data, holds, and what is about to go.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ("hold", "removal")


def upgrade() -> None:
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retention", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=False),
        sa.CheckConstraint("case_id is null or application_id is not null", name=op.f("ck_hold_case_of_application")),
        sa.CheckConstraint("reason != ''", name=op.f("ck_hold_reason")),
        sa.CheckConstraint("(lifted_at is null) = (lift_reason = '')", name=op.f("ck_hold_lifted_with_reason")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_hold_city_id_city")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_hold_event_id_event")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_hold_application_id_application")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["follow_up_case.id"], name=op.f("fk_hold_case_id_follow_up_case")),
        sa.ForeignKeyConstraint(["placed_by"], ["person.id"], name=op.f("fk_hold_placed_by_person")),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name=op.f("fk_hold_lifted_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        for column in ("city_id", "event_id", "application_id", "case_id"):
            batch_op.create_index(batch_op.f(f"ix_hold_{column}"), [column], unique=False)
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "draft", "mail", "comment", "not_chosen", "chosen", "case",
                name="kind", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=False,
        ),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_removal_city_id_city")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_removal_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )  # fmt: skip
    with op.batch_alter_table("removal", schema=None) as batch_op:
        for column in ("city_id", "event_id"):
            batch_op.create_index(batch_op.f(f"ix_removal_{column}"), [column], unique=False)
    op.create_index(
        "uq_removal_open", "removal", ["event_id", "kind"], unique=True,
        sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    if op.get_bind().dialect.name != "sqlite":
        for table in TABLES:
            guard(table)


def guard(table: str) -> None:
    """As 0003 does."""
    condition = "city_id = ANY ((SELECT kipina_cities())::integer[]) OR (SELECT kipina_cities()) IS NULL"
    op.execute(f"CREATE POLICY of_the_city ON {table} USING ({condition}) WITH CHECK ({condition})")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("city", schema=None) as batch_op:
        batch_op.drop_column("retention")
