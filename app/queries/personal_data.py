"""All that is kept of one person, for that person (2016/679, article 15)."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    Application,
    AuditEvent,
    CaseEntry,
    City,
    CityMember,
    Company,
    CompanyMember,
    Conflict,
    ConnectedAccount,
    Criterion,
    Event,
    JurySeat,
    OutgoingMail,
    Passkey,
    Person,
    Score,
    ScoreSheet,
    WebSession,
)  # fmt: skip


def about(session: Session, person_id: int) -> dict[str, Any]:
    """As values that JSON knows, named in English as in the database; nothing in it is another person's.

    What they wrote of others for the city, such as an entry in a case, is the city's; that they wrote it, and when, is
    told.
    """
    person = session.get_one(Person, person_id)
    mine = {"person": person_id}

    def rows(chosen: Any) -> list[dict[str, Any]]:
        return [
            {name: getattr(value, "value", value) for name, value in row.items()}
            for row in session.execute(chosen, mine).mappings()
        ]

    me: Any = sa.bindparam("person")
    return {
        "person": person.model_dump(exclude={"id"}),
        "roles_in_cities": rows(
            sa.select(col(City.slug).label("city"), col(CityMember.role))
            .join(City, col(City.id) == CityMember.city_id)
            .where(col(CityMember.person_id) == me)
            .order_by(col(CityMember.id))
        ),
        "roles_in_companies": rows(
            sa.select(col(Company.name).label("company"), col(CompanyMember.role), col(CompanyMember.phone))
            .join(Company, col(Company.id) == CompanyMember.company_id)
            .where(col(CompanyMember.person_id) == me)
            .order_by(col(CompanyMember.id))
        ),
        "jury_seats": rows(
            sa.select(col(Event.slug).label("event"), col(JurySeat.created_at))
            .join(Event, col(Event.id) == JurySeat.event_id)
            .where(col(JurySeat.person_id) == me)
            .order_by(col(JurySeat.id))
        ),
        "contact_of_applications": rows(
            sa.select(col(Event.slug).label("event"), col(Application.number), col(Application.created_at))
            .join(Event, col(Event.id) == Application.event_id)
            .where(col(Application.contact_person_id) == me)
            .order_by(col(Application.id))
        ),
        "conflicts_of_interest": rows(
            sa.select(col(Conflict.ground), col(Conflict.source), col(Conflict.declared_at))
            .where(col(Conflict.person_id) == me)
            .order_by(col(Conflict.id))
        ),
        "score_sheets": _sheets(session, person_id),
        "entries_written": rows(
            sa.select(col(CaseEntry.kind), col(CaseEntry.created_at))
            .where(col(CaseEntry.created_by) == me)
            .order_by(col(CaseEntry.id))
        ),
        "sign_ins": rows(
            sa.select(
                col(WebSession.browser),
                col(WebSession.system),
                col(WebSession.created_at),
                col(WebSession.last_seen_at),
                col(WebSession.ended_at),
            )
            .where(col(WebSession.person_id) == me)
            .order_by(col(WebSession.id))
        ),
        "passkeys": rows(
            sa.select(col(Passkey.name), col(Passkey.created_at), col(Passkey.last_used_at))
            .where(col(Passkey.person_id) == me)
            .order_by(col(Passkey.id))
        ),
        "accounts_of_cities": rows(
            sa.select(
                col(City.slug).label("city"),
                col(ConnectedAccount.issuer),
                col(ConnectedAccount.subject),
                col(ConnectedAccount.connected_at),
                col(ConnectedAccount.last_used_at),
            )
            .join(City, col(City.id) == ConnectedAccount.city_id)
            .where(col(ConnectedAccount.person_id) == me)
            .order_by(col(ConnectedAccount.id))
        ),
        "mails_to_you": rows(
            sa.select(
                col(OutgoingMail.subject),
                col(OutgoingMail.body),
                col(OutgoingMail.created_at),
                col(OutgoingMail.sent_at),
            )
            .where(col(OutgoingMail.to_email) == person.email, ~col(OutgoingMail.secret))
            .where(col(OutgoingMail.sent_at).is_not(None))
            .order_by(col(OutgoingMail.id))
        ),
        "changes_you_made": rows(
            sa.select(
                col(AuditEvent.at), col(AuditEvent.action), col(AuditEvent.object_type), col(AuditEvent.object_id)
            )
            .where(col(AuditEvent.person_id) == me)
            .order_by(col(AuditEvent.id))
        ),
    }


def _sheets(session: Session, person_id: int) -> list[dict[str, Any]]:
    scores: dict[int, list[dict[str, Any]]] = {}
    given = (
        sa.select(col(Score.sheet_id), col(Criterion.name), col(Score.value))
        .join(Criterion, col(Criterion.id) == Score.criterion_id)
        .join(ScoreSheet, col(ScoreSheet.id) == Score.sheet_id)
        .where(col(ScoreSheet.person_id) == person_id)
        .order_by(col(Score.sheet_id), col(Criterion.position), col(Criterion.id))
    )
    for sheet_id, name, value in session.execute(given):
        scores.setdefault(sheet_id, []).append({"criterion": name.as_dict(), "value": value})
    closed = sa.select(col(Conflict.application_id)).where(col(Conflict.person_id) == person_id)
    mine = select(ScoreSheet).where(ScoreSheet.person_id == person_id, col(ScoreSheet.application_id).not_in(closed))
    sheets = session.exec(mine.order_by(col(ScoreSheet.id)))
    return [
        {
            "comment_jury": sheet.comment_jury,
            "comment_company": sheet.comment_company,
            "submitted_at": sheet.submitted_at,
            "scores": scores.get(sheet.id, []),
        }
        for sheet in sheets
    ]
