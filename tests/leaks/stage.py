"""What the leak tests share: rows with what they belong to, who reads, every address, and the tokens in an answer."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlmodel import SQLModel

from app.domain.access import Role
from tests import paper
from tests.leaks.canaries import Reader, text_columns
from tests.leaks.town import Town
from tests.postgres import by_hand
from tests.world import World

TOKEN = re.compile(r"zq([a-z]+?)(\d+)qz")
NUMBER = re.compile(r"700[\s\u00a0\u202f,.]?(\d{3})[\s\u00a0\u202f,.]?007")
WITHOUT_ROWS = {"account.sign_in.open"}
"""Opened by a secret of its own: it shows nothing but a button."""
VARIANTS = {
    "procurement.cases.index": ["?view=list", "?view=lacking", "?view=stalled"],
    "organizer.applications.index": ["?state=draft", "?order=company", "?search=zq"],
    "organizer.results.index": ["?order=disagreement"],
    "organizer.decisions.index": ["?only=missing"],
    "organizer.mail.index": ["?state=failed", "?state=held"],
    "account.tasks.index": ["?span=late", "?span=any_time"],
}
"""Other views of a page that read the database in other ways."""


@dataclass
class Stage:
    """The two towns with their rows, and how a token's row is found again."""

    towns: tuple[Town, Town]
    rows: dict[str, dict[int, dict[str, Any]]]
    names: dict[str, str]

    def row(self, table: str, key: int) -> SimpleNamespace:
        """A row with what it belongs to."""
        found = dict(self.rows[table][key])
        case = self.rows["follow_up_case"].get(found.get("case_id") or (key if table == "follow_up_case" else 0))
        application_id = found.get("application_id") or (case or {}).get("application_id")
        if table == "application":
            application_id = key
        application = self.rows["application"].get(application_id or 0, {})
        event_id = found.get("event_id") or (key if table == "event" else None) or application.get("event_id")
        event = self.rows["event"].get(event_id or 0, {})
        company = found.get("company_id") or (key if table == "company" else None) or application.get("company_id")
        sent = [a for a in self.rows["application"].values() if a["company_id"] == company and a["state"] != "draft"]
        companies, cities, judges = {company} - {None}, set(), set()
        if table == "person":
            companies = {r["company_id"] for r in self.rows["company_member"].values() if r["person_id"] == key}
            cities = {r["city_id"] for r in self.rows["city_member"].values() if r["person_id"] == key}
            judges = {r["event_id"] for r in self.rows["jury_seat"].values() if r["person_id"] == key}
            cities |= {self.rows["event"][event]["city_id"] for event in judges}
            sent = [
                a for a in self.rows["application"].values() if a["company_id"] in companies and a["state"] != "draft"
            ]
        owners = {c["owner_person_id"] for c in self.rows["challenge"].values()}
        more = {
            "companies": companies,
            "cities": cities,
            "owns_challenge": table == "person" and key in owners,
            "city": found.get("city_id") or (key if table == "city" else None) or event.get("city_id"),
            "event": event_id,
            "phase": next((p for t in self.towns for p, e in t.events.items() if e.id == event_id), ""),
            "company": company,
            "application": application_id,
            "case": found.get("case_id"),
            "state": application.get("state"),
            "person": found.get("person_id"),
            "applied_in": {a["city_id"] for a in sent},
            "judged_in": {a["event_id"] for a in sent},
            "pitches": any(a["state"] in {"invited", "confirmed"} for a in sent),
            "owns_cases_of": {
                c["company_id"]
                for c in self.rows["follow_up_case"].values()
                if table == "person" and c["owner_person_id"] == key
            },
            "in_release": table in self.released() and key in self.released()[table],
            "key": key,
        }
        return SimpleNamespace(**(found | more))

    def released(self) -> dict[str, set[int]]:
        """What stands in a released programme, by table."""
        told: dict[str, set[int]] = {"programme_session": set(), "place": set()}
        for release in self.rows["programme_release"].values():
            content = release["content"] if isinstance(release["content"], dict) else json.loads(release["content"])
            told["programme_session"] |= {one["id"] for one in content["sessions"]}
            told["place"] |= {one["id"] for one in content["places"]}
        return told


def look_at(engine: sa.Engine, towns: tuple[Town, Town]) -> Stage:
    """The rows as they are now."""
    names = {
        f"{table.name}{column.name}".replace("_", ""): f"{table.name}.{column.name}" for table, column in text_columns()
    }
    names["attachmentcontent"] = "attachment.content"
    with by_hand(engine) as connection:
        rows = {
            table.name: {
                row[next(iter(table.primary_key.columns)).name]: dict(row)
                for row in connection.execute(sa.select(table)).mappings()
            }
            for table in SQLModel.metadata.sorted_tables
        }
    return Stage(towns, rows, names)


