"""What was worked out of many rows, kept in memory while nothing in the database has been written."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from app.adapters.database import ReadSession, snapshot_mark
from app.web.visit import Visit

P = ParamSpec("P")
T = TypeVar("T")

MOST = 50
"""Answers kept by one process; the least lately used goes first."""


class Answers:
    """The answers of one app, shared by its threads: by question, with the mark of the database they were read from."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()
        self._lock = Lock()

    def find(self, question: Hashable, mark: object) -> tuple[Any, ...]:
        """(the answer), or () when there is none of this mark."""
        with self._lock:
            kept_mark, answer = self._kept.get(question, (None, None))
            if mark is None or kept_mark != mark:
                return ()
            self._kept.move_to_end(question)
            return (answer,)

    def keep(self, question: Hashable, mark: object, answer: Any) -> None:
        """Remember an answer."""
        with self._lock:
            self._kept[question] = (mark, answer)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


def remembered(visit: Visit[Any], ask: Callable[Concatenate[Session, P], T], *about: P.args, **more: P.kwargs) -> T:
    """`ask(visit.session, …)`, or its answer of the last time when nothing has been written since.

    For queries that read hundreds of rows and answer with plain values, never with rows that could be changed. All that
    the answer depends on goes in as an argument: the scope of whoever asks, and the day when it plays a part.
    """
    if not isinstance(visit.session, ReadSession):  # a change sees what nobody else does yet
        return ask(visit.session, *about, **more)
    # Taken before the answer is read: what is written meanwhile makes the answer old at once.
    mark = snapshot_mark(visit.session) or visit.request.scope.get("kipina.mark")
    answers: Answers = visit.request.app.state.answers
    question = (ask, visit.session.cities, about, tuple(sorted(more.items())))
    for answer in answers.find(question, mark):
        return answer  # type: ignore[no-any-return]
    answer = ask(visit.session, *about, **more)
    answers.keep(question, mark, answer)
    return answer
