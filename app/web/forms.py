"""Forms: what was typed is kept, values are read from it, and each fault is a sentence at its field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.domain.localized import LANGUAGES, Localized
from app.domain.refusals import Refused
from app.web.body_limit import LONGEST_FORM
from app.web.wording import Fault, say_fault, say_refusal

E = TypeVar("E", bound=StrEnum)

FINLAND = ZoneInfo("Europe/Helsinki")
LONGEST_ADDRESS = 300
LONGEST = 20_000
"""Characters in one field, unless the field says otherwise."""
MOST_FIELDS = 2_000

# Control characters other than tab and newline, and code points that stand for no character: no text needs them, and
# no page may contain them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
# No browser sends such; reading a megabyte of them would hold everybody up for a second, and take 160 MB.
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class CsrfFailed(Exception):
    """The form did not come from one of our pages in this browser."""


@dataclass(frozen=True)
class Form:
    """A form as a template sees it: `typed` in the person's own writing, `errors` in their language."""

    id: str
    typed: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    """What the fields with errors are called; the macros write it for the summary."""
    theirs: Mapping[str, list[str]] | None = None
    """What somebody else saved meanwhile, by field, where it differs (`app.web.meanwhile`); None when nobody did."""

    def many(self, name: str) -> list[str]:
        """All values of a field that can have several."""
        return self.lists.get(name, [])


async def read_form(request: Request) -> FormData:
    """The form of a request, read once however often it is asked for."""
    with_files = request.headers.get("content-type", "").startswith("multipart/")
    try:
        if not with_files and _BROKEN_ESCAPE.search(await request.body()):
            raise HTTPException(400)  # noqa: TRY301  told below like every other fault of a form
        return await request.form(max_files=20, max_fields=MOST_FIELDS, max_part_size=LONGEST_FORM)
    except ClientDisconnect as gone:  # in the midst of it: nobody is there to be answered, and nothing is wrong here
        raise HTTPException(400) from gone
    except HTTPException as error:
        too_large = error.status_code == 413 or "maximum size" in str(error.detail)  # noqa: PLR2004
        raise HTTPException(413 if too_large else 400) from error


Posted = Annotated[FormData, Depends(read_form)]
"""The form of a request: `posted: Posted`. The door has checked that it comes from our own page."""


