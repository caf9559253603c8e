"""Files of applications and cases. The content decides what a file is; the store knows it by a random name only."""

import hashlib
import re
import unicodedata
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from app.adapters import files, pdf_check
from app.adapters.database import WriteSession
from app.config import Settings
from app.domain.access import Actor
from app.domain.application import Action, next_state
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.models import Application, Attachment, FollowUpCase
from app.services import audit, jobs

AT_MOST = 5
"""Files of one application."""
AT_MOST_IN_CASE = 40
"""Files of one case, which lives for years."""
LONGEST_NAME = 120


def add(
    session: WriteSession,
    settings: Settings,
    actor: Actor,
    application: Application,
    file_name: str,
    content: bytes,
    now: datetime,
    phase: Phase,
) -> Attachment:
    """Store a PDF with an application that may be changed now. Refused at `files`, before anything is stored.

    The file is written before the row: a failed commit leaves a file that nothing names, never a row without its file.
    """
    next_state(application.state, Action.SAVE, phase)
    of_this = sa.select(sa.func.count()).where(col(Attachment.application_id) == application.id)
    if session.execute(of_this).scalar_one() >= AT_MOST:
        raise Refused(Reason.TOO_MANY_FILES, "files")
    attachment = _stored(settings, actor, file_name, content, now)
    attachment.application_id = application.id
    session.add(attachment)
    after = audit.snapshot(attachment, "application_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "added", attachment, now, city_id=application.city_id, after=after)
    return attachment


def add_to_case(
    session: WriteSession,
    settings: Settings,
    actor: Actor,
    case: FollowUpCase,
    file_name: str,
    content: bytes,
    now: datetime,
) -> Attachment:
    """The same with a follow-up case: its minutes, plans, reports and contracts."""
    of_this = sa.select(sa.func.count()).where(col(Attachment.case_id) == case.id)
    if session.execute(of_this).scalar_one() >= AT_MOST_IN_CASE:
        raise Refused(Reason.TOO_MANY_FILES, "files")
    attachment = _stored(settings, actor, file_name, content, now)
    attachment.case_id = case.id
    session.add(attachment)
    case.touched_at = max(case.touched_at, now)
    after = audit.snapshot(attachment, "case_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "added", attachment, now, city_id=case.city_id, after=after)
    return attachment


def remove_from_case(
    session: WriteSession, actor: Actor, case: FollowUpCase, attachment: Attachment, now: datetime
) -> None:
    """Take a file of a case away; what was there stays told in the audit trail."""
    before = audit.snapshot(attachment, "case_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "removed", attachment, now, city_id=case.city_id, before=before)
    jobs.enqueue(session, "remove_file", {"stored_as": attachment.stored_as}, now)
    session.delete(attachment)


def _stored(settings: Settings, actor: Actor, file_name: str, content: bytes, now: datetime) -> Attachment:
    pages = checked_pages(settings, content)
    return Attachment(
        file_name=plain_name(file_name),
        content_type="application/pdf",
        size=len(content),
        pages=pages,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=files.put(settings, content),
        created_at=now,
        created_by=actor.person,
    )


def remove(
    session: WriteSession, actor: Actor, application: Application, attachment: Attachment, now: datetime, phase: Phase
) -> None:
    """Take a file away; the worker forgets its content once that is certain."""
    next_state(application.state, Action.SAVE, phase)
    before = audit.snapshot(attachment, "application_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "removed", attachment, now, city_id=application.city_id, before=before)
    jobs.enqueue(session, "remove_file", {"stored_as": attachment.stored_as}, now)
    session.delete(attachment)


def checked_pages(settings: Settings, content: bytes) -> int:
    """How many pages a PDF has. Refused at `files` when it is too large, has a password or is none."""
    if len(content) > settings.max_upload_bytes:
        raise Refused(Reason.FILE_TOO_LARGE, "files")
    try:
        return pdf_check.page_count(content)
    except pdf_check.NeedsPassword:
        raise Refused(Reason.FILE_IS_LOCKED, "files") from None
    except pdf_check.NotAPdf:
        raise Refused(Reason.NOT_A_PDF, "files") from None


def plain_name(typed: str) -> str:
    """The last part of a path, without control characters, with the ending that its content has."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", typed))[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*').strip(" .")
    stem = re.sub(r"\.pdf$", "", kept, flags=re.IGNORECASE).strip(" .")
    return f"{stem[:LONGEST_NAME] or 'pitch'}.pdf"
