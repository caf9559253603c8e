"""The words for what was done: each change of the audit trail told in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import app.models as tables
from app.adapters.language import show_date, show_time, translations
from app.domain.localized import LANGUAGES, Localized
from app.domain.retention import Kind
from app.queries.audit import REFERS_TO, Deed
from app.web.words import N_, WORDS, word

_ACTIONS: dict[str, str] = {
    "added": N_("Added"),
    "asked_to_join": N_("Asked to join"),
    "assigned": N_("Reading shared out"),
    "cancelled": N_("Place cancelled"),
    "closed": N_("Closed"),
    "confirmed": N_("Place confirmed"),
    "connected": N_("Connected"),
    "created": N_("Created"),
    "declared": N_("Conflict of interest declared"),
    "declined": N_("Declined"),
    "disconnected": N_("Disconnected"),
    "edited": N_("Changed"),
    "erased": N_("Erased"),
    "expired": N_("Removed, as its time was over"),
    "held": N_("Hold placed"),
    "hold_lifted": N_("Hold lifted"),
    "granted": N_("Role given"),
    "handed_over": N_("Handed over"),
    "invited": N_("Invited to pitch"),
    "let_go": N_("Mail let go"),
    "moved": N_("Moved"),
    "opened": N_("Opened"),
    "ordered": N_("Order changed"),
    "prepared": N_("Decision prepared"),
    "promoted": N_("Moved up from the reserve list"),
    "published": N_("Published"),
    "released": N_("Programme released"),
    "removed": N_("Removed"),
    "reopened": N_("Opened again"),
    "reserved": N_("Placed on the reserve list"),
    "results_published": N_("Results published"),
    "revoked": N_("Role taken away"),
    "role_changed": N_("Role changed"),
    "seated": N_("Seated on the jury"),
    "sent": N_("Score sheet sent"),
    "sent_again": N_("Mail sent again"),
    "set_up": N_("Set up"),
    "signed": N_("Decisions signed"),
    "started": N_("Draft begun"),
    "submitted": N_("Application sent"),
    "tried_again": N_("Tried again"),
    "unpublished": N_("Taken back from the public"),
    "unseated": N_("Left the jury"),
    "withdrawn": N_("Withdrawn"),
}

# Done to things of many kinds: the thing is named first, "Entry added".
_OF_ANYTHING = frozenset({
    "added", "closed", "connected", "created", "disconnected", "edited", "handed_over", "moved", "opened", "published",
    "removed", "reopened", "set_up", "unpublished", "withdrawn",
})  # fmt: skip

_OBJECTS: dict[str, str] = {
    "application": N_("Application"),
    "case_entry": N_("Entry"),
    "challenge": N_("Challenge"),
    "city": N_("City"),
    "conflict": N_("Conflict of interest"),
    "connected_account": N_("City account"),
    "criterion": N_("Criterion"),
    "decision": N_("Decision"),
    "event": N_("Event"),
    "follow_up_case": N_("Case"),
    "identity_provider": N_("The city's own sign-in"),
    "jury_seat": N_("Seat on the jury"),
    "outgoing_mail": N_("Mail"),
    "place": N_("Place"),
    "platform": N_("Platform"),
    "programme_release": N_("Version of the programme"),
    "programme_session": N_("Session"),
    "score_sheet": N_("Score sheet"),
    "unit": N_("Unit"),
}

_FIELDS: dict[str, str] = {
    "abstract": N_("Description"), "after": N_("Figure after"), "aggregate": N_("How scores are combined"),
    "anchors": N_("What the levels mean"), "application_id": N_("Application"), "before": N_("Figure before"),
    "budget_max": N_("Budget at most"), "budget_min": N_("Budget at least"), "call_closes_at": N_("Call closes"),
    "call_opens_at": N_("Call opens"), "capacity": N_("Seats"), "challenge_id": N_("Challenge"),
    "closed_at": N_("Closed"), "comment": N_("Comment"), "comment_company": N_("Comment to the company"),
    "comment_jury": N_("Comment to the jury"), "company_id": N_("Company"), "confidential": N_("Confidential part"),
    "confidential_ground": N_("Ground of confidentiality"), "contact_email": N_("Contact address"),
    "contact_person_id": N_("Contact person"), "cpv_code": N_("CPV code"), "day_ends_at": N_("The day ends"),
    "day_starts_at": N_("The day begins"), "decided_at": N_("Decisions signed"), "decided_by": N_("Signed by"),
    "description": N_("Description"), "effect_economic": N_("Effect on the economy"),
    "effect_environmental": N_("Effect on the environment"), "effect_social": N_("Effect on people"),
    "end_reason": N_("Reason for ending"), "ends_at": N_("Ends"), "estimated_value": N_("Estimated value"),
    "evidence": N_("What is proven already"), "exit_type": N_("How it ended"), "fit": N_("How it meets the need"),
    "from_city": N_("Needed from the city"), "funding": N_("Funding"), "ground": N_("Ground"), "help": N_("Help"),
    "hold_reason": N_("Reason for the hold"), "lift_reason": N_("Why it was lifted"),
    **{f"kept_{kind.value}": words for kind, words in WORDS[Kind].items()},
    "informational": N_("For information only"), "jury_opens_at": N_("Jury begins"), "kind": N_("Kind"),
    "languages": N_("Languages"), "lesson": N_("Lesson"), "logo": N_("Logo"), "map_x": N_("Place on the map"),
    "map_y": N_("Place on the map"), "name": N_("Name"), "need": N_("Need"), "next_step": N_("Next step"),
    "next_step_on": N_("Date of the next step"), "note": N_("Note"), "notes": N_("Notes"), "number": N_("Number"),
    "outcome": N_("Outcome"), "owner_person_id": N_("Owner"), "owner_unit_id": N_("Unit"), "people": N_("People"),
    "person": N_("Person"), "person_id": N_("Person"), "pilot": N_("Pilot"), "pilot_baseline": N_("Baseline"),
    "pilot_ends_on": N_("Pilot ends"), "pilot_metric": N_("Metric"), "pilot_result": N_("Result"),
    "pilot_target": N_("Target"), "place": N_("Place"), "place_id": N_("Place"),
    "places_to_pitch": N_("Places to pitch"),
    "platform_id": N_("Platform"), "position": N_("Order"), "practical": N_("For companies"),
    "prepared_by": N_("Prepared by"), "present": N_("How it is done now"), "price": N_("Price"),
    "public_summary": N_("Public summary"), "published_at": N_("Published"), "questions": N_("Questions to the market"),
    "reasons": N_("Reasons"), "receipt_at": N_("Received"), "released_at": N_("Programme released"),
    "reserve_rank": N_("Place on the reserve list"), "results_published_at": N_("Results published"),
    "role": N_("Role"),
    "scale_max": N_("Scale"), "scores": N_("Scores"), "show_others_scores": N_("Jurors see each other's scores"),
    "shown_to_company": N_("Shown to the company"), "slug": N_("Address"), "solution": N_("Solution"),
    "stage": N_("Stage"), "stand": N_("Stand"), "starts_at": N_("Begins"), "state": N_("State"),
    "body": N_("Text"), "subject": N_("Subject"),
    "strategy_goal": N_("Goal in the city's strategy"), "summary": N_("Summary"), "team": N_("Team"),
    "text": N_("Text"), "theme": N_("Colours"), "themes": N_("Themes"), "time_zone": N_("Time zone"),
    "title": N_("Title"),
    "unit_id": N_("Unit"), "weight": N_("Weight"), "welcome": N_("Welcome"), "with_whom": N_("With whom"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One deed in words."""

    at: datetime
    who: str
    on_behalf_of: str
    title: str
    about: str
    changes: list[Change]


