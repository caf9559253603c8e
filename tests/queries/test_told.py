from sqlmodel import select

from app.adapters.database import WriteSession
from app.domain.phase import Phase
from app.models import Application
from app.queries import applications
from tests.world import World


def test_a_company_reads_no_draft_and_no_word_of_a_juror_with_a_conflict(world: World, session: WriteSession) -> None:
    event = world.event(world.city(), "jury")
    world.criteria(event)
    made = world.application(world.challenge(event))
    counted, unsent, recused = (world.juror(event) for _ in range(3))
    world.sheet(counted, made, [5, 5, 5, 5], comment_company="Laskettu")
    world.sheet(unsent, made, [5], send=False, comment_company="Luonnos")
    world.sheet(recused, made, [5, 5, 5, 5], comment_company="Esteellinen")
    world.conflict(made, recused)

    application = session.exec(select(Application)).one()
    assert applications.told(session, application, Phase.JURY) is None
    told = applications.told(session, application, Phase.DECIDED)
    assert told is not None
    assert told.comments == ["Laskettu"]
