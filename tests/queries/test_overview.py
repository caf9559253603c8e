from app.adapters import clock
from app.adapters.database import WriteSession
from app.domain.access import Permission, scope_of
from app.domain.deciding import Outcome
from app.models import Event
from app.queries import applications, overview
from app.services import invitations
from tests.world import World


def test_who_moved_up_is_no_longer_counted_on_the_reserve_list(world: World, session: WriteSession) -> None:
    city = world.city()
    event = world.event(city, "jury", places_to_pitch=1)
    challenge = world.challenge(event)
    invited, first, second = (world.application(challenge) for _ in range(3))
    scope = scope_of(world.actor(world.organizer(city)), Permission.EVENT_MANAGE)

    def figures() -> tuple[int, int]:
        session.rollback()  # to see what others wrote meanwhile
        found = overview.of_events(session, scope, [event.id], prepared=True)[event.id]
        return found.invited, found.reserved

    outcomes = {invited.id: Outcome.INVITE, first.id: Outcome.RESERVE, second.id: Outcome.RESERVE}
    world.decide(event, outcomes, sign=False)
    assert figures() == (1, 2)
    world.decide(event, outcomes)
    assert figures() == (1, 2)
    with world.change() as change:
        by = world.actor(world.person_of(invited))
        moved, _ = applications.for_update(change, scope_of(by, Permission.APPLICATION_EDIT), invited.id)
        invitations.cancel(change, by, moved, change.get_one(Event, event.id), clock.now())
    assert figures() == (1, 1), "one moved up in the place of the one that cancelled"
