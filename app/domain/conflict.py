"""Conflicts of interest: the grounds of the Administrative Procedure Act 434/2003 section 28.

The app suggests where to look; the juror or the organizer declares. It never decides the question.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

ACT = "434/2003"
SECTION = 28


class Ground(StrEnum):
    """Why a person may not take part; in the order of the section's items."""

    PARTY = "party"
    REPRESENTATION = "representation"
    INTEREST = "interest"
    EMPLOYMENT = "employment"
    BOARD = "board"
    SUPERVISION = "supervision"
    IMPARTIALITY = "impartiality"

    @property
    def item(self) -> int:
        """Number of the item in section 28, subsection 1."""
        return list(Ground).index(self) + 1


class CloseCircle(StrEnum):
    """The close persons of section 28, subsections 2 and 3.

    FAMILY: spouse, child, grandchild, sibling, parent, grandparent, anyone else especially close, and their
    spouses. RELATIVES: parents' siblings and their spouses, siblings' children, former spouse.
    SPOUSES_FAMILY: the corresponding relatives of the spouse.
    """

    FAMILY = "family"
    RELATIVES = "relatives"
    SPOUSES_FAMILY = "spouses_family"


CLOSE_CIRCLES: dict[Ground, tuple[CloseCircle, ...]] = {
    Ground.PARTY: tuple(CloseCircle),
    Ground.REPRESENTATION: tuple(CloseCircle),
    Ground.INTEREST: tuple(CloseCircle),
    Ground.EMPLOYMENT: (),
    Ground.BOARD: (CloseCircle.FAMILY,),
    Ground.SUPERVISION: (CloseCircle.FAMILY,),
    Ground.IMPARTIALITY: (),
}
"""Whose ties count beside the person's own. To be confirmed by a lawyer before a city relies on it."""


class Source(StrEnum):
    """Who declared the conflict."""

    JUROR = "juror"
    ORGANIZER = "organizer"


class Sign(StrEnum):
    """What suggests a conflict, strongest first."""

    SAME_ADDRESS = "same_address"
    SAME_NAME = "same_name"
    NAME_IN_COMPANY_NAME = "name_in_company_name"
    AFFILIATION = "affiliation"
    MAIL_DOMAIN = "mail_domain"


GROUND_OF_SIGN: dict[Sign, Ground] = {
    Sign.SAME_ADDRESS: Ground.REPRESENTATION,
    Sign.SAME_NAME: Ground.REPRESENTATION,
    Sign.NAME_IN_COMPANY_NAME: Ground.PARTY,
    Sign.AFFILIATION: Ground.EMPLOYMENT,
    Sign.MAIL_DOMAIN: Ground.EMPLOYMENT,
}
"""The ground to offer first; the person who declares may choose another."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Somebody as far as ties can be seen; `affiliation` is free text such as a title or employer."""

    name: str
    email: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """An applicant with the people who act for it."""

    name: str
    website: str = ""
    people: tuple[PersonFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A likely conflict to be looked at. `found` is the company's text that matched."""

    sign: Sign
    ground: Ground
    found: str


_LEGAL_FORMS = frozenset(
    {
        "oy",
        "oyj",
        "ab",
        "abp",
        "ky",
        "kb",
        "ay",
        "tmi",
        "osk",
        "osuuskunta",
        "ry",
        "rf",
        "publ",
        "ltd",
        "limited",
        "plc",
        "inc",
        "llc",
        "gmbh",
        "as",
        "asa",
        "aps",
        "bv",
        "sa",
    }
)
_SHORT_NAME = 3  # a company called "Fit" is no tie to everybody with that word in a title
_SHARED_DOMAINS = frozenset(
    {
        "elisanet.fi",
        "facebook.com",
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "instagram.com",
        "kolumbus.fi",
        "linkedin.com",
        "live.com",
        "luukku.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "pp.inet.fi",
        "proton.me",
        "protonmail.com",
        "saunalahti.fi",
        "suomi24.fi",
        "telia.com",
        "yahoo.com",
    }
)
"""Domains that say nothing about where somebody works."""


def suggest(juror: PersonFacts, company: CompanyFacts) -> list[Suggestion]:
    """Return likely conflicts of a juror with a company, strongest first, at most one per sign.

    Names are compared without regard to case, accents and order; the company's name without its legal
    form. Mail providers that everybody uses say nothing.
    """
    signs: dict[Sign, str] = {}
    for sign, found in _signs(juror, company):
        signs.setdefault(sign, found)
    return [Suggestion(sign, GROUND_OF_SIGN[sign], signs[sign]) for sign in Sign if sign in signs]


def _signs(juror: PersonFacts, company: CompanyFacts) -> Iterator[tuple[Sign, str]]:
    name = _words(juror.name)
    address = juror.email.strip().casefold()
    domain = _mail_domain(juror.email)
    for person in company.people:
        if address and person.email.strip().casefold() == address:
            yield Sign.SAME_ADDRESS, person.email
        if len(name) > 1 and sorted(_words(person.name)) == sorted(name):
            yield Sign.SAME_NAME, person.name
        if _related(domain, _mail_domain(person.email)):
            yield Sign.MAIL_DOMAIN, person.email
    core = _company_words(company.name)
    if len(name) > 1 and set(name) <= set(core):
        yield Sign.NAME_IN_COMPANY_NAME, company.name
    if _names(juror.affiliation, core):
        yield Sign.AFFILIATION, company.name
    if _related(domain, _site_domain(company.website)):
        yield Sign.MAIL_DOMAIN, company.website


@lru_cache(maxsize=4_096)  # everybody is compared with everybody: the same few names come again and again
def _words(text: str) -> tuple[str, ...]:
    """Split into words without accents and case, so that Söderström is Soderstrom."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return tuple(re.findall(r"\w+", "".join(sign for sign in decomposed if not unicodedata.combining(sign))))


@lru_cache(maxsize=4_096)
def _company_words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _words(text) if word not in _LEGAL_FORMS)


def _names(affiliation: str, core: tuple[str, ...]) -> bool:
    """Tell whether the company's name stands in the affiliation, word by word."""
    if len("".join(core)) <= _SHORT_NAME:
        return bool(core) and any(_company_words(part) == core for part in re.split(r"[,;:()|/]", affiliation))
    words = _company_words(affiliation)
    return any(words[start : start + len(core)] == core for start in range(len(words)))


def _mail_domain(email: str) -> str:
    return email.strip().casefold().rpartition("@")[2] if "@" in email else ""


@lru_cache(maxsize=4_096)
def _site_domain(website: str) -> str:
    text = website.strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:  # such as "http://[": what people type into a field
        return ""
    return host.casefold().removesuffix(".").removeprefix("www.")


def _related(one: str, two: str) -> bool:
    """Tell whether one domain is the other or lies under it, and says where somebody works."""
    if "." not in one or "." not in two or {one, two} & _SHARED_DOMAINS:
        return False
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")
