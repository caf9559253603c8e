"""On PostgreSQL each transaction sees and writes the rows of its own cities only.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

BY_COLUMN = {
    "application": "city_id",
    "audit_event": "chain",
    "audit_head": "chain",
    "challenge": "city_id",
    "event": "city_id",
    "follow_up_case": "city_id",
    "outgoing_mail": "city_id",
    "platform": "city_id",
    "unit": "city_id",
}
BY_PARENT = {
    "assignment": {"application_id": "application"},
    "attachment": {"application_id": "application", "case_id": "follow_up_case"},
    "case_entry": {"case_id": "follow_up_case"},
    "conflict": {"application_id": "application"},
    "criterion": {"event_id": "event"},
    "decision": {"event_id": "event"},
    "document": {"release_id": "programme_release"},
    "place": {"event_id": "event"},
    "programme_release": {"event_id": "event"},
    "programme_session": {"event_id": "event"},
    "score": {"sheet_id": "score_sheet"},
    "score_sheet": {"application_id": "application"},
}

# NULL is every city. Nothing set, or nothing left of an earlier transaction, is a fault of ours that must be heard.
CITIES = """
CREATE FUNCTION kipina_cities() RETURNS integer[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    cities text := coalesce(current_setting('kipina.cities', true), '');
BEGIN
    IF cities = '' THEN
        RAISE EXCEPTION 'a query without a city' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN cities = 'every' THEN NULL ELSE cities::integer[] END;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(CITIES)
    for table, column in BY_COLUMN.items():
        # The sub-selects are asked once for a query, not for each row.
        condition = f"{column} = ANY ((SELECT kipina_cities())::integer[]) OR (SELECT kipina_cities()) IS NULL"
        # Chain 0 is the installation's: whoever invites a person adds to it, from the pages of any city.
        guard(table, f"chain = 0 OR {condition}" if column == "chain" else condition)
    for table, parents in BY_PARENT.items():
        # The parent's own policy holds inside of the sub-select.
        guard(
            table,
            " OR ".join(
                f"EXISTS (SELECT 1 FROM {parent} AS parent WHERE parent.id = {table}.{column})"  # noqa: S608
                for column, parent in parents.items()
            ),
        )


def guard(table: str, condition: str) -> None:
    op.execute(f"CREATE POLICY of_the_city ON {table} USING ({condition}) WITH CHECK ({condition})")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")  # for the owner of the table too


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in BY_COLUMN | BY_PARENT:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY of_the_city ON {table}")
    op.execute("DROP FUNCTION kipina_cities()")
