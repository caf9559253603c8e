"""Score sheets: private until sent in, changed until the decisions are signed."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.access import Permission, scope_of
from app.domain.refusals import Reason, Refused
from app.models import Application, AuditEvent, Event, Score, ScoreSheet
from app.queries import scoring as queries
from app.services import scoring
from tests.world import World


def values(session: WriteSession) -> dict[int, int]:
    return dict(session.exec(select(Score.criterion_id, Score.value)).all())


def test_a_draft_is_a_private_note_and_leaves_nothing_in_the_trail(world: World, session: WriteSession) -> None:
    event = world.event(world.city(), "jury")
    first, *_ = world.criteria(event)
    juror, application = world.juror(event), world.application(world.challenge(event))
    world.sheet(juror, application, [7], send=False, comment_jury="Kesken")

    sheet = session.exec(select(ScoreSheet)).one()
    assert (sheet.submitted_at, sheet.comment_jury, sheet.version) == (None, "Kesken", 1)
    assert values(session) == {first.id: 7}
    assert session.exec(select(AuditEvent).where(AuditEvent.object_type == "score_sheet")).all() == []


def test_what_is_sent_in_can_be_changed_and_every_change_is_kept(world: World, session: WriteSession) -> None:
    event = world.event(world.city(), "jury")
    criteria = world.criteria(event)
    juror, application = world.juror(event), world.application(world.challenge(event))
    sent = world.sheet(juror, application, [7, 7, 7, 7])
    world.sheet(juror, application, [7, 9, None, 7], send=False, comment_company="Hyvä alku")

    sheet = session.exec(select(ScoreSheet)).one()
    assert sheet.submitted_at == sent.submitted_at
    assert values(session) == {criteria[0].id: 7, criteria[1].id: 9, criteria[3].id: 7}
    trail = session.exec(
        select(AuditEvent).where(AuditEvent.object_type == "score_sheet").order_by(AuditEvent.id)  # type: ignore[arg-type]
    ).all()
    assert [(event.action, event.person_id) for event in trail] == [("sent", juror.id), ("edited", juror.id)]
    assert trail[1].before["scores"][str(criteria[1].id)] == 7
    assert trail[1].after["scores"] == {str(c.id): v for c, v in zip(criteria, (7, 9, None, 7), strict=True) if v}
    assert trail[1].after["comment_company"] == "Hyvä alku"


def test_two_windows_do_not_overwrite_each_other(world: World, session: WriteSession, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    juror, made = world.juror(event), world.application(world.challenge(event))
    world.sheet(juror, made, [7], send=False)
    actor = world.actor(juror)
    application, mine = queries.reading(session, scope_of(actor, Permission.SCORE_ENTER), made.id, now)
    criteria = queries.criteria(session, application, juror.id)
    draft = scoring.SheetDraft({criteria[0].id: 3})
    for version in (0, 2):
        with pytest.raises(Refused) as refused:
            scoring.save(session, actor, application, mine, criteria, draft, version, now, send=True)
        assert refused.value.reason is Reason.CHANGED_MEANWHILE
    scoring.save(session, actor, application, mine, criteria, draft, 1, now, send=True)
    assert values(session) == {criteria[0].id: 3}


@pytest.mark.parametrize(("criterion", "value"), [("own", 11), ("own", -1), ("of another", 5)])
def test_a_value_off_the_scale_is_refused(
    world: World, session: WriteSession, now: datetime, criterion: str, value: int
) -> None:
    city = world.city()
    event = world.event(city, "jury")
    world.criteria(event)
    (stranger,) = world.criteria(world.event(city, "jury", name="Toinen"), (1,))
    juror, application = world.juror(event), world.application(world.challenge(event))
    rows = queries.criteria(session, application, juror.id)
    which = rows[0].id if criterion == "own" else stranger.id
    mine = session.get_one(Event, event.id)
    draft = scoring.SheetDraft({which: value})
    with pytest.raises(Refused) as refused:
        scoring.save(session, world.actor(juror), application, mine, rows, draft, 0, now, send=True)
    assert (refused.value.reason, refused.value.field) == (Reason.SCORE_OUT_OF_RANGE, f"score_{which}")


def test_the_revision_that_was_read_is_kept_and_never_one_that_is_yet_to_come(
    world: World, session: WriteSession, now: datetime
) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    juror, application = world.juror(event), world.application(world.challenge(event))
    version = session.get_one(Application, application.id).version
    rows = queries.criteria(session, application, juror.id)
    mine = session.get_one(Event, event.id)
    sheet = scoring.save(
        session,
        world.actor(juror),
        session.get_one(Application, application.id),
        mine,
        rows,
        scoring.SheetDraft({}, application_version=99),
        0,
        now,
        send=False,
    )
    assert sheet.application_version == version


def test_access_ends_by_itself_and_begins_with_the_jury(world: World, session: WriteSession, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    juror, application = world.juror(event), world.application(world.challenge(event))
    world.everyone_reads_all(event)
    scope = scope_of(world.actor(juror), Permission.SCORE_ENTER)
    early = now - timedelta(days=19)
    assert queries.reading(session, scope, application.id, now)[0].id == application.id
    with pytest.raises(Refused) as refused:
        queries.reading(session, scope, application.id, early)
    assert refused.value.reason is Reason.JURY_NOT_OPEN
    session.rollback()
    world.sign(event)
    session.expire_all()
    with pytest.raises(Refused) as refused:
        queries.reading(session, scope, application.id, now)
    assert refused.value.reason is Reason.NOT_FOUND
    assert queries.events_of(session, scope, now) == []


def test_nothing_is_scored_outside_the_jurys_time(world: World, session: WriteSession, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    juror, application = world.juror(event), world.application(world.challenge(event))
    mine = session.get_one(Event, event.id)
    rows = queries.criteria(session, application, juror.id)
    early = now - timedelta(days=19)
    with pytest.raises(Refused) as refused:
        scoring.save(session, world.actor(juror), application, mine, rows, scoring.SheetDraft({}), 0, early, send=False)
    assert refused.value.reason is Reason.JURY_NOT_OPEN


def test_a_conflict_closes_the_application_to_the_juror(world: World, session: WriteSession, now: datetime) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    juror, challenge = world.juror(event), world.challenge(event)
    closed, read = world.application(challenge), world.application(challenge)
    world.sheet(juror, closed, [9, 9, 9, 9])
    world.everyone_reads_all(event)
    world.conflict(closed, juror)
    scope = scope_of(world.actor(juror), Permission.SCORE_ENTER)

    with pytest.raises(Refused) as refused:
        queries.reading(session, scope, closed.id, now)
    assert refused.value.reason is Reason.NOT_FOUND
    items = queries.queue(session, scope, [event.id])
    assert [item.application_id for item in items] == [read.id]


def test_the_queue_begins_with_what_fewest_have_read_and_is_the_same_every_time(
    world: World, session: WriteSession, now: datetime
) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    applications = [world.application(challenge) for _ in range(8)]
    jurors = [world.juror(event) for _ in range(2)]
    third = world.juror(event)
    recused = world.juror(event)
    world.everyone_reads_all(event)
    for application in applications[:3]:
        world.sheet(third, application, [5, 5, 5, 5])
    world.sheet(recused, applications[7], [5, 5, 5, 5])
    world.conflict(applications[7], recused)

    orders = []
    for juror in jurors:
        scope = scope_of(world.actor(juror), Permission.SCORE_ENTER)
        items = queries.queue(session, scope, [event.id])
        assert items == queries.queue(session, scope, [event.id])
        assert [item.reviews for item in items] == [0] * 5 + [1] * 3
        orders.append([item.application_id for item in items])
    assert orders[0] != orders[1]
    assert set(orders[0]) == {application.id for application in applications}


def test_save_and_next_goes_on_past_what_was_skipped_and_comes_back(
    world: World, session: WriteSession, now: datetime
) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    challenge = world.challenge(event)
    made = {a.id: a for a in (world.application(challenge) for _ in range(3))}
    juror = world.juror(event)
    world.everyone_reads_all(event)
    scope = scope_of(world.actor(juror), Permission.SCORE_ENTER)
    items = queries.queue(session, scope, [event.id])
    first, second, third = (item.application_id for item in items)
    following = queries.next_item(items, after=first)
    assert following is not None
    assert following.application_id == second
    assert queries.next_item(items, after=third) == items[0]
    session.rollback()
    for application in (first, second):
        world.sheet(juror, made[application], [5, 5, 5, 5])
    session.expire_all()
    items = queries.queue(session, scope, [event.id])
    last = queries.next_item(items)
    assert last is not None
    assert last.application_id == third
    assert queries.next_item(items, after=third) is None


def test_others_totals_are_those_that_count(world: World, session: WriteSession) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    me, aino, bo, cia = (world.juror(event, name) for name in ("Me", "Aino", "Bo", "Cia"))
    application = world.application(world.challenge(event))
    world.sheet(me, application, [1, 1, 1, 1])
    world.sheet(aino, application, [8, 8, None, 8])
    world.sheet(bo, application, [2, 2, 2, 2], send=False)
    world.sheet(cia, application, [3, 3, 3, 3])
    world.conflict(application, cia)
    rows = queries.criteria(session, application, me.id)
    assert [(o.juror, o.total) for o in queries.others(session, application, me.id, rows)] == [("Aino", 8.0)]
