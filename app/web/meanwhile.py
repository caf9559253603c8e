"""Two people at one form: whoever saves second keeps what they wrote, and sees beside it what is saved now."""

from dataclasses import replace

from app.domain.revision import revision_of
from app.web.forms import Fields, Form

_MARKS = ("version", "revision")
"""The fields that tell what a form was filled in from."""


def with_revision(form: Form, *more: object) -> Form:
    """The form with a mark of all that stands in it, and of `more`; for rows that do not count their versions."""
    mark = revision_of(sorted(form.typed.items()), sorted(form.lists.items()), *more)
    return replace(form, typed={**form.typed, "revision": mark})


def changed_meanwhile(fields: Fields, stored: Form) -> bool:
    """Is something else stored than what the person began from. The row must be locked, or another may come between."""
    return fields.raw("revision") != stored.typed["revision"]


def beside(fields: Fields, stored: Form) -> Form:
    """What was typed, with what is stored beside it wherever that differs; saving it once more is then a choice."""
    typed = fields.form(stored.id)
    theirs = {
        name: [value]
        for name, value in stored.typed.items()
        if name not in _MARKS and value.split() != typed.typed.get(name, "").split()
    }
    theirs |= {name: values for name, values in stored.lists.items() if values != typed.many(name)}
    now = {name: stored.typed[name] for name in _MARKS if name in stored.typed}
    return replace(typed, typed={**typed.typed, **now}, errors={}, theirs=theirs)
