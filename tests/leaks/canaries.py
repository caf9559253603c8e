"""Who may read which column, as data; and a token of its own in every value, so that a leak names itself.

A column that is in neither table fails the test: whoever adds one says here who may read it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlmodel import AutoString, SQLModel

from app.domain.access import CITY_ROLES, COMPANY_ROLES, Role
from app.domain.localized import Localized
from app.models.columns import LocalizedText

Row = SimpleNamespace
STAFF = CITY_ROLES
WORKS_ON_CASES = frozenset({Role.ORGANIZER, Role.PROCUREMENT, Role.AGENT})


@dataclass(frozen=True)
class Reader:
    """Somebody who opens pages: what they are, and the applications that a conflict of interest keeps from them."""

    name: str
    person: int | None = None
    email: str = ""
    admin: bool = False
    cities: frozenset[tuple[int, Role]] = frozenset()
    companies: frozenset[tuple[int, Role]] = frozenset()
    jury_of: frozenset[int] = frozenset()
    conflicts: frozenset[int] = field(default_factory=frozenset)

    def holds(self, roles: Iterable[Role], row: Row) -> bool:
        """One of the roles in the row's city, without a conflict of interest in its application."""
        return any((row.city, role) in self.cities for role in roles) and row.application not in self.conflicts

    def of_company(self, row: Row) -> bool:
        """One of the row's company."""
        return any((row.company, role) in self.companies for role in COMPANY_ROLES)


Rule = Callable[[Reader, Row], bool]


def everybody(_: Reader, __: Row) -> bool:
    """No secret."""
    return True


def nobody(_: Reader, __: Row) -> bool:
    """On no page at all."""
    return False


def admin(reader: Reader, _: Row) -> bool:
    """Whoever runs the installation."""
    return reader.admin


def own(reader: Reader, row: Row) -> bool:
    """The person whose it is, and nobody else."""
    return bool(reader.person == row.person)


def once_published(reader: Reader, row: Row) -> bool:
    """The public when the event is published, its city's staff before."""
    return row.phase != "draft" or reader.holds(STAFF, row)


def staff(reader: Reader, row: Row) -> bool:
    """Those who work for the city."""
    return reader.holds(STAFF, row)


def organizers(reader: Reader, row: Row) -> bool:
    """Organizers without a conflict of interest."""
    return reader.holds({Role.ORGANIZER}, row)


def own_company(reader: Reader, row: Row) -> bool:
    """The people of the company."""
    return reader.of_company(row)


def jurors(reader: Reader, row: Row) -> bool:
    """The jury of the event while it is at work, but for those with a conflict of interest."""
    return row.event in reader.jury_of and row.phase == "jury" and row.application not in reader.conflicts


def case_workers(reader: Reader, row: Row) -> bool:
    """Once there is a case, those who work on it."""
    return row.phase == "follow_up" and reader.holds(WORKS_ON_CASES, row)


def applied(reader: Reader, row: Row) -> bool:
    """What a company applied with: its people; once sent in, organizers and the jury; then those of its case."""
    sent = row.state != "draft"
    return own_company(reader, row) or (
        sent and (organizers(reader, row) or jurors(reader, row) or case_workers(reader, row))
    )


def told_in_confidence(reader: Reader, row: Row) -> bool:
    """The confidential part: its people, organizers and the jury."""
    return own_company(reader, row) or (row.state != "draft" and (organizers(reader, row) or jurors(reader, row)))


def names_an_idea(reader: Reader, row: Row) -> bool:
    """The title: as the rest, and whoever works for the city or comes to the day once it is in the programme."""
    pitches = row.phase in {"decided", "follow_up"} and row.state in {"invited", "confirmed"}
    return applied(reader, row) or pitches


def reasons_told(reader: Reader, row: Row) -> bool:
    """The reasons of a decision: organizers; the company once it is signed."""
    return organizers(reader, row) or (row.applied_at is not None and own_company(reader, row))


def author_or_organizer(reader: Reader, row: Row) -> bool:
    """The juror's own words for the jury."""
    own = reader.person == row.person and row.application not in reader.conflicts
    return own or (row.submitted_at is not None and organizers(reader, row))


def told_to_company(reader: Reader, row: Row) -> bool:
    """The juror's words for the company: it reads them when the decisions are signed."""
    decided = row.phase in {"decided", "follow_up"}
    return author_or_organizer(reader, row) or (decided and own_company(reader, row))


