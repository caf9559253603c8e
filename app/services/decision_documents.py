"""The signed decisions on paper, for the city's records: made by the worker after the signature, once per language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from app.adapters import clock, files, pdf
from app.adapters.database import reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.deciding import Outcome
from app.domain.localized import Localized
from app.domain.scoring import Aggregate
from app.models import (
    Application,
    AuditEvent,
    Challenge,
    City,
    Company,
    Conflict,
    Criterion,
    Decision,
    DecisionDocument,
    Event,
    Person,
    ScoreSheet,
)
from app.services.documents import EMOJI, written


@dataclass(frozen=True, slots=True)
class Line:
    """One decision. `place` is on the reserve list, from 1."""

    number: int
    title: str
    company: str
    locale: str
    challenge: int
    outcome: Outcome
    place: int | None
    reasons: str
    prepared_by: str
    prepared_at: datetime
    absent: list[str]
    """Who took no part in it, for a conflict of interest."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion, of one challenge or common to all, with its weight; None when it is for information only."""

    name: Localized
    challenge: int | None
    weight: int | None


@dataclass(frozen=True)
class DecisionsOnPaper:
    """All that the document says. `seal` is the hash of the change that recorded the signature."""

    template: ClassVar[str] = "documents/decisions/show.html"
    city: Localized
    theme: str
    event: Localized
    places: int
    aggregate: Aggregate
    jurors: int
    sheets: int
    measures: list[Measure]
    challenges: dict[int, Localized]
    lines: list[Line]
    signed_by: str
    signed_title: str
    signed_at: datetime
    seal: str
    zone: ZoneInfo
    emoji: bool = False

    @property
    def invited(self) -> list[tuple[int, list[Line]]]:
        """By challenge."""
        return self._by_challenge(Outcome.INVITE)

    @property
    def reserves(self) -> list[Line]:
        """The first to move up at the top."""
        return sorted((line for line in self.lines if line.place is not None), key=lambda line: line.place or 0)

    @property
    def declined(self) -> list[tuple[int, list[Line]]]:
        """By challenge."""
        return self._by_challenge(Outcome.DECLINE)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many of each outcome."""
        return {outcome: sum(line.outcome is outcome for line in self.lines) for outcome in Outcome}

    @property
    def preparers(self) -> list[tuple[str, datetime, datetime, int]]:
        """Who prepared, from when to when, and how many."""
        found: dict[str, list[datetime]] = {}
        for line in self.lines:
            found.setdefault(line.prepared_by, []).append(line.prepared_at)
        return [(name, min(at), max(at), len(at)) for name, at in sorted(found.items())]

    @property
    def seal_groups(self) -> list[str]:
        """In groups that can be compared by eye."""
        return [self.seal[at : at + 8] for at in range(0, len(self.seal), 8)]

    @property
    def check(self) -> str:
        """The command that tells whether the chain still contains it."""
        return f'kipina verify-audit --head "{" ".join(self.seal_groups)}"'

    def _by_challenge(self, outcome: Outcome) -> list[tuple[int, list[Line]]]:
        chosen = [line for line in self.lines if line.outcome is outcome]
        numbers = sorted({line.challenge for line in chosen})
        return [(number, [line for line in chosen if line.challenge == number]) for number in numbers]


def make_decision_pdf(engine: sa.Engine, settings: Settings, payload: dict[str, Any]) -> None:
    """The worker's job `decision_pdf`: the decisions of one event in one language. Twice makes one document."""
    event_id, language = int(payload["event_id"]), str(payload["language"])
    with reading(engine, EVERY_CITY) as session:
        if session.execute(_made(event_id, language)).first() is not None:
            return
        page = on_paper(session, event_id)
    content = pdf.make(written(page, language, page.signed_at))
    stored_as = files.put(settings, content)
    with writing(engine, EVERY_CITY) as session:
        if session.execute(_made(event_id, language)).first() is None:
            made = DecisionDocument(
                event_id=event_id, locale=language, stored_as=stored_as, size=len(content), created_at=clock.now()
            )
            session.add(made)
            return
    files.remove(settings, stored_as)


