"""Two cities alike, each with an event in every phase and something in every table: what the leak tests look at."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import select

from app.adapters import files
from app.domain.access import Actor, Role
from app.domain.application import State
from app.domain.case_entry import EntryKind
from app.domain.conflict import Ground
from app.domain.deciding import Outcome
from app.domain.followup import Stage
from app.domain.handshake import Purpose
from app.domain.retention import Kind
from app.domain.schedule import SessionKind
from app.models import (
    Application,
    Attachment,
    Challenge,
    City,
    ConnectedAccount,
    Event,
    FollowUpCase,
    Handshake,
    IdentityProvider,
    Job,
    KeptForm,
    OutgoingMail,
    Passkey,
    Person,
    Removal,
)
from app.models.record import JobState, MailState
from app.services import followup, holds
from tests.leaks.canaries import token
from tests.world import NOW, World, texts

PHASES = ("draft", "call_open", "jury", "decided", "follow_up")


@dataclass
class Town:
    """One city with its people; `events` by phase, `companies` by what becomes of them."""

    city: City
    people: dict[str, Person] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)


class Builder:
    """Builds a town with the services, as people would."""

    def __init__(self, world: World, slug: str) -> None:
        self.world = world
        self.town = Town(world.city(slug, slug.title()))
        city = self.town.city
        self.unit, self.platform = world.unit(city), world.platform(city)
        for role in (Role.ORGANIZER, Role.PROCUREMENT, Role.AGENT, Role.LEADERSHIP):
            self.town.people[role.value] = world.member(city, role)
        self.town.people["conflicted"] = world.organizer(city)
        self.companies = {}
        for name in ("drafting", "chosen", "declined", "related"):
            owner = self.town.people[name] = world.person()
            self.companies[name] = world.company(owner=owner, description=texts("Kuka olemme"))
        viewer = world.company_member(self.companies["chosen"], Role.VIEWER)
        self.town.people["viewer"] = viewer
        self.town.people["juror"] = world.person()
        self.town.people["conflicted juror"] = world.person()

    def build(self) -> Town:
        """Everything."""
        for phase in PHASES:
            stage = {"decided": "call_closed"}.get(phase, phase)
            self.town.events[phase] = self.world.event(self.town.city, stage, phase, description=texts("Kuvaus"))
        self._draft()
        self._call_open()
        self._jury()
        self._decided()
        self._follow_up()
        self._records()
        return self.town

    def _challenge(self, phase: str) -> Challenge:
        event = self.town.events[phase]
        challenge = self.world.challenge(
            event,
            present=texts("Nyt"),
            questions=texts("Mitä maksaa?"),
            owner_person_id=self.town.people["agent"].id if phase != "follow_up" else None,
            owner_unit_id=self.unit.id,
            platform_id=self.platform.id,
        )
        self.world.criteria(event)
        return challenge

    def _draft(self) -> None:
        self._challenge("draft")

    def _apply(self, challenge: Challenge, name: str, state: State = State.SUBMITTED) -> Application:
        application = self.world.application(
            challenge,
            self.companies[name],
            state,
            confidential="Hintalaskelma",
            confidential_ground="business_secret",
        )
        self._attach(application_id=application.id)
        return application

    def _attach(self, *, application_id: int | None = None, case_id: int | None = None) -> None:
        """A file whose content is a token of its own."""
        with self.world.change() as session:
            number = len(session.exec(select(Attachment)).all()) + 1
            content = f"%PDF-1.4 {token('attachment', 'content', number)}".encode()
            row = Attachment(
                file_name="deck.pdf", size=len(content), sha256="0" * 64, created_at=NOW,
                stored_as=files.put(self.world.settings, content), application_id=application_id, case_id=case_id,
            )  # fmt: skip
            session.add(row)
            session.flush()
            assert row.id == number

    def _call_open(self) -> None:
        challenge = self._challenge("call_open")
        self._apply(challenge, "drafting", State.DRAFT)
        self._apply(challenge, "chosen")

    def _jury(self) -> None:
        challenge = self._challenge("jury")
        event, people = self.town.events["jury"], self.town.people
        for juror in ("juror", "conflicted juror"):
            self.world.seat(event, people[juror])
        made = {name: self._apply(challenge, name) for name in ("chosen", "declined", "related")}
        self.world.everyone_reads_all(event)
        self._conflicts(made["related"])
        for name, application in made.items():
            self.world.sheet(
                people["juror"], application, [7, 6, 5, 4], comment_jury="Juryn kesken", comment_company="Kiitos"
            )
            if name != "related":
                self.world.sheet(people["conflicted juror"], application, [3, 3, 3, 3], comment_jury="Hmm", send=False)
        self.world.decide(event, {row.id: Outcome.INVITE for row in made.values()}, sign=False)

    def _conflicts(self, application: Application) -> None:
        for name in ("conflicted", "conflicted juror"):
            self.world.conflict(application, self.town.people[name], Ground.PARTY, self.town.people["organizer"])

    def _decided(self) -> None:
        challenge = self._challenge("decided")
        event = self.town.events["decided"]
        made = {name: self._apply(challenge, name) for name in ("chosen", "declined", "related")}
        self._conflicts(made["related"])
        outcomes = {"chosen": Outcome.INVITE, "declined": Outcome.DECLINE, "related": Outcome.INVITE}
        self.world.decide(event, {made[name].id: outcome for name, outcome in outcomes.items()})
        place = self.world.place(event)
        for number, name in enumerate(("chosen", "related")):
            self.world.session(event, place=place, application=made[name], at=timedelta(hours=1 + number))
        self.world.session(event, SessionKind.PANEL, place=place, title="Paneeli", people=("Puhuja",))
        self.world.release(event)
        self.world.session(event, SessionKind.PANEL, place=place, title="Vielä kesken", at=timedelta(hours=5))

    def _follow_up(self) -> None:
        challenge = self._challenge("follow_up")
        owner = self.town.people["procurement"]
        made = {name: self._apply(challenge, name, State.CONFIRMED) for name in ("chosen", "declined", "related")}
        self._conflicts(made["related"])
        for name, application in made.items():
            case = self.world.case(
                challenge,
                Stage.PILOT,
                application=application,
                unit=self.unit,
                owner=owner,
                published=name == "declined",
            )
            self._entries(case)

    def _entries(self, case: FollowUpCase) -> None:
        actor: Actor = self.world.actor(self.town.people["procurement"])
        with self.world.change() as session:
            row = session.get_one(FollowUpCase, case.id)
            for shown in (False, True):
                followup.add_entry(
                    session, actor, row, EntryKind.MEETING, "Tavattiin", NOW, with_whom="Yritys", shown_to_company=shown
                )
            row.funding, row.pilot_target, row.pilot_result = "Raha", "Tavoite", "Tulos"
        self._attach(case_id=case.id)

    def _records(self) -> None:
        event = self.town.events["jury"]
        actor = self.world.actor(self.town.people["organizer"])
        with self.world.change() as session:
            session.add(
                OutgoingMail(
                    message_id=f"<held-{self.town.city.slug}@example.org>", city_id=self.town.city.id,
                    event_id=event.id, kind="receipt", to_email="x@example.org", locale="fi", subject="Aihe",
                    body="Teksti", state=MailState.FAILED, created_at=NOW, due_at=NOW, last_error="Ei mennyt",
                )
            )  # fmt: skip
            session.add(Job(kind="document", state=JobState.FAILED, due_at=NOW, created_at=NOW, last_error="Ei tullut"))
            session.add(
                KeptForm(
                    token_hash=self.town.city.slug, form_id="challenge", path="/", values={"x": ["Kesken"]},
                    created_at=NOW,
                )
            )  # fmt: skip
            city, organizer = self.town.city, self.town.people["organizer"]
            session.add(IdentityProvider(city_id=city.id, issuer="http://idp.invalid", client_id="x", sealed_secret=""))
            session.add(
                ConnectedAccount(
                    city_id=city.id, person_id=organizer.id, issuer="http://idp.invalid", subject="x", connected_at=NOW
                )
            )
            session.add(
                Handshake(
                    token_hash=city.slug, purpose=Purpose.SIGN_IN, city_id=city.id, browser_hash="x", created_at=NOW,
                    expires_at=NOW,
                )
            )  # fmt: skip
            applications = session.exec(select(Application).where(Application.city_id == city.id)).all()
            over = self.town.events["follow_up"].id  # there people work on, and take files away
            rows: list[Event | Application] = [event, *(one for one in applications if one.event_id != over)]
            for row in rows:
                holds.place(session, actor, row, "Valitus", NOW)
            session.add(
                Removal(
                    city_id=city.id, event_id=event.id, kind=Kind.MAIL, announced_at=NOW, due_at=NOW + timedelta(30)
                )
            )
            for name in ("organizer", "juror"):
                session.add(
                    Passkey(
                        person_id=self.town.people[name].id, credential_id=f"{city.slug}-{name}", public_key="x",
                        sign_count=0, name="Avain", created_at=NOW,
                    )
                )  # fmt: skip


def build(world: World) -> tuple[Town, Town]:
    """Both towns."""
    return Builder(world, "tampere").build(), Builder(world, "oulu").build()