def of_the_case(reader: Reader, row: Row) -> bool:
    """The staff's side of a case."""
    return reader.holds(STAFF, row)


def published_story(reader: Reader, row: Row) -> bool:
    """A case's story: the public when it is published, the staff before."""
    return row.published_at is not None or of_the_case(reader, row)


def case_title(reader: Reader, row: Row) -> bool:
    """What the case is called: the company knows it, too."""
    return published_story(reader, row) or own_company(reader, row)


def shown_entries(reader: Reader, row: Row) -> bool:
    """What is written of a case: its staff, and the company where that was chosen."""
    return of_the_case(reader, row) or (bool(row.shown_to_company) and own_company(reader, row))


def attached(reader: Reader, row: Row) -> bool:
    """A file: the readers of its application, or the staff of its case."""
    return of_the_case(reader, row) if row.case else told_in_confidence(reader, row)


def mail_of_event(reader: Reader, row: Row) -> bool:
    """A mail that an event sent: its organizers; never one with a sign-in link in it."""
    return not row.secret and organizers(reader, row)


def conflict_recorded(reader: Reader, row: Row) -> bool:
    """The note beside a conflict of interest: organizers without one of their own there."""
    return organizers(reader, row)


def known_company(reader: Reader, row: Row) -> bool:
    """A company's own facts: its people; the staff and the jury of cities where it has applied."""
    met = any((city, role) in reader.cities for city in row.applied_in for role in STAFF)
    return own_company(reader, row) or met or bool(reader.jury_of & row.judged_in)


def public_company(reader: Reader, row: Row) -> bool:
    """How a company is introduced: everybody when it pitches."""
    return row.pitches or known_company(reader, row)


def someone_known(reader: Reader, row: Row) -> bool:
    """A person's name: as the address, and colleagues, the jury, and everybody when they own a challenge."""
    together = any((city, role) in reader.cities for city in row.cities for role in STAFF)
    return address_known(reader, row) or together or row.owns_challenge or bool(reader.jury_of & row.judged_in)


def address_known(reader: Reader, row: Row) -> bool:
    """A person's mail address: their company, organizers of their city, and both sides of a case."""
    ours = row.companies | row.owns_cases_of
    own = reader.person == row.key or any(
        (company, role) in reader.companies for company in ours for role in COMPANY_ROLES
    )
    runs = any((city, Role.ORGANIZER) in reader.cities for city in row.cities)
    applies = any((city, role) in reader.cities for city in row.applied_in for role in WORKS_ON_CASES)
    return own or runs or applies


def failed_mail(reader: Reader, row: Row) -> bool:
    """Why a mail did not go out: its organizers, and whoever runs the installation."""
    return admin(reader, row) or mail_of_event(reader, row)


def released(reader: Reader, row: Row) -> bool:
    """The programme: the public once it stood in a release; the organizers before."""
    return row.in_release or reader.holds({Role.ORGANIZER}, row)


