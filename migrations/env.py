"""Runs the migrations over the connection that `kipina migrate` hands over."""

from typing import Literal

import sqlmodel
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel

import app.models  # noqa: F401  the tables make themselves known
from app.models.columns import LocalizedText, UtcDateTime

connection = context.config.attributes["connection"]


def plain_types(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write migrations in SQLAlchemy's own types: they must still run when ours have changed."""
    if kind == "type" and isinstance(item, LocalizedText):
        return "sa.JSON()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sqlmodel.AutoString):
        return f"sa.String({item.length or ''})"
    return False


context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plain_types,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
