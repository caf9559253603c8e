"""The programme on paper: made by the worker after each release, once per language, and kept."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from markupsafe import Markup
from sqlmodel import col

from app.adapters import clock, files, pdf, qr, templates
from app.adapters.database import reading, writing
from app.config import Settings
from app.domain.access import EVERY_CITY
from app.domain.localized import Localized
from app.domain.release import Programme, ReleasedCompany
from app.models import City, Document, Event, ProgrammeRelease

EMOJI = re.compile("[\N{DIGIT ZERO}-\N{DIGIT NINE}]\ufe0f|[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")


@dataclass(frozen=True)
class ProgrammeDocument:
    """All that the printed programme says."""

    template: ClassVar[str] = "documents/programme/show.html"
    programme: Programme
    city: Localized
    theme: str
    event: Localized
    place: Localized
    day_starts_at: datetime | None
    day_ends_at: datetime | None
    version: str
    released_at: datetime
    address: str
    zone: ZoneInfo
    emoji: bool = False

    @property
    def code(self) -> Markup:
        """The programme's address on the web, to be read with a phone."""
        return qr.svg(self.address, self.address)

    def code_of(self, company: ReleasedCompany) -> Markup | None:
        """A company's site, if it has one that a phone can open."""
        return qr.svg(company.website, company.website) if self.opens(company.website) else None

    @staticmethod
    def opens(address: str) -> bool:
        """Is it an address of the web."""
        return bool(re.match(r"https?://\S+$", address)) and len(address) <= 300  # noqa: PLR2004


def make_programme_pdf(engine: sa.Engine, settings: Settings, payload: dict[str, Any]) -> None:
    """The worker's job `programme_pdf`: one release in one language. Doing it twice makes one document."""
    release_id, language = int(payload["release_id"]), str(payload["language"])
    with reading(engine, EVERY_CITY) as session:
        if session.execute(_made(release_id, language)).first() is not None:
            return
        page = programme_document(session, release_id, language)
    content = pdf.make(written(page, language, page.released_at))
    stored_as = files.put(settings, content)
    with writing(engine, EVERY_CITY) as session:
        if session.execute(_made(release_id, language)).first() is None:
            session.add(
                Document(
                    release_id=release_id,
                    locale=language,
                    stored_as=stored_as,
                    size=len(content),
                    created_at=clock.now(),
                )
            )
            return
    files.remove(settings, stored_as)


def programme_document(session: Any, release_id: int, language: str) -> ProgrammeDocument:
    """What the document of a release says."""
    release, event, city = session.execute(
        sa.select(ProgrammeRelease, Event, City)
        .join(Event, col(Event.id) == ProgrammeRelease.event_id)
        .join(City, col(City.id) == Event.city_id)
        .where(col(ProgrammeRelease.id) == release_id)
    ).one()
    address = templates.link(language, "public.programme.show", city=city.slug, event=event.slug)
    return ProgrammeDocument(
        programme=Programme.of(release.content),
        city=city.name,
        theme=city.theme,
        event=event.name,
        place=event.place,
        day_starts_at=event.day_starts_at,
        day_ends_at=event.day_ends_at,
        version=release.name,
        released_at=release.released_at,
        address=address,
        zone=ZoneInfo(city.time_zone),
        emoji=bool(EMOJI.search(str(release.content))),
    )


class OnPaper(Protocol):
    """What a template of `documents/` is given."""

    template: ClassVar[str]

    @property
    def zone(self) -> ZoneInfo:
        """Of its times."""
        ...


def written(page: OnPaper, language: str, now: datetime) -> str:
    """The document as HTML, as of a moment."""
    reader = templates.Reader(page.zone, now)
    html = templates.render(page.template, language, reader, {"page": page})
    # Letters for private use and half characters mean nothing on paper and have no place in an archive.
    return re.sub(
        "[\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000f0000-\U0010ffff\x00-\x08\x0b-\x1f\x7f-\x9f]", "", html
    )


def _made(release_id: int, language: str) -> sa.Select[Any]:
    return sa.select(col(Document.id)).where(col(Document.release_id) == release_id, col(Document.locale) == language)
