"""Stands have a place of their own on the map.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("map_x", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("map_y", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.drop_column("map_y")
        batch_op.drop_column("map_x")