def readers(stage: Stage, world: World) -> list[Reader]:
    """Everybody of the first town, some of the second, and those who belong to neither."""
    here, there = stage.towns
    people = {name: person.id for name, person in here.people.items()}
    people |= {f"{name} of the other city": there.people[name].id for name in ("organizer", "juror", "chosen")}
    people |= {"stranger": world.person().id, "admin": world.person(admin=True).id}
    conflicts = defaultdict(set)
    for row in stage.rows["conflict"].values():
        conflicts[row["person_id"]].add(row["application_id"])

    def of(table: str, person: int, place: str) -> frozenset[tuple[int, Role]]:
        rows = stage.rows[table].values()
        return frozenset((row[place], Role(row["role"])) for row in rows if row["person_id"] == person)

    found = [Reader("public")]
    for name, person in people.items():
        found.append(
            Reader(
                name,
                person,
                admin=name == "admin",
                cities=of("city_member", person, "city_id"),
                companies=of("company_member", person, "company_id"),
                jury_of=frozenset(r["event_id"] for r in stage.rows["jury_seat"].values() if r["person_id"] == person),
                conflicts=frozenset(conflicts[person]),
            )
        )
    return found


def addresses(app: FastAPI, stage: Stage, *, crossed: bool, method: str = "GET") -> dict[str, str]:
    """Every page with every id that fits it, with its route; `crossed`: also with ids under the other city's name."""
    contexts = list(_contexts(stage))
    slugs = [town.city.slug for town in stage.towns]
    found: dict[str, str] = {}
    for context in iter_route_contexts(app.routes):
        route = context.route
        if (
            not isinstance(route, APIRoute)
            or method not in (route.methods or ())
            or route.name == "account.sign_in.open"
        ):
            continue
        names = re.findall(r"{(\w+)}", route.path)
        made = {tuple(str(one[name]) for name in names) for one in contexts if all(name in one for name in names)}
        if crossed and "city" in names and len(names) > 1:
            at = names.index("city")
            made |= {(*values[:at], slug, *values[at + 1 :]) for values in made for slug in slugs}
        assert made, f"no row leads to {route.path}"
        for values in sorted(made):
            path = route.path.format(**dict(zip(names, (quote(value) for value in values), strict=True)))
            for query in ("", *VARIANTS.get(route.name, ())):
                found[f"/fi{path}".rstrip("/") + query] = route.name
    return found


PARAMETERS = {
    "challenge": "challenge_id", "criterion": "criterion_id", "application": "application_id", "place": "place_id",
    "jury_seat": "seat_id", "conflict": "conflict_id", "follow_up_case": "case_id", "outgoing_mail": "mail_id",
    "programme_session": "session_id", "attachment": "attachment_id", "company": "company_id",
    "city_member": "member_id", "company_member": "member_id", "unit": "unit_id", "platform": "platform_id",
    "person": "person_id", "passkey": "passkey_id", "hold": "hold_id",
}  # fmt: skip
"""What the row of a table is called in addresses."""
HELD = {"application", "follow_up_case"}
"""What a legal hold may lie on, beside events."""


def _contexts(stage: Stage) -> Iterator[dict[str, Any]]:
    """What each row gives the parts of an address."""
    yield {}
    yield {"token": "unknown"}
    yield {"browser_id": 1}
    city = {town.city.id: town.city.slug for town in stage.towns}
    for key, slug in city.items():
        yield {"city": slug, "kind": "city", "object_id": key}
    for key, event in stage.rows["event"].items():
        at = {"city": city[event["city_id"]], "event_id": key, "event": event["slug"]}
        yield at | {"kind": "event", "object_id": key, "held": "event", "held_id": key}
    for table, name in PARAMETERS.items():
        for key in stage.rows[table]:
            row = stage.row(table, key)
            given = {
                name: key,
                "city": city.get(row.city),
                "event_id": row.event,
                "company_id": row.company,
                "event": stage.rows["event"][row.event]["slug"] if row.event else None,
                "application_id": row.application,
                "case_id": key if table == "follow_up_case" else row.case,
                "number": row.number if table == "challenge" else None,
                "name": f"{key}.ics" if table == "programme_session" else None,
                "kind": table if table == "follow_up_case" else None,
                "held": table if table in HELD and row.state != "draft" else None,
                "held_id": key,
                "object_id": key,
            }
            yield {part: value for part, value in given.items() if value is not None}


@lru_cache
def _on_paper(content: bytes) -> str:
    return paper.unbroken(content) + paper.about(content)


def told(stage: Stage, answer: Any) -> set[tuple[str, int]]:
    """The (column, row) of every token in an answer: its headers, and its body in whatever form it comes."""
    text = re.sub(r"\r\n[ \t]", "", answer.content.decode("utf-8", "replace")) + str(answer.headers)
    if answer.headers.get("content-type") == "application/pdf" and b"/Metadata" in answer.content:
        text += _on_paper(answer.content)
    found = {(stage.names[name], int(key)) for name, key in TOKEN.findall(text)}
    return found | {("follow_up_case.estimated_value", int(number)) for number in NUMBER.findall(text)}
