"""Files of applications and cases. The content decides what a file is; the store knows it by a random name only."""

import hashlib
import re
import unicodedata
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from app.adapters import files, inspection
from app.adapters.database import WriteSession
from app.adapters.inspection import Looked
from app.config import Settings
from app.domain.access import Actor
from app.domain.application import Action, next_state
from app.domain.file_kind import CONTENT_TYPES, DECKS, PAPERS, FileKind
from app.domain.phase import Phase
from app.domain.refusals import Reason, Refused
from app.models import Application, Attachment, FollowUpCase
from app.queries import holds
from app.services import audit, jobs

_ENDING = re.compile(r"\.(" + "|".join(FileKind) + r"|jpeg|docm|xlsm|pptm|doc|xls|ppt)$", re.IGNORECASE)
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}
"""Names that Windows keeps for itself, whatever their ending."""

_OF_OTHERS = {Reason.NOT_A_KNOWN_FILE, Reason.FILE_MAY_RUN, Reason.FILE_REACHES_OUT, Reason.FILE_TOO_HEAVY}
"""Where only a PDF is taken it is not told what is wrong with a file of another kind."""

AT_MOST = 5
"""Files of one application."""
AT_MOST_IN_CASE = 40
"""Files of one case, which lives for years."""
LONGEST_NAME = 180
"""Bytes without the ending; file systems take 255."""
NAMELESS = "file"
"""For a name of which nothing can be kept."""


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
    attachment = _stored(settings, actor, file_name, content, DECKS, now)
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
    attachment = _stored(settings, actor, file_name, content, PAPERS, now)
    attachment.case_id = case.id
    session.add(attachment)
    case.touched_at = max(case.touched_at, now)
    after = audit.snapshot(attachment, "case_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "added", attachment, now, city_id=case.city_id, after=after)
    return attachment


def remove_from_case(
    session: WriteSession, actor: Actor, case: FollowUpCase, attachment: Attachment, now: datetime
) -> None:
    """Take a file of a case away; what was there stays told in the audit trail. Refused under a hold."""
    if holds.is_held(session, case):
        raise Refused(Reason.UNDER_HOLD)
    before = audit.snapshot(attachment, "case_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "removed", attachment, now, city_id=case.city_id, before=before)
    jobs.enqueue(session, "remove_file", {"stored_as": attachment.stored_as}, now)
    session.delete(attachment)


def _stored(
    settings: Settings, actor: Actor, file_name: str, content: bytes, wanted: frozenset[FileKind], now: datetime
) -> Attachment:
    looked = _looked(settings, content, wanted)
    return Attachment(
        file_name=plain_name(file_name, looked.kind),
        content_type=CONTENT_TYPES[looked.kind],
        size=len(content),
        pages=looked.pages,
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=files.put(settings, content),
        created_at=now,
        created_by=actor.person,
    )


def remove(
    session: WriteSession, actor: Actor, application: Application, attachment: Attachment, now: datetime, phase: Phase
) -> None:
    """Take a file away; the worker forgets its content once that is certain. Refused under a hold."""
    next_state(application.state, Action.SAVE, phase)
    if holds.is_held(session, application):
        raise Refused(Reason.UNDER_HOLD)
    before = audit.snapshot(attachment, "application_id", "file_name", "size", "pages", "sha256")
    audit.record(session, actor, "removed", attachment, now, city_id=application.city_id, before=before)
    jobs.enqueue(session, "remove_file", {"stored_as": attachment.stored_as}, now)
    session.delete(attachment)


def _looked(settings: Settings, content: bytes, wanted: frozenset[FileKind]) -> Looked:
    """What the content is. Refused at `files` when it is too large, not wanted, or not fit to be opened by others."""
    if len(content) > settings.max_upload_bytes:
        raise Refused(Reason.FILE_TOO_LARGE, "files")
    try:
        looked = inspection.look(settings, content)
    except Refused as refusal:
        only_pdf = wanted == DECKS and refusal.reason in _OF_OTHERS
        raise Refused(Reason.NOT_A_PDF if only_pdf else refusal.reason, "files") from None
    if looked.kind not in wanted:
        raise Refused(Reason.NOT_A_PDF, "files")
    return looked


def plain_name(typed: str, kind: FileKind) -> str:
    """The last part of a path as a name that every system can keep, with the ending that its content has."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", typed))[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*').strip(" .")
    stem = _ENDING.sub("", kept).encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .")
    if stem.partition(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    return f"{stem or NAMELESS}.{kind}"
