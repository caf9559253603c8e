"""The `kipina` command, on a database of its own."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from app.adapters import clock
from app.adapters.database import make_engine, reading, writing
from app.cli import cli
from app.config import Settings
from app.domain.access import EVERY_CITY, Role
from app.main import create_app
from app.models import City, CityMember, MailState, OutgoingMail, Person
from app.queries import cities as city_queries
from app.queries import people as people_queries
from app.services import cities, people
from app.services.signing_in import hash_of
from app.web import session as web_session
from tests.postgres import Cluster
from tests.world import SYSTEM, texts


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings of an empty installation; its database's address."""
    url = f"sqlite:///{tmp_path}/kipina.db"
    monkeypatch.setenv("KIPINA_DATABASE_URL", url)
    monkeypatch.setenv("KIPINA_FILES", str(tmp_path / "files"))
    monkeypatch.delenv("KIPINA_DEMO", raising=False)
    return url


@pytest.fixture
def migrated(installation: str, sqlite_template: Path) -> str:
    """The same with its tables."""
    shutil.copy(sqlite_template, installation.removeprefix("sqlite:///"))
    return installation


def run(*words: str) -> tuple[int, str]:
    """The exit code and what was said, on one line."""
    result = CliRunner().invoke(cli, words)
    return result.exit_code, " ".join(result.output.split())


def test_an_installation_is_set_up_and_gets_its_first_people(installation: str) -> None:
    assert "9454 CPV codes" in run("migrate")[1]
    assert run("migrate") == (0, "Database ready.")
    assert run("user", "anni@example.org", "--name", "Anni", "--admin")[0] == 0
    for wrong, said in (
        (("anni",), "is no email address"),
        (("a@example.org", "--city", "tampere"), "give both --city and --role"),
        (("a@example.org", "--city", "tampere", "--role", "organizer"), "There is no city"),
    ):
        code, output = run("user", *wrong)
        assert code == 1
        assert said in output

    engine = make_engine(installation)
    with writing(engine, EVERY_CITY) as session:
        cities.create(session, SYSTEM, "tampere", texts("Tampere"), ["fi"], clock.now())
    assert "There is no role" in run("user", "a@example.org", "--city", "tampere", "--role", "boss")[1]
    assert run("user", "olli@example.org", "--city", "tampere", "--role", "organizer")[0] == 0
    with reading(engine, EVERY_CITY) as session:
        assert {(one.email, one.is_admin) for one in session.exec(select(Person))} == {
            ("anni@example.org", True),
            ("olli@example.org", False),
        }
        assert session.exec(select(CityMember.role)).one() is Role.ORGANIZER
    engine.dispose()


def test_people_are_signed_out_wherever_they_are(migrated: str) -> None:
    engine, now = make_engine(migrated), clock.now()
    tokens = {}
    with writing(engine, EVERY_CITY) as session:
        for name in ("anni", "pekka"):
            person = people.ensure(session, f"{name}@example.org", "", now)
            session.flush()
            for browser in (f"{name}1", f"{name}2"):
                tokens[browser] = web_session.begin(session, person.id, now)

    def still_in() -> set[str]:
        with reading(engine, EVERY_CITY) as session:
            return {
                name for name, token in tokens.items() if people_queries.signed_in(session, hash_of(token), clock.now())
            }

    assert still_in() == {"anni1", "anni2", "pekka1", "pekka2"}
    for wrong in ((), ("anni@example.org", "--everybody"), ("nobody@example.org",)):
        assert run("sign-out", *wrong)[0] == 1
    assert len(still_in()) == 4
    assert run("sign-out", "Anni@example.org") == (0, "Signed out of 2 browsers.")
    assert still_in() == {"pekka1", "pekka2"}
    assert run("sign-out", "--everybody") == (0, "Signed out of 2 browsers.")
    assert still_in() == set()
    engine.dispose()


def test_the_worker_does_what_is_due_and_stops(migrated: str, tmp_path: Path) -> None:
    engine = create_app(Settings(database_url=migrated)).state.engine
    with writing(engine, EVERY_CITY) as session:
        city = cities.create(session, SYSTEM, "tampere", texts("Tampere"), ["fi"], clock.now())
        session.flush()
        facts = city_queries.facts_by_id(session, city.id)
        assert facts is not None
        people.invite(session, SYSTEM, facts, "olli@example.org", "Olli", Role.ORGANIZER, "fi", clock.now())
    assert run("worker", "--once")[0] == 0
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(OutgoingMail.state)).one() is MailState.SENT
    engine.dispose()
    [letter] = tmp_path.rglob("*.eml")
    assert b"olli@example.org" in letter.read_bytes(), "without a mail server mails are files"


def test_invented_people_come_only_where_anybody_may_step_in(migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run("demo")
    assert code == 1
    assert "KIPINA_DEMO" in output
    engine = make_engine(migrated)
    with reading(engine, EVERY_CITY) as session:
        assert session.exec(select(City)).first() is None
    engine.dispose()
    monkeypatch.setenv("KIPINA_DEMO", "true")
    monkeypatch.setenv("KIPINA_BASE_URL", "https://kipina.example")
    assert run("demo")[0] != 0, "nor anywhere but at home"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_is_started_above_the_borders(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("KIPINA_DATABASE_URL", cluster.url("template_kipina", "postgres"))
    code, output = run(command)
    assert code == 1
    assert "Not started: the database lets us in as a superuser" in output