def on_paper(session: Session, event_id: int) -> DecisionsOnPaper:
    """What the document of an event says, as it was signed: who moved up or cancelled later is not in it."""
    event, city, signer = session.execute(
        sa.select(Event, City, Person)
        .join(City, col(City.id) == Event.city_id)
        .outerjoin(Person, col(Person.id) == Event.decided_by)
        .where(col(Event.id) == event_id, col(Event.decided_at).is_not(None))
    ).one()
    lines = _lines(session, event)
    jurors, sheets = session.execute(
        sa.select(sa.func.count(col(ScoreSheet.person_id).distinct()), sa.func.count(col(ScoreSheet.id)))
        .join(Application, col(Application.id) == ScoreSheet.application_id)
        .where(col(Application.event_id) == event_id, col(ScoreSheet.submitted_at).is_not(None))
    ).one()
    challenges = sa.select(col(Challenge.number), col(Challenge.title)).where(col(Challenge.event_id) == event_id)
    words = [event.name, *(f"{line.company}{line.title}{line.reasons}{line.absent}" for line in lines)]
    return DecisionsOnPaper(
        city=city.name,
        theme=city.theme,
        event=event.name,
        places=event.places_to_pitch,
        aggregate=event.aggregate,
        jurors=jurors,
        sheets=sheets,
        measures=_measures(session, event_id),
        challenges=dict(session.execute(challenges).all()),
        lines=lines,
        signed_by=signer.name if signer else "",
        signed_title=signer.title if signer else "",
        signed_at=event.decided_at,
        seal=_seal(session, event_id),
        zone=ZoneInfo(city.time_zone),
        emoji=bool(EMOJI.search(str(words))),
    )


def _lines(session: Session, event: Event) -> list[Line]:
    rows = session.execute(
        sa.select(
            col(Application.id),
            col(Application.number),
            col(Application.title),
            col(Company.name),
            col(Application.locale),
            col(Challenge.number),
            col(Decision.outcome),
            col(Decision.reserve_rank),
            col(Decision.reasons),
            sa.func.coalesce(col(Person.name), ""),
            col(Decision.prepared_at),
        )
        .select_from(Decision)
        .join(Application, col(Application.id) == Decision.application_id)
        .join(Company, col(Company.id) == Application.company_id)
        .join(Challenge, col(Challenge.id) == Application.challenge_id)
        .outerjoin(Person, col(Person.id) == Decision.prepared_by)
        .where(col(Decision.event_id) == event.id, col(Decision.applied_at) == event.decided_at)
        .order_by(col(Application.number))
    ).all()
    ranks = sorted(row.reserve_rank for row in rows if row.reserve_rank is not None)
    places: dict[int | None, int] = {rank: at for at, rank in enumerate(ranks, 1)}
    absent = _absent(session, event)
    return [
        Line(number, title, company, locale, challenge, outcome, places.get(rank), reasons, by, at, absent.get(id_, []))
        for id_, number, title, company, locale, challenge, outcome, rank, reasons, by, at in rows
    ]


def _absent(session: Session, event: Event) -> dict[int, list[str]]:
    """Names by application; the grounds are nobody else's business."""
    rows = session.execute(
        sa.select(col(Conflict.application_id), col(Person.name))
        .join(Application, col(Application.id) == Conflict.application_id)
        .join(Person, col(Person.id) == Conflict.person_id)
        .where(col(Application.event_id) == event.id, col(Conflict.declared_at) <= event.decided_at)
        .order_by(col(Person.name))
    )
    found: dict[int, list[str]] = {}
    for application, name in rows:
        found.setdefault(application, []).append(name)
    return found


def _measures(session: Session, event_id: int) -> list[Measure]:
    """The common criteria, then those of single challenges."""
    rows = session.execute(
        sa.select(col(Criterion.name), col(Challenge.number), col(Criterion.weight), col(Criterion.informational))
        .outerjoin(Challenge, col(Challenge.id) == Criterion.challenge_id)
        .where(col(Criterion.event_id) == event_id)
        .order_by(sa.func.coalesce(col(Challenge.number), 0), col(Criterion.position), col(Criterion.id))
    )
    return [Measure(name, number, None if informational else weight) for name, number, weight, informational in rows]


def _seal(session: Session, event_id: int) -> str:
    """The last change of the transaction that signed: it was the head of the city's chain when it was committed."""
    signed = sa.select(col(AuditEvent.hash)).where(
        col(AuditEvent.object_type) == "event",
        col(AuditEvent.object_id) == event_id,
        col(AuditEvent.action) == "signed",
    )
    seal: str = session.execute(signed).scalar_one()
    return seal


def _made(event_id: int, language: str) -> sa.Select[Any]:
    return sa.select(col(DecisionDocument.id)).where(
        col(DecisionDocument.event_id) == event_id, col(DecisionDocument.locale) == language
    )