def say_action(action: str, language: str) -> str:
    """The words for an action; one that has none yet stands as it is recorded."""
    return translations(language).gettext(_ACTIONS[action]) if action in _ACTIONS else action


def tell(deed: Deed, names: Mapping[tuple[str, int], str | Localized], language: str, zone: ZoneInfo) -> Told:
    """A deed with everything in words; `names` come from `app.queries.audit.names`."""
    gettext = translations(language).gettext
    changes = []
    for field in dict.fromkeys((*deed.before, *deed.after)):
        if field in _FIELDS:
            shown = [
                _say(deed.object_type, field, values.get(field), names, language, zone)
                for values in (deed.before, deed.after)
            ]
            changes.append(Change(gettext(_FIELDS[field]), *shown))
    kind = gettext(_OBJECTS[deed.object_type]) if deed.object_type in _OBJECTS else ""
    name = names.get(("application" if deed.object_type == "decision" else deed.object_type, deed.object_id), "")
    about = (name.text(language) if isinstance(name, Localized) else name) or _bearer(deed, names)
    title = say_action(deed.action, language)
    if kind and deed.action in _OF_ANYTHING:
        title = f"{kind} {title[:1].lower()}{title[1:]}"
    return Told(deed.at, deed.who, deed.on_behalf_of, title, about, changes)


def _bearer(deed: Deed, names: Mapping[tuple[str, int], str | Localized]) -> str:
    """Whose it is, when the thing has no name of its own: a sheet is of a company's application, a role of a person."""
    values = deed.before | deed.after
    if isinstance(values.get("application_id"), int):
        return str(names.get(("application", values["application_id"]), ""))
    person = values.get("person") or values.get("person_id") or ""
    return str(names.get(("person", person), "") if isinstance(person, int) else person)


def _say(  # noqa: PLR0911  one line for each kind of value
    table: str, field: str, value: Any, names: Mapping[tuple[str, int], str | Localized], language: str, zone: ZoneInfo
) -> str:
    gettext = translations(language).gettext
    if value is None or value in ("", {}, []):
        return ""
    if isinstance(value, bool):
        return gettext(N_("yes")) if value else gettext(N_("no"))
    if field in REFERS_TO and isinstance(value, int):
        name = names.get((REFERS_TO[field], value), "")
        return name.text(language) if isinstance(name, Localized) else name
    if isinstance(value, dict):
        if set(value) <= set(LANGUAGES):
            return Localized.of(value).text(language)
        return ", ".join(str(part) for part in value.values())
    if isinstance(value, list):
        return ", ".join(_say(table, field, part, names, language, zone) for part in value)
    if (kind := _enum_of(table, field)) is not None and value in set(kind):
        return word(kind(value), language)
    if field.endswith("_at") and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return f"{show_date(moment, language, zone)} {show_time(moment, language, zone)}"
    if field.endswith("_on") and isinstance(value, str):
        return show_date(date.fromisoformat(value), language, zone)
    return str(value)


def _enum_of(table: str, field: str) -> type[StrEnum] | None:
    column = tables.Person.metadata.tables[table].columns.get(field)
    kind = getattr(column.type, "enum_class", None) if column is not None else None
    return kind if kind in WORDS else None
