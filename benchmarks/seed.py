"""A city of the size of the measurements: 300 applications, 20 jurors, 500 cases. Rows go straight into the tables.

Three events: one whose call is open, with drafts to send in; one whose jury is at work, with every sheet filled in, and
cases; and one whose programme has been released.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.adapters.database import WriteSession, writing
from app.domain.access import EVERY_CITY, PUBLIC, Role
from app.domain.application import State
from app.domain.followup import Stage
from app.domain.localized import Localized
from app.domain.schedule import SessionKind
from app.models import (
    Application,
    Assignment,
    Challenge,
    Company,
    CompanyMember,
    Criterion,
    Event,
    FollowUpCase,
    JurySeat,
    Person,
    Score,
    ScoreSheet,
    Unit,
)
from app.queries import cities as city_queries
from app.services import challenges, cities, criteria, events, people, programme, releases
from app.web import session as web_session

CITY = "tampere"
OPEN, JUDGED, TOLD = "kipina-2027", "kipina-2017", "kipina-2026"
"""The addresses of the events."""
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
LOREM = (
    "Ratkaisumme mittaa, mitä asemalla tapahtuu, ja kertoo siitä ennen kuin kukaan ehtii soittaa. "
    "Kokeilussa on kolme kohdetta, yksi mittari ja päivä, jona päätetään jatkosta. "
) * 3


@dataclass(frozen=True)
class Size:
    """How many rows there are of each kind."""

    applications: int = 300
    jurors: int = 20
    cases: int = 500
    drafts: int = 2_000
    sessions: int = 60


FULL = Size()


@dataclass(frozen=True)
class Seeded:
    """What the measurements need to know. People are told by the token of their session."""

    organizer: str
    jurors: list[str]
    jury_event: int
    open_event: int
    scoring: list[int]
    drafts: list[tuple[int, str]]
    """With whoever may send it in."""


def text(words: str) -> Localized:
    """The same words in three languages."""
    return Localized(words, words, words)


def bulk(session: WriteSession, rows: list[SQLModel]) -> None:
    """Insert many rows and give them their ids."""
    session.add_all(rows)
    session.flush()


def seed(engine: sa.Engine, size: Size = FULL) -> Seeded:
    """Fill an empty, migrated database."""
    rng = random.Random(2027)
    with writing(engine, EVERY_CITY) as session:
        city = cities.create(session, PUBLIC, CITY, text("Tampere"), ["fi", "sv", "en"], NOW)
        session.flush()
        units = [Unit(city_id=city.id, name=text(f"Yksikkö {n}"), position=n) for n in range(6)]
        bulk(session, list(units))
        organizer = _people("organizer", 1)[0]
        jurors, owners = _people("juror", size.jurors), _people("owner", size.applications)
        bulk(session, [organizer, *jurors, *owners])
        people.grant(session, PUBLIC, city.id, organizer, Role.ORGANIZER, NOW)
        companies = [
            Company(name=f"Yritys {n} Oy", register_number=f"{n:07}-0", created_at=NOW, description=text(LOREM[:200]))
            for n in range(size.applications)
        ]
        bulk(session, list(companies))
        bulk(session, [
            CompanyMember(company_id=company.id, person_id=owner.id, role=Role.OWNER)
            for company, owner in zip(companies, owners, strict=True)
        ])  # fmt: skip

        judged, needs, judged_by = _event(session, city.id, "Kipinä 2017", NOW - 20 * DAY, organizer, units)
        applications = [
            _application(judged, needs[n % 8], company, n + 1, State.SUBMITTED) for n, company in enumerate(companies)
        ]
        bulk(session, list(applications))
        _score(session, rng, judged.id, jurors, applications, judged_by)
        bulk(session, _cases(rng, size.cases, judged, applications, units, organizer))

        opened, needs, _ = _event(session, city.id, "Kipinä 2027", NOW - 5 * DAY, organizer, units)
        assert size.drafts <= len(companies) * len(needs)
        drafts = [
            (_application(opened, needs[n % 8], companies[n // 8], None, State.DRAFT), n // 8)
            for n in range(size.drafts)
        ]
        bulk(session, [draft for draft, _ in drafts])

        told, needs, _ = _event(session, city.id, "Kipinä 2026", NOW - 50 * DAY, organizer, units)
        _programme(session, city.id, told, needs, companies)

        signed_in = [web_session.begin(session, person.id, NOW) for person in (organizer, *jurors, *owners)]
        return Seeded(
            organizer=signed_in[0],
            jurors=signed_in[1 : 1 + size.jurors],
            jury_event=judged.id,
            open_event=opened.id,
            scoring=[application.id for application in applications],
            drafts=[(draft.id, signed_in[1 + size.jurors + owner]) for draft, owner in drafts],
        )


def _programme(
    session: WriteSession, city_id: int, event: Event, needs: list[Challenge], companies: list[Company]
) -> None:
    """Sixty pitches on three stages, released."""
    city = city_queries.facts_by_id(session, city_id)
    assert city is not None
    assert event.day_starts_at is not None
    event.decided_at = NOW - 20 * DAY
    stages = [
        programme.add_place(session, PUBLIC, event, programme.PlaceDraft(text(f"Lava {n}")), NOW) for n in (1, 2, 3)
    ]
    pitching = [
        _application(event, needs[n % 8], company, n + 1, State.CONFIRMED) for n, company in enumerate(companies[:60])
    ]
    bulk(session, list(pitching))
    for n in range(60):
        starts = event.day_starts_at + timedelta(minutes=10 * (n // 3))
        draft = programme.SessionDraft(
            SessionKind.PITCH, title=text(f"Pitch {n}"), place_id=stages[n % 3].id, starts_at=starts,
            ends_at=starts + timedelta(minutes=8), application_id=pitching[n % len(pitching)].id,
        )  # fmt: skip
        programme.add_session(session, PUBLIC, event, draft, NOW)
    session.flush()
    releases.release(session, PUBLIC, city, event, "1.0", text("Ensimmäinen"), NOW)


def _people(kind: str, many: int) -> list[Person]:
    return [
        Person(email=f"{kind}{n}@example.org", name=f"{kind.title()} Henkilö {n}", created_at=NOW) for n in range(many)
    ]


def _event(
    session: WriteSession, city_id: int, name: str, call_opens_at: datetime, organizer: Person, units: list[Unit]
) -> tuple[Event, list[Challenge], list[Criterion]]:
    """A published event with eight challenges and four criteria. Its call is open for 15 days, its day is the 60th."""
    city = city_queries.facts_by_id(session, city_id)
    assert city is not None
    day = call_opens_at + 60 * DAY
    draft = events.EventDraft(
        name=text(name), summary=text(LOREM[:120]), description=text(LOREM), practical=text(LOREM),
        place=text("Vapriikki"), call_opens_at=call_opens_at, call_closes_at=call_opens_at + 15 * DAY,
        day_starts_at=day, day_ends_at=day + timedelta(hours=8),
    )  # fmt: skip
    event = events.create(session, PUBLIC, city, draft, call_opens_at - 3 * DAY)
    session.flush()
    needs = [
        challenges.ChallengeDraft(
            title=text(f"Haaste {n}"), need=text(LOREM), owner_person_id=organizer.id, owner_unit_id=units[n % 6].id
        )
        for n in range(1, 9)
    ]
    made = [challenges.create(session, PUBLIC, event, need, NOW) for need in needs]
    judged_by = [
        criteria.create(session, PUBLIC, event, criteria.CriterionDraft(text(f"Peruste {n}"), weight=weight), NOW)
        for n, weight in enumerate((30, 30, 20, 20))
    ]
    session.flush()
    events.publish(session, PUBLIC, event, call_opens_at - 2 * DAY)
    return event, made, judged_by


def _application(event: Event, challenge: Challenge, company: Company, number: int | None, state: State) -> Application:
    sent = None if state is State.DRAFT else NOW - 6 * DAY
    return Application(
        city_id=event.city_id, event_id=event.id, challenge_id=challenge.id, company_id=company.id, number=number,
        state=state, title=f"Ratkaisu {number or 'luonnos'}", solution=LOREM, fit=LOREM, evidence=LOREM, pilot=LOREM,
        from_city=LOREM, price="Kokeilu 9 000 €", team="Kaksi ihmistä", created_at=NOW - 9 * DAY,
        updated_at=NOW - 6 * DAY, submitted_at=sent, receipt_at=sent,
    )  # fmt: skip


def _score(
    session: WriteSession, rng: random.Random, event_id: int, jurors: list[Person], applications: list[Application],
    judged_by: list[Criterion],
) -> None:  # fmt: skip
    bulk(session, [JurySeat(event_id=event_id, person_id=juror.id, created_at=NOW) for juror in jurors])
    pairs = [(application, juror) for application in applications for juror in jurors]
    bulk(session, [Assignment(application_id=a.id, person_id=j.id, created_at=NOW) for a, j in pairs])
    sheets = [
        ScoreSheet(application_id=a.id, person_id=j.id, comment_jury=LOREM[:80], submitted_at=NOW, updated_at=NOW)
        for a, j in pairs
    ]
    bulk(session, list(sheets))
    quality = {a.id: rng.gauss(6, 1.5) for a in applications}
    values = [
        {"sheet_id": sheet.id, "criterion_id": criterion.id,
         "value": min(10, max(0, round(quality[sheet.application_id] + rng.gauss(0, 1.5))))}
        for sheet in sheets
        for criterion in judged_by
    ]  # fmt: skip
    session.execute(sa.insert(Score), values)


def _cases(
    rng: random.Random, many: int, event: Event, applications: list[Application], units: list[Unit], owner: Person
) -> list[SQLModel]:
    stages = [stage for stage in Stage if stage is not Stage.CLOSED]
    pairs = [(application, unit) for application in applications for unit in units[:2]][:many]
    return [
        FollowUpCase(
            city_id=event.city_id, event_id=event.id, application_id=application.id, company_id=application.company_id,
            unit_id=unit.id, title=text(f"Tapaus {n}"), stage=(stage := rng.choice(stages)), furthest=stage,
            stage_since=NOW - rng.randrange(200) * DAY, owner_person_id=owner.id, next_step="Sovitaan aika",
            next_step_on=(NOW + rng.randrange(-20, 60) * DAY).date(), estimated_value=rng.randrange(1, 90) * 1_000,
            created_at=NOW - 200 * DAY, touched_at=NOW - rng.randrange(90) * DAY,
        )
        for n, (application, unit) in enumerate(pairs)
    ]  # fmt: skip
