"""Sessions of the day: clashes, changes between releases, and the timetable."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.schedule import (
    Cell,
    Changes,
    Clash,
    ClashKind,
    Column,
    Move,
    Session,
    SessionKind,
    clashes,
    diff,
    lay_out,
)

DAY = datetime(2027, 2, 12, tzinfo=UTC)
STAGE, ROOM, LOBBY = 1, 2, 3


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return DAY + timedelta(hours=int(hours), minutes=int(minutes))


def session(
    number: int,
    span: str | None = "9:00-9:30",
    kind: SessionKind = SessionKind.PITCH,
    place: int | None = STAGE,
    company: int | None = None,
    people: tuple[str, ...] = (),
) -> Session:
    starts_at, ends_at = (at(clock) for clock in span.split("-")) if span else (None, None)
    return Session(number, kind, place, starts_at, ends_at, company, people)


# --- clashes


def test_a_place_taken_twice_clashes_for_as_little_as_a_minute() -> None:
    assert clashes([session(1), session(2, "9:29-10:00")]) == [Clash(ClashKind.PLACE, 1, 2)]


def test_back_to_back_is_no_clash() -> None:
    assert (
        clashes([session(2, "9:30-10:00", company=7, people=("Aino",)), session(1, company=7, people=("Aino",))]) == []
    )


def test_the_earlier_session_is_named_first() -> None:
    assert clashes([session(1, "9:10-9:20"), session(2)]) == [Clash(ClashKind.PLACE, 2, 1)]


def test_a_company_or_a_person_cannot_be_in_two_places() -> None:
    found = clashes(
        [
            session(1, company=7, people=("Aino Salo", "Bo Ek")),
            session(2, kind=SessionKind.INTERVIEW, place=ROOM, company=7, people=("bo  ek ", "Åke Öst")),
        ]
    )
    assert found == [Clash(ClashKind.COMPANY, 1, 2), Clash(ClashKind.PERSON, 1, 2, "Bo Ek")]


def test_sessions_without_company_or_people_share_none() -> None:
    assert clashes([session(1), session(2, place=ROOM)]) == []


def test_one_long_session_clashes_with_all_it_covers() -> None:
    long = session(1, "8:00-12:00")
    short = [session(n, f"{n + 7}:00-{n + 7}:30") for n in (2, 3, 4)]
    assert [(clash.session, clash.other) for clash in clashes([*short, long])] == [(1, 2), (1, 3), (1, 4)]


@pytest.mark.parametrize("kind", [SessionKind.STAND, SessionKind.CHALLENGE_SPOT])
def test_a_stand_all_day_clashes_neither_with_its_company_nor_with_its_place(kind: SessionKind) -> None:
    found = clashes(
        [
            session(1, "8:00-16:00", kind, LOBBY, 7, ("Aino",)),
            session(2, "8:00-16:00", kind, LOBBY, 8, ("Bo",)),
            session(3, "9:00-9:30", place=LOBBY, company=7, people=("Aino",)),
        ]
    )
    assert found == []


def test_a_break_takes_a_place_only_when_given_one() -> None:
    nowhere = session(1, kind=SessionKind.BREAK, place=None)
    assert clashes([nowhere, session(2)]) == []
    there = session(1, kind=SessionKind.BREAK, place=STAGE)
    assert clashes([there, session(2)]) == [Clash(ClashKind.PLACE, 1, 2)]


def test_what_is_missing_is_pointed_out() -> None:
    found = clashes([session(1, None), session(2, place=None), session(3, "10:00-9:00", place=ROOM)])
    assert found == [
        Clash(ClashKind.NO_TIME, 1),
        Clash(ClashKind.NO_PLACE, 2),
        Clash(ClashKind.ENDS_BEFORE_START, 3),
    ]


def test_a_session_with_half_a_time_or_none_at_all_overlaps_nothing() -> None:
    half = Session(1, SessionKind.PITCH, STAGE, starts_at=at("9:00"))
    empty = session(2, "9:10-9:10")
    assert clashes([half, empty, session(3)]) == [
        Clash(ClashKind.NO_TIME, 1),
        Clash(ClashKind.ENDS_BEFORE_START, 2),
    ]


def test_the_day_has_bounds_when_they_are_given() -> None:
    sessions = [session(1, "8:59-9:30"), session(2, "9:30-16:00"), session(3, "15:30-16:01", place=ROOM)]
    assert clashes(sessions) == []
    assert clashes(sessions, at("9:00"), at("16:00")) == [
        Clash(ClashKind.OUTSIDE_DAY, 1),
        Clash(ClashKind.OUTSIDE_DAY, 3),
    ]
    assert clashes(sessions, day_ends_at=at("16:00")) == [Clash(ClashKind.OUTSIDE_DAY, 3)]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2027"):
        Session(1, SessionKind.PITCH, starts_at=at("9:00").replace(tzinfo=None))


def test_moments_of_other_zones_are_compared_as_moments() -> None:
    helsinki = timezone(timedelta(hours=2))
    later = Session(2, SessionKind.PITCH, STAGE, at("9:15").astimezone(helsinki), at("9:45").astimezone(helsinki))
    assert clashes([session(1), later]) == [Clash(ClashKind.PLACE, 1, 2)]


days = st.lists(
    st.builds(
        lambda start, length, kind, place, company, person: (start, length, kind, place, company, person),
        st.integers(0, 20),
        st.integers(1, 8),
        st.sampled_from(SessionKind),
        st.none() | st.integers(1, 3),
        st.none() | st.integers(1, 3),
        st.sampled_from(["", "Aino", "Bo"]),
    ),
    max_size=12,
).map(
    lambda facts: [
        Session(
            number,
            kind,
            place,
            DAY + timedelta(minutes=15 * start),
            DAY + timedelta(minutes=15 * (start + length)),
            company,
            (person,) if person else (),
        )
        for number, (start, length, kind, place, company, person) in enumerate(facts)
    ]
)


def quarters(one: Session) -> set[datetime]:
    assert one.starts_at
    assert one.ends_at
    return {
        one.starts_at + timedelta(minutes=15 * step)
        for step in range(int((one.ends_at - one.starts_at) / timedelta(minutes=15)))
    }


@given(days)
def test_clashes_are_those_a_patient_person_would_find(sessions: list[Session]) -> None:
    free = {SessionKind.STAND, SessionKind.CHALLENGE_SPOT}
    expected = set()
    for one in sessions:
        for two in sessions:
            if one.id < two.id and quarters(one) & quarters(two) and not {one.kind, two.kind} & free:
                pair = frozenset({one.id, two.id})
                expected |= {(ClashKind.PLACE, pair)} if one.place and one.place == two.place else set()
                expected |= {(ClashKind.COMPANY, pair)} if one.company and one.company == two.company else set()
                expected |= {(ClashKind.PERSON, pair)} if set(one.people) & set(two.people) else set()
    found = [clash for clash in clashes(sessions) if clash.other is not None]
    assert {(clash.kind, frozenset({clash.session, clash.other})) for clash in found} == expected
    assert len(found) == len(expected)


# --- changes between releases


def test_only_what_is_new_at_another_time_or_place_or_gone_is_a_change() -> None:
    old = [
        session(1, people=("Aino",)),
        session(2, "10:00-10:30"),
        session(3, "11:00-11:30"),
        session(4, "12:00-12:30"),
    ]
    renamed = session(1, people=("Bo",))
    later, elsewhere, new = session(2, "10:05-10:35"), session(3, "11:00-11:30", place=ROOM), session(5, "13:00-13:30")
    assert diff(old, [renamed, later, elsewhere, new]) == Changes(
        added=(new,),
        moved=(Move(old[1], later), Move(old[2], elsewhere)),
        removed=(old[3],),
    )


def test_a_session_given_to_another_company_is_news_for_both() -> None:
    old, new = session(1, company=7), session(1, company=8)
    assert diff([old], [new]) == Changes(added=(new,), moved=(), removed=(old,))


def test_a_free_session_is_given_away_and_freed_again() -> None:
    free, given_away = session(1), session(1, company=7)
    assert diff([free], [given_away]) == Changes(added=(given_away,), moved=(), removed=())
    assert diff([given_away], [free]) == Changes(added=(), moved=(), removed=(given_away,))


def test_a_session_that_loses_its_time_leaves_the_programme() -> None:
    old, new = session(1), session(1, None)
    assert diff([old], [new]) == Changes(added=(), moved=(), removed=(old,))
    assert diff([new], [old]) == Changes(added=(old,), moved=(), removed=())


@given(days)
def test_a_release_does_not_differ_from_itself(sessions: list[Session]) -> None:
    assert diff(sessions, list(reversed(sessions))) == Changes((), (), ())


@given(days, days)
def test_what_one_way_adds_the_other_way_removes(one: list[Session], two: list[Session]) -> None:
    there, back = diff(one, two), diff(two, one)
    assert there.added == back.removed
    assert there.removed == back.added
    assert {move.new for move in there.moved} == {move.old for move in back.moved}


# --- the timetable


def test_time_runs_down_and_places_across() -> None:
    table = lay_out(
        [
            session(1, "9:00-9:30"),
            session(2, "9:30-10:00"),
            session(3, "9:00-10:00", place=ROOM, kind=SessionKind.PANEL),
            session(4, "10:00-10:15", place=None, kind=SessionKind.BREAK),
            session(5, "10:15-10:45", place=ROOM),
        ],
        places=[ROOM, LOBBY, STAGE],
    )
    assert table.columns == (Column(ROOM, 1), Column(STAGE, 1))
    assert [(row.starts_at, row.ends_at, row.cells) for row in table.rows] == [
        (at("9:00"), at("9:30"), (Cell(3, row_span=2), Cell(1))),
        (at("9:30"), at("10:00"), (Cell(2),)),
        (at("10:00"), at("10:15"), (Cell(4, column_span=2),)),
        (at("10:15"), at("10:45"), (Cell(5), Cell(None))),
    ]


def test_sessions_at_the_same_time_stand_side_by_side() -> None:
    table = lay_out(
        [
            session(1, "9:00-10:00", SessionKind.STAND, LOBBY),
            session(2, "9:30-10:30", SessionKind.STAND, LOBBY),
            session(3, "10:30-11:00", SessionKind.PANEL, LOBBY),
        ]
    )
    assert table.columns == (Column(LOBBY, 2),)
    assert [row.cells for row in table.rows] == [
        (Cell(1, row_span=2), Cell(None)),
        (Cell(2, row_span=2),),
        (Cell(None),),
        (Cell(3, column_span=2),),
    ]


def test_a_break_beside_a_session_keeps_to_its_own_column() -> None:
    table = lay_out([session(1, kind=SessionKind.BREAK, place=None), session(2, "9:15-9:45")])
    assert table.columns == (Column(STAGE, 1), Column(None, 1))
    assert [row.cells for row in table.rows] == [
        (Cell(None), Cell(1, row_span=2)),
        (Cell(2, row_span=2),),
        (Cell(None),),
    ]


def test_a_day_of_nothing_but_a_break_has_one_column() -> None:
    table = lay_out([session(1, kind=SessionKind.BREAK, place=None)])
    assert table.columns == (Column(None, 1),)
    assert [row.cells for row in table.rows] == [(Cell(1),)]


def test_hours_in_which_nothing_happens_have_no_row() -> None:
    table = lay_out([session(1, "9:00-9:30"), session(2, "13:00-13:30")])
    assert [row.starts_at for row in table.rows] == [at("9:00"), at("13:00")]


def test_without_timed_sessions_there_is_no_timetable() -> None:
    table = lay_out([session(1, None)], places=[STAGE])
    assert (table.columns, table.rows) == ((), ())


@given(days)
def test_the_grid_is_filled_exactly_and_each_session_stands_where_and_when_it_is(sessions: list[Session]) -> None:
    table = lay_out(sessions, places=[2, 1])
    places = [column.place for column in table.columns for _ in range(column.lanes)]
    by_id = {one.id: one for one in sessions}
    covered: dict[tuple[int, int], int | None] = {}
    shown = []
    for number, row in enumerate(table.rows):
        lane = 0
        for cell in row.cells:
            while (number, lane) in covered:
                lane += 1
            for down in range(cell.row_span):
                for right in range(cell.column_span):
                    assert (number + down, lane + right) not in covered
                    covered[number + down, lane + right] = cell.session
            if cell.session is not None:
                shown.append(cell.session)
                one = by_id[cell.session]
                assert (row.starts_at, table.rows[number + cell.row_span - 1].ends_at) == (one.starts_at, one.ends_at)
                across = cell.column_span == len(places) and one.kind is SessionKind.BREAK
                assert across or set(places[lane : lane + cell.column_span]) == {one.place}
    assert set(covered) == {(row, lane) for row in range(len(table.rows)) for lane in range(len(places))}
    assert sorted(shown) == sorted(by_id)