@dataclass
class Fields:
    """Reads values from a posted form, one method per kind; what cannot be read becomes an error at the field."""

    posted: FormData
    language: str
    zone: ZoneInfo = FINLAND
    errors: dict[str, str] = field(default_factory=dict)

    def raw(self, name: str) -> str:
        """What was typed, without surrounding space; control characters that no text needs are left out."""
        value = self.posted.get(name)
        text = value if isinstance(value, str) else ""
        return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()

    def fault(self, name: str, fault: Fault, **values: object) -> None:
        """Put a fault at a field; the first one stays."""
        self.errors.setdefault(name, say_fault(fault, self.language, **values))

    def refuse(self, refusal: Refused) -> None:
        """Put a refusal of the rules at its field; one that belongs to no field goes on to the error page."""
        if refusal.field is None:
            raise refusal
        self.errors.setdefault(refusal.field, say_refusal(refusal.reason, self.language))

    def text(self, name: str, *, required: bool = False, longest: int = LONGEST) -> str:
        """Plain text."""
        value = self.raw(name)
        if required and not value:
            self.fault(name, Fault.MISSING)
        if len(value) > longest:
            self.fault(name, Fault.TOO_LONG, longest=longest, length=len(value))
        return value

    def line(self, name: str, *, required: bool = False, longest: int = 200) -> str:
        """Text on one line."""
        return " ".join(self.text(name, required=required, longest=longest).split())

    def localized(
        self, name: str, languages: Iterable[str] = LANGUAGES, *, required: bool = False, longest: int = LONGEST
    ) -> Localized:
        """A text per language from `name_fi`, `name_sv`, `name_en`; required means in at least one of them."""
        written = {language: self.text(f"{name}_{language}", longest=longest) for language in languages}
        if required and not any(written.values()):
            self.fault(f"{name}_{next(iter(written))}", Fault.MISSING)
        return Localized.of(written)

    def integer(self, name: str, *, required: bool = False, low: int = 0, high: int = 2_000_000_000) -> int | None:
        """A whole number; spaces between thousands and a euro sign are understood."""
        value = re.sub(r"[\s€]", "", self.raw(name))
        if not value:
            if required:
                self.fault(name, Fault.MISSING)
            return None
        if not re.fullmatch(r"-?\d{1,12}", value):
            self.fault(name, Fault.NOT_A_NUMBER)
            return None
        number = int(value)
        if not low <= number <= high:
            self.fault(name, Fault.OUT_OF_RANGE, low=low, high=high)
        return number

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A date written 12.2.2027, 12/2/2027 or 2027-02-12."""
        value = self.raw(name)
        if not value:
            if required:
                self.fault(name, Fault.MISSING)
            return None
        numbers = [int(part) for part in re.findall(r"\d+", value)[:3] if len(part) < 5]  # noqa: PLR2004
        try:
            if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", value):
                return date(*numbers)
            if re.fullmatch(r"\d{1,2}[./ ]\s*\d{1,2}[./ ]\s*\d{4}", value):
                return date(numbers[2], numbers[1], numbers[0])
        except ValueError:
            pass
        self.fault(name, Fault.NOT_A_DATE)
        return None

    def clock_time(self, name: str, *, required: bool = False) -> time | None:
        """A time of day written 16, 16.00 or 16:00."""
        value = self.raw(name)
        if not value:
            if required:
                self.fault(name, Fault.MISSING)
            return None
        if match := re.fullmatch(r"(\d{1,2})(?:[.:](\d{2}))?", value):
            hour, minute = int(match[1]), int(match[2] or 0)
            if hour < 24 and minute < 60:  # noqa: PLR2004
                return time(hour, minute)
        self.fault(name, Fault.NOT_A_TIME)
        return None

    def moment(self, name: str, *, required: bool = False, default: time = time(0, 0)) -> datetime | None:
        """A moment from `name_date` and `name_time` in the city's zone, as UTC."""
        day = self.day(f"{name}_date", required=required)
        clock_time = self.clock_time(f"{name}_time")
        if day is None:
            if clock_time is not None and f"{name}_date" not in self.errors:
                self.fault(f"{name}_date", Fault.MISSING)
            return None
        local = datetime.combine(day, clock_time or default, tzinfo=self.zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            self.fault(f"{name}_time", Fault.SKIPPED_TIME)
            return None
        return moment

    def choice(self, name: str, kind: type[E], *, required: bool = True) -> E | None:
        """One member of an enum."""
        value = self.raw(name)
        if not value and not required:
            return None
        try:
            return kind(value)
        except ValueError:
            self.fault(name, Fault.NOT_A_CHOICE if value else Fault.MISSING)
            return None

    def one_of(self, name: str, allowed: Iterable[int], *, required: bool = False) -> int | None:
        """The id of one of the rows that the person may choose from."""
        value = self.raw(name)
        if not value:
            if required:
                self.fault(name, Fault.MISSING)
            return None
        if value.isascii() and value.isdigit() and int(value) in set(allowed):
            return int(value)
        self.fault(name, Fault.NOT_A_CHOICE)
        return None

    def several_of(self, name: str, allowed: Iterable[int]) -> list[int]:
        """The ids of those rows that are ticked."""
        ticked = {str(value) for value in self.posted.getlist(name)}
        return [row for row in allowed if str(row) in ticked]

    def ticked(self, name: str) -> bool:
        """Is a box ticked."""
        return bool(self.raw(name))

    def email(self, name: str, *, required: bool = True) -> str:
        """A mail address in lower case. What stands before the @ is ASCII: few mail servers take anything else."""
        value = self.raw(name)
        if not value:
            if required:
                self.fault(name, Fault.MISSING)
            return ""
        try:
            checked = validate_email(value, check_deliverability=False, test_environment=True, allow_smtputf8=False)
        except EmailNotValidError:
            self.fault(name, Fault.NOT_AN_EMAIL)
            return value
        return checked.normalized.lower()

    def web_address(self, name: str) -> str:
        """A web address; https:// is added when it was left out."""
        value = self.raw(name)
        if not value:
            return ""
        full = value if "://" in value else f"https://{value}"
        try:
            parts = urlsplit(full)
            if (
                parts.scheme in {"http", "https"}
                and "." in (parts.hostname or "")
                and " " not in full
                and len(full) < LONGEST_ADDRESS
            ):
                return full
        except ValueError:
            pass
        self.fault(name, Fault.NOT_A_WEB_ADDRESS)
        return value

    def version(self) -> int:
        """The version of the row that the form was filled in from; 0 when it does not say."""
        value = self.raw("version")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0  # noqa: PLR2004

    def files(self, name: str) -> list[UploadFile]:
        """The files that were chosen."""
        return [f for f in self.posted.getlist(name) if isinstance(f, UploadFile) and f.filename]

    def form(self, form_id: str) -> Form:
        """The form to show again: everything as it was typed, with the errors."""
        names = {name for name, value in self.posted.multi_items() if isinstance(value, str)}
        return Form(
            id=form_id,
            typed={name: str(self.posted.get(name)) for name in names if name != "csrf"},
            lists={name: [str(v) for v in self.posted.getlist(name) if isinstance(v, str)] for name in names},
            errors=dict(self.errors),
        )


def filled(form_id: str, values: Mapping[str, object], lists: Mapping[str, Iterable[object]] | None = None) -> Form:
    """A form filled in from stored values. A `Localized` fills `name_fi`, `name_sv`, `name_en`; None is empty."""
    typed: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Localized):
            typed.update({f"{name}_{language}": value[language] for language in LANGUAGES})
        elif isinstance(value, date) and not isinstance(value, datetime):
            typed[name] = f"{value.day}.{value.month}.{value.year}"
        elif isinstance(value, bool):
            typed[name] = "on" if value else ""
        else:
            typed[name] = "" if value is None else str(value)
    many = {name: [str(item) for item in items] for name, items in (lists or {}).items()}
    return Form(id=form_id, typed=typed, lists=many)


def filled_moment(name: str, value: datetime | None, zone: ZoneInfo) -> dict[str, str]:
    """The two fields of a moment, in the city's zone."""
    if value is None:
        return {f"{name}_date": "", f"{name}_time": ""}
    local = value.astimezone(zone)
    return {f"{name}_date": f"{local.day}.{local.month}.{local.year}", f"{name}_time": f"{local:%H.%M}"}
