"""A city of the size of the measurements: 300 applications, 20 jurors, 500 cases. Rows go straight into the tables."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.adapters.database import WriteSession, writing
from app.domain.access import PUBLIC, Role
from app.domain.application import State
from app.domain.followup import Stage
from app.domain.localized import Localized
from app.models import (
    Application, Assignment, Challenge, Company, CompanyMember, Criterion, FollowUpCase, JurySeat, Person, Score,
    ScoreSheet, Unit,
)  # fmt: skip
from app.queries import cities as city_queries
from app.services import challenges, cities, criteria, events, people
from app.web import session as web_session

APPLICATIONS, JURORS, CASES, OPEN_DRAFTS = 300, 20, 500, 2_000
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
LOREM = (
    "Ratkaisumme mittaa, mitä asemalla tapahtuu, ja kertoo siitä ennen kuin kukaan ehtii soittaa. "
    "Kokeilussa on kolme kohdetta, yksi mittari ja päivä, jona päätetään jatkosta. "
) * 3


@dataclass(frozen=True)
class Seeded:
    """What the measurements need to know."""

    organizer: str
    jurors: list[str]
    owners: list[str]
    jury_event: int
    open_event: int
    scoring: list[int]
    drafts: list[int]


def text(words: str) -> Localized:
    """The same words in three languages."""
    return Localized(words, words, words)


def bulk(session: WriteSession, rows: list[SQLModel]) -> None:
    """Insert many rows and give them their ids."""
    session.add_all(rows)
    session.flush()


def seed(engine: sa.Engine) -> Seeded:
    """Fill an empty, migrated database."""
    rng = random.Random(2027)
    with writing(engine) as session:
        city = cities.create(session, PUBLIC, "tampere", text("Tampere"), ["fi", "sv", "en"], NOW)
        session.flush()
        facts = city_queries.facts_by_id(session, city.id)
        assert facts is not None
        units = [Unit(city_id=city.id, name=text(f"Yksikkö {n}"), position=n) for n in range(6)]
        bulk(session, list(units))

        def somebody(n: int, kind: str) -> Person:
            return Person(email=f"{kind}{n}@example.org", name=f"{kind.title()} Henkilö {n}", created_at=NOW)

        organizer = somebody(0, "organizer")
        jurors = [somebody(n, "juror") for n in range(JURORS)]
        owners = [somebody(n, "owner") for n in range(APPLICATIONS)]
        bulk(session, [organizer, *jurors, *owners])
        people.grant(session, PUBLIC, city.id, organizer, Role.ORGANIZER, NOW)
        companies = [
            Company(name=f"Yritys {n} Oy", register_number=f"{n:07}-0", created_at=NOW, description=text(LOREM[:200]))
            for n in range(APPLICATIONS)
        ]
        bulk(session, list(companies))
        bulk(session, [
            CompanyMember(company_id=company.id, person_id=owner.id, role=Role.OWNER)
            for company, owner in zip(companies, owners, strict=True)
        ])  # fmt: skip
        made = {}
        for name, start in (("Kipinä 2017", NOW - 20 * DAY), ("Kipinä 2027", NOW - 5 * DAY)):
            draft = events.EventDraft(
                name=text(name), summary=text(LOREM[:120]), description=text(LOREM), practical=text(LOREM),
                place=text("Vapriikki"), call_opens_at=start, call_closes_at=start + 15 * DAY,
                day_starts_at=start + 60 * DAY, day_ends_at=start + 60 * DAY + timedelta(hours=8),
            )  # fmt: skip
            event = events.create(session, PUBLIC, facts, draft, start - 3 * DAY)
            session.flush()
            needs = [
                challenges.create(
                    session, PUBLIC, event,
                    challenges.ChallengeDraft(
                        title=text(f"Haaste {n}"), need=text(LOREM), owner_person_id=organizer.id,
                        owner_unit_id=units[n % 6].id,
                    ),
                    NOW,
                )
                for n in range(1, 9)
            ]  # fmt: skip
            judged_by = [
                criteria.create(session, PUBLIC, event, criteria.CriterionDraft(text(f"Peruste {n}"), weight=weight), NOW)
                for n, weight in enumerate((30, 30, 20, 20))
            ]
            session.flush()
            events.publish(session, PUBLIC, event, start - 2 * DAY)
            made[name] = (event, needs, judged_by)
        judged, needs, judged_by = made["Kipinä 2017"]
        applications = [
            _application(judged.city_id, judged.id, needs[n % 8], company, n + 1, State.SUBMITTED)
            for n, company in enumerate(companies)
        ]
        bulk(session, list(applications))
        _score(session, rng, judged.id, jurors, applications, judged_by)
        opened, open_needs, _ = made["Kipinä 2027"]
        drafts = [
            _application(opened.city_id, opened.id, open_needs[n % 8], companies[n // 8 % APPLICATIONS], None, State.DRAFT)
            for n in range(OPEN_DRAFTS)
        ]
        bulk(session, list(drafts))
        bulk(session, _cases(rng, judged.city_id, judged.id, applications, units, organizer))
        signed_in = [web_session.begin(session, person.id, NOW) for person in (organizer, *jurors, *owners)]
        return Seeded(
            organizer=signed_in[0],
            jurors=signed_in[1 : 1 + JURORS],
            owners=signed_in[1 + JURORS :],
            jury_event=judged.id,
            open_event=opened.id,
            scoring=[application.id for application in applications],
            drafts=[draft.id for draft in drafts],
        )


def _application(
    city_id: int, event_id: int, challenge: Challenge, company: Company, number: int | None, state: State
) -> Application:
    sent = None if state is State.DRAFT else NOW - 6 * DAY
    return Application(
        city_id=city_id, event_id=event_id, challenge_id=challenge.id, company_id=company.id, number=number, state=state,
        title=f"Ratkaisu {number or 'luonnos'}", solution=LOREM, fit=LOREM, evidence=LOREM, pilot=LOREM, from_city=LOREM,
        price="Kokeilu 9 000 €", team="Kaksi ihmistä", created_at=NOW - 9 * DAY, updated_at=NOW - 6 * DAY,
        submitted_at=sent, receipt_at=sent,
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
    rng: random.Random, city_id: int, event_id: int, applications: list[Application], units: list[Unit], owner: Person
) -> list[SQLModel]:
    stages = [stage for stage in Stage if stage is not Stage.CLOSED]
    pairs = [(application, unit) for application in applications for unit in units[:2]][:CASES]
    return [
        FollowUpCase(
            city_id=city_id, event_id=event_id, application_id=application.id, company_id=application.company_id,
            unit_id=unit.id, title=text(f"Tapaus {n}"), stage=(stage := rng.choice(stages)), furthest=stage,
            stage_since=NOW - rng.randrange(200) * DAY, owner_person_id=owner.id, next_step="Soitetaan ja sovitaan aika",
            next_step_on=(NOW + rng.randrange(-20, 60) * DAY).date(), estimated_value=rng.randrange(1, 90) * 1_000,
            created_at=NOW - 200 * DAY, touched_at=NOW - rng.randrange(90) * DAY,
        )
        for n, (application, unit) in enumerate(pairs)
    ]  # fmt: skip