READ_BY: dict[str, Rule] = {
    "city.name": everybody,
    "city.welcome": everybody,
    "city.contact_email": everybody,
    "unit.name": everybody,
    "platform.name": everybody,
    "platform.description": everybody,
    "event.name": once_published,
    "event.summary": once_published,
    "event.description": once_published,
    "event.practical": once_published,
    "event.place": once_published,
    "challenge.title": once_published,
    "challenge.need": once_published,
    "challenge.present": once_published,
    "challenge.effect_economic": once_published,
    "challenge.effect_social": once_published,
    "challenge.effect_environmental": once_published,
    "challenge.questions": once_published,
    "challenge.strategy_goal": once_published,
    "criterion.name": once_published,
    "criterion.help": once_published,
    "company.name": public_company,
    "company.home_town": public_company,
    "company.website": public_company,
    "company.description": known_company,
    "company_member.phone": known_company,
    "application.title": names_an_idea,
    "application.solution": applied,
    "application.fit": applied,
    "application.evidence": applied,
    "application.pilot": applied,
    "application.from_city": applied,
    "application.price": applied,
    "application.team": applied,
    "application.confidential": told_in_confidence,
    "attachment.file_name": attached,
    "attachment.content": attached,
    "decision.reasons": reasons_told,
    "decision.notes": organizers,
    "score_sheet.comment_jury": author_or_organizer,
    "score_sheet.comment_company": told_to_company,
    "conflict.note": conflict_recorded,
    "follow_up_case.title": case_title,
    "follow_up_case.next_step": of_the_case,
    "follow_up_case.funding": of_the_case,
    "follow_up_case.pilot_metric": of_the_case,
    "follow_up_case.pilot_baseline": of_the_case,
    "follow_up_case.pilot_target": of_the_case,
    "follow_up_case.pilot_result": of_the_case,
    "follow_up_case.estimated_value": of_the_case,
    "follow_up_case.lesson": published_story,
    "follow_up_case.public_summary": published_story,
    "follow_up_case.before": published_story,
    "follow_up_case.after": published_story,
    "case_entry.text": shown_entries,
    "case_entry.with_whom": shown_entries,
    "place.name": released,
    "programme_session.title": released,
    "programme_session.abstract": released,
    "programme_session.stand": released,
    "programme_release.comment": everybody,
    "programme_release.name": everybody,
    "outgoing_mail.subject": mail_of_event,
    "outgoing_mail.body": mail_of_event,
    "outgoing_mail.calendar": nobody,
    "outgoing_mail.last_error": failed_mail,
    "outgoing_mail.to_name": mail_of_event,
    "hold.reason": organizers,
    "job.last_error": admin,
    "identity_provider.client_id": admin,
    "identity_provider.issuer": admin,
    "identity_provider.sealed_secret": nobody,
    "passkey.name": own,
    "person.email": address_known,
    "person.name": someone_known,
    "person.title": someone_known,
}
"""Texts written by people, each with who may read it on some page."""

NOT_STAINED = {
    "city": {"slug", "municipality_code", "languages", "time_zone", "theme", "logo", "retention"},
    "cpv": {"code", "label", "search"},
    "job": {"kind", "payload"},
    "hold": {"lift_reason"},
    "kept_form": {"token_hash", "form_id", "path", "values"},
    "person": {"locale"},
    "rate_count": {"key"},
    "sent_form": {"key", "headers"},
    "sign_in_link": {"token_hash", "email", "next_path", "locale"},
    "audit_event": {
        "on_behalf_of",
        "action",
        "object_type",
        "before",
        "after",
        "salt",
        "commitment",
        "previous",
        "hash",
    },
    "audit_head": {"hash"},
    "company": {"country", "register_number", "size", "locale"},
    "event": {"slug"},
    "platform": {"slug"},
    "web_session": {"token_hash", "browser", "system"},
    "handshake": {"token_hash", "browser_hash", "next_path"},
    "connected_account": {"issuer", "subject"},
    "passkey": {"credential_id", "public_key", "transports"},
    "challenge": {"themes", "cpv_code"},
    "programme_release": {"content"},
    "application": {"locale", "confidential_ground"},
    "criterion": {"anchors"},
    "document": {"locale", "stored_as"},
    "decision_document": {"locale", "stored_as"},
    "outgoing_mail": {"message_id", "kind", "to_email", "locale"},
    "programme_session": {"people"},
    "attachment": {"content_type", "sha256", "stored_as"},
}
"""Codes, addresses, hashes, and copies of what is stained elsewhere."""


def token(table: str, column: str, key: int) -> str:
    """Letters and digits alone, so that no escaping and no line break changes it."""
    return f"zq{table}{column}{key}qz".replace("_", "")


def text_columns() -> Iterable[tuple[sa.Table, sa.Column[Any]]]:
    """Every column that can hold words."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, (AutoString, LocalizedText, sa.JSON)):
                yield table, column


def stain(engine: sa.Engine, words: Callable[[str, str, int], str] = token) -> None:
    """Put the tokens in, or other words."""
    with engine.begin() as connection:
        for name in READ_BY:
            table_name, column_name = name.split(".")
            table = SQLModel.metadata.tables[table_name]
            if column_name not in table.columns:
                continue
            column, key = table.columns[column_name], next(iter(table.primary_key.columns))
            for row_key in connection.execute(sa.select(key)).scalars().all():
                value: Any = words(table_name, column_name, row_key)
                if isinstance(column.type, LocalizedText):
                    value = Localized(value, value, value)
                elif isinstance(column.type, sa.Integer):
                    value = 700_000_000 + 1_000 * row_key + 7
                connection.execute(sa.update(table).where(key == row_key).values({column: value}))
