"""What the public reads of a case: written, published behind the parity gate, and taken back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.adapters.database import WriteSession
from app.domain.access import Actor
from app.domain.localized import Localized, parity_gaps
from app.domain.refusals import Reason, Refused
from app.models import FollowUpCase
from app.queries import cities
from app.services import audit


@dataclass(frozen=True)
class PublicTexts:
    """What the public may read; `before` and `after` are figures in words, such as "19 falls in three months"."""

    title: Localized
    public_summary: Localized
    before: Localized = field(default_factory=Localized)
    after: Localized = field(default_factory=Localized)
    lesson: Localized = field(default_factory=Localized)


NAMES = tuple(PublicTexts.__dataclass_fields__)


def gaps(texts: PublicTexts, languages: Iterable[str]) -> dict[str, Reason]:
    """What stands in the way of publishing, by the field of the form; empty when nothing does.

    A title and a summary are needed, a figure afterwards has one before beside it, and every text is in Finnish and
    Swedish alike where the city is bilingual.
    """
    languages = list(languages)
    first = languages[0]
    unwritten = [name for name in ("title", "public_summary") if not getattr(texts, name)]
    found = {f"{name}_{first}": Reason.MISSING_FIELD for name in unwritten}
    if bool(texts.before) != bool(texts.after):
        found[f"{'after' if texts.before else 'before'}_{first}"] = Reason.MISSING_FIELD
    written = {name: getattr(texts, name) for name in NAMES}
    for name, lacking in parity_gaps(written, languages).items():
        found |= {f"{name}_{language}": Reason.TRANSLATION_MISSING for language in lacking}
    return found


def refuse_gaps(session: WriteSession, case: FollowUpCase, **changed: Localized) -> None:
    """Refuse a change of texts that would leave a published case with a gap; asked before anything is changed."""
    if case.published_at is not None:
        _refuse_gaps(session, case, **changed)


def _refuse_gaps(session: WriteSession, case: FollowUpCase, **changed: Localized) -> None:
    city = cities.facts_by_id(session, case.city_id)
    assert city is not None  # noqa: S101  a case has a city
    texts = PublicTexts(**{name: changed.get(name, getattr(case, name)) for name in NAMES})
    for name, reason in gaps(texts, city.languages).items():
        raise Refused(reason, name)


def write(
    session: WriteSession, actor: Actor, case: FollowUpCase, texts: PublicTexts, version: int, now: datetime
) -> None:
    """Change the public texts; a published case must not get a gap by it."""
    if case.version != version:
        raise Refused(Reason.CHANGED_MEANWHILE)
    written = {name: getattr(texts, name) for name in NAMES}
    refuse_gaps(session, case, **written)
    before = audit.snapshot(case, *NAMES)
    for name, text in written.items():
        setattr(case, name, text)
    case.touched_at = max(case.touched_at, now)
    case.version += 1
    after = audit.snapshot(case, *NAMES)
    audit.record(session, actor, "edited", case, now, city_id=case.city_id, before=before, after=after)


def publish(session: WriteSession, actor: Actor, case: FollowUpCase, now: datetime) -> None:
    """Show a case in the portfolio; publishing it again changes nothing."""
    if case.published_at is not None:
        return
    _refuse_gaps(session, case)
    case.published_at = now
    case.touched_at = max(case.touched_at, now)
    case.version += 1
    after = {"published_at": now.isoformat()}
    audit.record(session, actor, "published", case, now, city_id=case.city_id, after=after)


def unpublish(session: WriteSession, actor: Actor, case: FollowUpCase, now: datetime) -> None:
    """Take a case back from the portfolio; its texts stay."""
    if case.published_at is None:
        return
    before = {"published_at": case.published_at.isoformat()}
    case.published_at = None
    case.touched_at = max(case.touched_at, now)
    case.version += 1
    audit.record(session, actor, "unpublished", case, now, city_id=case.city_id, before=before)
