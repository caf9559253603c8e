import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from app.adapters import migrations


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrations.config()).get_heads()) == 1


def test_the_migrated_tables_are_those_of_the_models(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        drift = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), SQLModel.metadata)
    assert not drift


def test_the_checks_of_the_models_are_in_the_database(engine: sa.Engine) -> None:
    for table in SQLModel.metadata.tables.values():
        there = {check["name"] for check in sa.inspect(engine).get_check_constraints(table.name)}
        wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert wanted <= there, table.name


def test_running_again_changes_nothing(engine: sa.Engine) -> None:
    assert migrations.upgrade(engine) == []
