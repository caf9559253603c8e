"""Files of an application. The content decides what a file is; the store knows it by a random name only."""

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
from app.models import Application, Attachment
from app.services import audit, jobs

AT_MOST = 5
"""Files of one application."""
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
    pages = checked_pages(settings, content)
    attachment = Attachment(
        application_id=application.id,
        file_name=plain_name(file_name),
        content_type="application/pdf",
        size=len(content),
        pages=pages,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=files.put(settings, content),
        created_at=now,
        created_by=actor.person,
    )
    session.add(attachment)
    after = audit.snapshot(attachment, "application_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "added", attachment, now, city_id=application.city_id, after=after)
    return attachment


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
