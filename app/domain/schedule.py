"""The sessions of the day: what clashes, what moved since the last release, how they fill a timetable.

Moments are aware UTC. A session lasts from `starts_at` up to but not including `ends_at`, so what
follows back to back never overlaps. Clashes are pointed out and never block: the organizer decides.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SessionKind(StrEnum):
    """What happens in a session."""

    PITCH = "pitch"
    QUICK_TALK = "quick_talk"
    INTERVIEW = "interview"
    CHALLENGE_SPOT = "challenge_spot"
    STAND = "stand"
    PANEL = "panel"
    BREAK = "break"

    @property
    def is_drop_in(self) -> bool:
        """True for stands and challenge spots, where people come and go.

        They may share a place, also with a stage, and bind neither their company nor their people.
        """
        return self in {SessionKind.STAND, SessionKind.CHALLENGE_SPOT}

    @property
    def needs_place(self) -> bool:
        """True for all but breaks, which take a place only when they are given one."""
        return self is not SessionKind.BREAK


@dataclass(frozen=True, slots=True)
class Session:
    """What the rules know of a session. `people` are the names of those who must be there.

    Raises ValueError for a moment without a time zone.
    """

    id: int
    kind: SessionKind
    place: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    company: int | None = None
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a moment that could mean several."""
        for moment in (self.starts_at, self.ends_at):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(moment)


class ClashKind(StrEnum):
    """What is wrong with one session, or with two at the same time."""

    PERSON = "person"
    COMPANY = "company"
    PLACE = "place"
    NO_PLACE = "no_place"
    NO_TIME = "no_time"
    ENDS_BEFORE_START = "ends_before_start"
    OUTSIDE_DAY = "outside_day"


@dataclass(frozen=True, slots=True)
class Clash:
    """Something to look at. `other` is set when two sessions clash, `person` when it is a person."""

    kind: ClashKind
    session: int
    other: int | None = None
    person: str | None = None


def clashes(
    sessions: Iterable[Session],
    day_starts_at: datetime | None = None,
    day_ends_at: datetime | None = None,
) -> list[Clash]:
    """Return all clashes: those of single sessions first, then those of pairs in order of time.

    Of a pair, `session` is the one that starts first. OUTSIDE_DAY is looked for when the day's
    bounds are given. A session without a usable time takes part in no pair.
    """
    known = list(sessions)
    found = [Clash(kind, session.id) for session in known for kind in _alone(session, day_starts_at, day_ends_at)]
    timed = _timed(known)
    for index, (_, ends_at, session) in enumerate(timed):
        for later_starts_at, _, later in timed[index + 1 :]:
            if later_starts_at >= ends_at:
                break
            found += _together(session, later)
    return found


