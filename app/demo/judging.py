"""The demo's jury at work: who reads what, conflicts, score sheets, and the decisions that followed."""

from collections.abc import Callable
from typing import Any

from app.adapters.database import WriteSession
from app.demo.content import read
from app.domain.access import Actor, Permission, scope_of
from app.domain.conflict import Ground
from app.models import Application, Event
from app.queries import people as people_queries
from app.queries import scoring as scoring_queries
from app.services import conflicts, panel, scoring


def load_scores(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """Everyone reads all, conflicts are declared, and sheets come in one by one."""
    content = read("scores")
    for key in ("kipina-2016", "kipina-2017"):
        event = session.get_one(Event, loaded.id("event", key))
        organizer = actor(session, loaded.id("organizer", key))
        opened = event.jury_opens_at
        assert opened is not None  # noqa: S101
        session.flush()
        panel.let_everyone_read_all(session, organizer, scope_of(organizer, Permission.PANEL_MANAGE), event, opened)
    for one in content["conflicts"]:
        application = session.get_one(Application, loaded.id("application", one["application"]))
        person = actor(session, loaded.id("person", one["person"]))
        assert person.person is not None  # noqa: S101
        at = loaded.calendar.past(one["declared_at"])
        conflicts.declare(session, person, application, person.person, Ground(one["ground"]), one["note"], at)
    session.flush()
    for one in content["sheets"]:
        _score(session, loaded, one)
        advance()


def _score(session: WriteSession, loaded: Any, one: dict[str, Any]) -> None:
    application = session.get_one(Application, loaded.id("application", one["application"]))
    event = session.get_one(Event, application.event_id)
    juror = actor(session, loaded.id("person", one["juror"]))
    assert juror.person is not None  # noqa: S101
    at = max(loaded.calendar.past(one.get("submitted_at") or one.get("updated_at")), event.jury_opens_at)
    key = next(key for key, row_id in loaded.ids["event"].items() if row_id == event.id)
    values = {loaded.id("criterion", f"{key} {name}"): value for name, value in one["scores"].items()}
    draft = scoring.SheetDraft(values, one["comment_jury"], one["comment_company"], application.version)
    criteria = scoring_queries.criteria(session, application, juror.person)
    sent = one["state"] == "submitted"
    scoring.save(session, juror, application, event, criteria, draft, 0, at, send=sent)


def actor(session: WriteSession, person_id: int) -> Actor:
    """Somebody with their roles, as the one who acts."""
    session.flush()
    found = people_queries.actor_of_person(session, person_id)
    assert found is not None  # noqa: S101
    return found
