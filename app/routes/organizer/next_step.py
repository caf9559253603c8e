"""Where the next thing to do with an event is done."""

from typing import Any

from app.domain.access import Permission, holds_in_city
from app.domain.event_step import EventFacts, EventStep, next_step
from app.domain.phase import Phase
from app.queries.cities import CityFacts
from app.queries.overview import Figures
from app.web.pages import Link, path_for
from app.web.visit import Visit
from app.web.words import word

_PLACES: dict[EventStep, tuple[Permission, str]] = {
    EventStep.FILL_IN: (Permission.EVENT_MANAGE, "organizer.publication.new"),
    EventStep.PUBLISH: (Permission.EVENT_MANAGE, "organizer.publication.new"),
    EventStep.SEAT_JURY: (Permission.PANEL_MANAGE, "organizer.panel.show"),
    EventStep.READ_APPLICATIONS: (Permission.APPLICATION_SEE, "organizer.applications.index"),
    EventStep.ASSIGN: (Permission.PANEL_MANAGE, "organizer.panel.show"),
    EventStep.FOLLOW_JURY: (Permission.PANEL_MANAGE, "organizer.panel.show"),
    EventStep.PREPARE_DECISIONS: (Permission.DECISION_MANAGE, "organizer.decisions.index"),
    EventStep.SIGN_DECISIONS: (Permission.DECISION_MANAGE, "organizer.decisions.index"),
    EventStep.CHECK_MAIL: (Permission.MAIL_MANAGE, "organizer.mail.index"),
    EventStep.BUILD_PROGRAMME: (Permission.PROGRAMME_MANAGE, "organizer.programme.index"),
    EventStep.SEE_PROGRAMME: (Permission.PROGRAMME_MANAGE, "organizer.programme.index"),
    EventStep.OPEN_CASES: (Permission.CASE_EDIT, "procurement.opening.new"),
    EventStep.FOLLOW_CASES: (Permission.CASE_SEE, "procurement.cases.index"),
    EventStep.NEXT_EDITION: (Permission.EVENT_MANAGE, "organizer.clone.new"),
}


def facts_of(figures: Figures, gaps: int) -> EventFacts:
    """What the rule needs to know."""
    return EventFacts(
        gaps=gaps,
        jurors=figures.jurors,
        to_judge=figures.to_judge,
        assigned=figures.assigned,
        sheets=figures.sheets,
        decided=figures.decided,
        held_mails=figures.held_mails,
        pitching=figures.pitching,
        cases=figures.cases,
    )


def step_link(visit: Visit[Any], city: CityFacts, event_id: int, phase: Phase, facts: EventFacts) -> Link | None:
    """The next thing to do as a link; None when it is not the visitor's to do."""
    step = next_step(phase, facts)
    permission, route = _PLACES[step]
    if not holds_in_city(visit.actor, permission, city.id):
        return None
    of_event = {} if route == "procurement.cases.index" else {"event_id": event_id}
    return Link(word(step, visit.language), path_for(visit, route, city=city.slug, **of_event))
