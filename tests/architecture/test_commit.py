"""The answer leaves only after the commit: a failed commit must not look like success."""

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.adapters.database import reading
from app.domain.access import EVERY_CITY
from app.models import City
from tests.strict import StrictClient, form_of

# A broken promise that SQLite checks only when the transaction ends, so that the COMMIT itself fails.
FAIL_AT_COMMIT = (
    "CREATE TABLE promise (id INTEGER PRIMARY KEY, kept INTEGER REFERENCES promise (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TRIGGER broken AFTER INSERT ON outgoing_mail BEGIN INSERT INTO promise (kept) VALUES (99); END",
)


def test_a_failed_commit_answers_500_and_keeps_nothing(app: FastAPI, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        for statement in FAIL_AT_COMMIT:
            connection.exec_driver_sql(statement)
        connection.commit()
    client = StrictClient(app)
    client.raise_server_exceptions(False)
    data, _ = form_of(client.get("/sign-in").text)
    answer = client.post("/sign-in", data=data | {"email": "maija@example.org"})
    assert answer.status_code == 500
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from outgoing_mail").scalar() == 0
    assert client.get("/sign-in").status_code == 200, "the connection is whole again"


def test_reading_pages_cannot_write(engine: sa.Engine) -> None:
    with reading(engine, EVERY_CITY) as session:
        session.add(City(slug="tampere"))
        with pytest.raises(RuntimeError):
            session.flush()
        session.expunge_all()
        with pytest.raises(RuntimeError):
            session.commit()
