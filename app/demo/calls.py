"""The demo's events, challenges and applications."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.adapters.database import WriteSession
from app.demo.content import bullets, joined, read, text
from app.demo.people import actor_of
from app.domain.answers import Answers
from app.domain.application import State
from app.domain.phase import phase_at
from app.models import Challenge, Company, Event, JurySeat, Person
from app.queries import cities
from app.services import applications, challenges, criteria, events


def load_events(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """Editions in order, with their challenges, criteria and juries."""
    content = read("events")
    last_of_series: dict[str, int] = {}
    for one in content["events"]:
        city = cities.facts(session, one["city"])
        assert city is not None  # noqa: S101
        dates: dict[str, Any] = {
            name: loaded.calendar.moment(value, workday=True) for name, value in one["dates"].items()
        }
        # Moved to the same Monday, the jury would begin before the call has closed.
        dates["jury_opens_at"] = max(dates["jury_opens_at"], dates["call_closes_at"])
        organizer = session.get_one(Person, loaded.id("person", _organizer(one["city"])))
        actor = actor_of(organizer)
        before = dates["published_at"] - timedelta(days=10)
        draft = events.EventDraft(
            name=text(one["name"]),
            summary=text(one["summary"]),
            description=text(one["description"]),
            practical=text(one["practical"]),
            place=text(one["place"]),
            places_to_pitch=one["places_to_pitch"],
            call_opens_at=dates["call_opens_at"],
            call_closes_at=dates["call_closes_at"],
            jury_opens_at=dates["jury_opens_at"],
            day_starts_at=dates["day_starts_at"],
            day_ends_at=dates["day_ends_at"],
        )
        event = events.create(session, actor, city, draft, before)
        event.slug = one["slug"]
        event.previous_id = last_of_series.get(one["series"])
        session.flush()
        last_of_series[one["series"]] = event.id
        loaded.remember("event", one["key"], event.id)
        loaded.remember("organizer", one["key"], organizer.id)
        for position, criterion in enumerate(content["criteria"][one["criteria"]]):
            fixed = {name: criterion[name] for name in ("weight", "scale_max", "informational", "anchors")}
            draft_of_one = criteria.CriterionDraft(text(criterion["name"]), text(criterion["help"]), **fixed)
            row = criteria.create(session, actor, event, draft_of_one, before, position)
            loaded.remember("criterion", f"{one['key']} {criterion['key']}", row.id)
        for challenge in one["challenges"]:
            _add_challenge(session, loaded, event, one, challenge, before)
        for key in one["jury"]:
            session.add(JurySeat(event_id=event.id, person_id=loaded.id("person", key), created_at=before))
        events.publish(session, actor, event, dates["published_at"])
        advance()


def _organizer(city: str) -> str:
    return next(
        str(person["key"])
        for person in read("people")["people"]
        if any(held.get("city") == city and "organizer" in held["roles"] for held in person["memberships"])
    )


def _add_challenge(
    session: WriteSession, loaded: Any, event: Event, one: dict[str, Any], challenge: dict[str, Any], before: datetime
) -> None:
    city = one["city"]
    effects = challenge["wanted_effects"]
    goal = loaded.goals[city].get(challenge["strategy_goal"])
    draft = challenges.ChallengeDraft(
        title=text(challenge["title"]),
        need=text(challenge["need"]),
        present=joined(challenge["present_process"], challenge["baseline"]),
        effect_economic=text(effects["economic"]),
        effect_social=text(effects["social"]),
        effect_environmental=text(effects["environmental"]),
        questions=bullets(challenge["questions"]),
        strategy_goal=text(goal["text"] if goal else None),
        themes=challenge["themes"],
        platform_id=loaded.id("platform", f"{city} {challenge['platform']}"),
        cpv_code=challenge["cpv"],
        owner_person_id=loaded.id("person", challenge["owner"]),
        owner_unit_id=loaded.id("unit", f"{city} {challenge['unit']}"),
        budget_min=challenge["budget_eur"]["min"],
        budget_max=challenge["budget_eur"]["max"],
    )
    actor = actor_of(session.get_one(Person, loaded.id("organizer", one["key"])))
    row = challenges.create(session, actor, event, draft, before, challenge["number"])
    loaded.remember("challenge", challenge["key"], row.id)


def load_applications(session: WriteSession, loaded: Any, advance: Callable[[], None]) -> None:
    """Applications by their companies' owners, up to what they sent; decisions come later."""
    content = read("applications")
    for one in content["applications"]:
        event = session.get_one(Event, loaded.id("event", one["event"]))
        company = session.get_one(Company, loaded.id("company", one["company"]))
        owner = session.get_one(Person, loaded.id("owner", one["company"]))
        actor = actor_of(owner)
        opened, closes = event.call_opens_at, event.call_closes_at
        assert opened is not None  # noqa: S101
        assert closes is not None  # noqa: S101
        sent_at = loaded.calendar.past(one["submitted_at"]) if one.get("submitted_at") else None
        begun_at = max(opened, min(sent_at or loaded.calendar.now, closes) - timedelta(days=3))
        challenge = session.get_one(Challenge, loaded.id("challenge", one["challenge"]))
        application = applications.start(session, actor, event, challenge, company, begun_at)
        application.locale = one["language"]
        secret = one.get("confidential") or {}
        answers = Answers(
            title=one["title"], **one["answers"], confidential=secret.get("text", ""),
            confidential_ground=secret.get("ground", ""),
        )  # fmt: skip
        phase = phase_at(event.milestones, begun_at)
        applications.save(session, actor, application, answers, application.version, begun_at, phase)
        if sent_at is not None:
            applications.submit(session, actor, application, sent_at, phase_at(event.milestones, sent_at))
        if one["state"] == State.WITHDRAWN:
            later = loaded.calendar.past(one["withdrawn_at"])
            applications.withdraw(session, actor, application, later, phase_at(event.milestones, later))
        session.flush()
        loaded.remember("application", one["key"], application.id)
        advance()
