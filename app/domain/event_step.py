"""What an event's organizer does next: one thing at a time, from the phase and what is there already."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.phase import Phase


class EventStep(StrEnum):
    """The next thing to do. Each has a page of its own."""

    FILL_IN = "fill_in"
    PUBLISH = "publish"
    SEAT_JURY = "seat_jury"
    READ_APPLICATIONS = "read_applications"
    ASSIGN = "assign"
    FOLLOW_JURY = "follow_jury"
    PREPARE_DECISIONS = "prepare_decisions"
    SIGN_DECISIONS = "sign_decisions"
    CHECK_MAIL = "check_mail"
    BUILD_PROGRAMME = "build_programme"
    SEE_PROGRAMME = "see_programme"
    OPEN_CASES = "open_cases"
    FOLLOW_CASES = "follow_cases"
    NEXT_EDITION = "next_edition"


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What is there: people and rows counted, without those that the asking person may not know of."""

    gaps: int = 0
    jurors: int = 0
    to_judge: int = 0
    """Applications that the jury may read."""
    assigned: int = 0
    """Score sheets expected."""
    sheets: int = 0
    """Score sheets sent in."""
    decided: int = 0
    """Applications with a prepared decision."""
    held_mails: int = 0
    pitching: int = 0
    cases: int = 0


def next_step(phase: Phase, facts: EventFacts) -> EventStep:
    """The one thing that brings the event on now."""
    match phase:
        case Phase.DRAFT:
            return EventStep.FILL_IN if facts.gaps else EventStep.PUBLISH
        case Phase.PUBLISHED | Phase.CALL_OPEN:
            return EventStep.READ_APPLICATIONS if facts.jurors else EventStep.SEAT_JURY
        case Phase.CALL_CLOSED | Phase.JURY:
            return _while_judging(facts)
        case _:
            return _after_the_decisions(phase, facts)


def _after_the_decisions(phase: Phase, facts: EventFacts) -> EventStep:
    if phase is Phase.DECIDED:
        return EventStep.CHECK_MAIL if facts.held_mails else EventStep.BUILD_PROGRAMME
    if phase is Phase.FOLLOW_UP:
        return EventStep.OPEN_CASES if facts.pitching and not facts.cases else EventStep.FOLLOW_CASES
    return EventStep.NEXT_EDITION if phase is Phase.CLOSED else EventStep.SEE_PROGRAMME


def _while_judging(facts: EventFacts) -> EventStep:
    if not facts.jurors:
        return EventStep.SEAT_JURY
    if facts.to_judge and not facts.assigned:
        return EventStep.ASSIGN
    if facts.sheets < facts.assigned:
        return EventStep.FOLLOW_JURY
    return EventStep.PREPARE_DECISIONS if facts.decided < facts.to_judge else EventStep.SIGN_DECISIONS