@dataclass(frozen=True, slots=True)
class Move:
    """A session that is at another time or place than in the release before."""

    old: Session
    new: Session


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two releases. Nobody else needs a mail."""

    added: tuple[Session, ...]
    moved: tuple[Move, ...]
    removed: tuple[Session, ...]


def diff(old_release: Iterable[Session], new_release: Iterable[Session]) -> Changes:
    """Compare two releases by the sessions' ids.

    A session given to another company is removed for the one and added for the other. A session
    without a time is not in the programme.
    """
    old = {(session.id, session.company): session for _, _, session in _timed(old_release)}
    new = {(session.id, session.company): session for _, _, session in _timed(new_release)}
    return Changes(
        added=_only_in(new, old),
        moved=tuple(
            Move(old[key], session) for key, session in new.items() if key in old and _slot(old[key]) != _slot(session)
        ),
        removed=_only_in(old, new),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A place in the timetable, as many lanes wide as it ever has sessions at the same time.

    `place` is None for sessions that have none.
    """

    place: int | None
    lanes: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the timetable; `session` is None where nothing happens."""

    session: int | None
    column_span: int = 1
    row_span: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of time in which nothing starts or ends, with the cells that begin in it."""

    starts_at: datetime
    ends_at: datetime
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """A grid to draw as a table: the columns' `lanes` are the column spans of the heads."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def lay_out(sessions: Iterable[Session], places: Sequence[int] = ()) -> Timetable:
    """Place sessions in a grid of time downwards and places across.

    Columns follow the order of `places`, then of first use; a place without a session has none.
    Sessions at the same time in one place stand side by side, each as wide as it can be. A break
    without a place goes across all columns when nothing else happens meanwhile. Stretches in which
    nothing happens are left out, and so are sessions without a usable time.
    """
    timed = _timed(sessions)
    edges = sorted({edge for starts_at, ends_at, _ in timed for edge in (starts_at, ends_at)})
    row_of = {edge: row for row, edge in enumerate(edges)}
    spans = {session.id: range(row_of[start], row_of[end]) for start, end, session in timed}
    busy = Counter(row for span in spans.values() for row in span)

    across: dict[int, int] = {}
    by_place: dict[int | None, list[int]] = {place: [] for place in places}
    for _, _, session in timed:
        span = spans[session.id]
        alone = all(busy[row] == 1 for row in span)
        if session.kind is SessionKind.BREAK and session.place is None and alone:
            across[span.start] = session.id  # one row: an edge inside would be another session's
        else:
            by_place.setdefault(session.place, []).append(session.id)
    by_place[None] = by_place.pop(None, [])  # last

    columns: list[Column] = []
    begins: dict[tuple[int, int], Cell] = {}
    taken: set[tuple[int, int]] = set()
    left = 0
    for place, ids in by_place.items():
        if not ids and not (place is None and across and not columns):
            continue
        lane_of = _lanes({session_id: spans[session_id] for session_id in ids})
        lanes = max(lane_of.values(), default=0) + 1
        for session_id, lane in lane_of.items():
            span = spans[session_id]
            right = [n for other, n in lane_of.items() if n > lane and _meet(span, spans[other])]
            width = min(right, default=lanes) - lane
            begins[span.start, left + lane] = Cell(session_id, width, len(span))
            taken.update((row, left + lane + step) for row in span for step in range(width))
        columns.append(Column(place, lanes))
        left += lanes

    rows = (
        Row(
            edges[row],
            edges[row + 1],
            (Cell(across[row], left),) if row in across else _cells(row, columns, begins, taken),
        )
        for row in sorted(busy)
    )
    return Timetable(tuple(columns), tuple(rows))


def _timed(sessions: Iterable[Session]) -> list[tuple[datetime, datetime, Session]]:
    """Return the sessions that take time, in order of time."""
    timed = [
        (session.starts_at, session.ends_at, session)
        for session in sessions
        if session.starts_at and session.ends_at and session.starts_at < session.ends_at
    ]
    return sorted(timed, key=lambda span: (span[0], span[1], span[2].id))


def _alone(session: Session, day_starts_at: datetime | None, day_ends_at: datetime | None) -> Iterator[ClashKind]:
    if session.place is None and session.kind.needs_place:
        yield ClashKind.NO_PLACE
    if session.starts_at is None or session.ends_at is None:
        yield ClashKind.NO_TIME
        return
    if session.ends_at <= session.starts_at:
        yield ClashKind.ENDS_BEFORE_START
    too_early = day_starts_at is not None and session.starts_at < day_starts_at
    too_late = day_ends_at is not None and session.ends_at > day_ends_at
    if too_early or too_late:
        yield ClashKind.OUTSIDE_DAY


def _together(first: Session, second: Session) -> Iterator[Clash]:
    """Yield what two sessions that overlap in time both claim."""
    if first.kind.is_drop_in or second.kind.is_drop_in:
        return
    if first.place is not None and first.place == second.place:
        yield Clash(ClashKind.PLACE, first.id, second.id)
    if first.company is not None and first.company == second.company:
        yield Clash(ClashKind.COMPANY, first.id, second.id)
    there = {_plain(name) for name in second.people}
    for name in first.people:
        if _plain(name) in there:
            yield Clash(ClashKind.PERSON, first.id, second.id, name)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _only_in(
    these: dict[tuple[int, int | None], Session], those: dict[tuple[int, int | None], Session]
) -> tuple[Session, ...]:
    """Return the sessions of the first release that the second lacks.

    A session given to its first company is added for it and nothing is removed; the session that
    its company leaves is removed for it and nothing is added.
    """
    ids = {session for session, _ in those}
    return tuple(
        session
        for key, session in these.items()
        if key not in those and not (session.company is None and session.id in ids)
    )


def _slot(session: Session) -> tuple[int | None, datetime | None, datetime | None]:
    return session.place, session.starts_at, session.ends_at


def _meet(one: range, two: range) -> bool:
    return one.start < two.stop and two.start < one.stop


def _lanes(spans: dict[int, range]) -> dict[int, int]:
    """Give each session, in order of time, the first lane that is free by then."""
    free_from: list[int] = []
    lane_of: dict[int, int] = {}
    for session, span in spans.items():
        free = (lane for lane, row in enumerate(free_from) if row <= span.start)
        lane = next(free, len(free_from))
        free_from[lane : lane + 1] = [span.stop]
        lane_of[session] = lane
    return lane_of


def _cells(
    row: int,
    columns: Iterable[Column],
    begins: dict[tuple[int, int], Cell],
    taken: set[tuple[int, int]],
) -> tuple[Cell, ...]:
    """Return the cells that begin in a row; free lanes of a column become one empty cell."""
    cells: list[Cell] = []
    lane = 0
    for column in columns:
        end = lane + column.lanes
        while lane < end:
            if (row, lane) in begins:
                cells.append(begins[row, lane])
                lane += cells[-1].column_span
            elif (row, lane) in taken:
                lane += 1
            else:
                free = next((n for n in range(lane, end) if (row, n) in taken), end)
                cells.append(Cell(None, free - lane))
                lane = free
    return tuple(cells)
