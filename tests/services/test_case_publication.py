"""What the public reads: the parity gate before publishing and after it."""

from dataclasses import replace

import pytest

from app.adapters import clock
from app.domain.access import Role
from app.domain.followup import ExitType
from app.domain.localized import Localized
from app.domain.refusals import Reason, Refused
from app.models import City, FollowUpCase
from app.services import case_publication, followup
from app.services.case_publication import PublicTexts, gaps
from tests.world import SYSTEM, World, texts

WHOLE = PublicTexts(title=texts("Apu perille"), public_summary=texts("Tutka huomaa kaatumisen."))
ALL = ("fi", "sv", "en")


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, {}),
        ({"title": Localized("Apu", "Hjälp")}, {}),
        ({"title": Localized("Apu")}, {"title_sv": Reason.TRANSLATION_MISSING}),
        ({"title": Localized()}, {"title_fi": Reason.MISSING_FIELD}),
        ({"public_summary": Localized()}, {"public_summary_fi": Reason.MISSING_FIELD}),
        ({"public_summary": Localized(en="Radar")}, {
            "public_summary_fi": Reason.TRANSLATION_MISSING, "public_summary_sv": Reason.TRANSLATION_MISSING,
        }),
        ({"before": texts("51 minuuttia")}, {"after_fi": Reason.MISSING_FIELD}),
        ({"after": texts("14 minuuttia")}, {"before_fi": Reason.MISSING_FIELD}),
        ({"before": texts("51"), "after": texts("14")}, {}),
        ({"lesson": Localized("", "Kom överens")}, {"lesson_fi": Reason.TRANSLATION_MISSING}),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_of_publishing(changed: dict[str, Localized], found: dict[str, Reason]) -> None:
    assert gaps(replace(WHOLE, **changed), ALL) == found


def test_a_city_of_one_language_needs_no_other() -> None:
    assert gaps(PublicTexts(Localized("Apu"), Localized("Tutka")), ["fi"]) == {}


@pytest.fixture
def case(world: World) -> FollowUpCase:
    return world.case()


def act(world: World, case: FollowUpCase, texts: PublicTexts | None = None, *, publish: bool | None = None) -> None:
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        if texts is not None:
            case_publication.write(session, SYSTEM, mine, texts, mine.version, clock.now())
        if publish is not None:
            (case_publication.publish if publish else case_publication.unpublish)(session, SYSTEM, mine, clock.now())


def published_at(world: World, case: FollowUpCase) -> object:
    with world.change() as session:
        return session.get_one(FollowUpCase, case.id).published_at


def test_a_draft_may_have_gaps_a_published_case_never(world: World, case: FollowUpCase) -> None:
    act(world, case, replace(WHOLE, title=Localized("Apu")))
    with pytest.raises(Refused) as refusal:
        act(world, case, publish=True)
    assert (refusal.value.reason, refusal.value.field) == (Reason.TRANSLATION_MISSING, "title_sv")
    assert published_at(world, case) is None

    act(world, case, WHOLE, publish=True)
    assert published_at(world, case) is not None
    with pytest.raises(Refused):
        act(world, case, replace(WHOLE, public_summary=Localized("Vain suomeksi")))

    act(world, case, publish=False)
    assert published_at(world, case) is None
    act(world, case, replace(WHOLE, public_summary=Localized("Vain suomeksi")))


def test_no_other_way_makes_a_gap_in_a_published_case(world: World) -> None:
    city = world.city()
    owner = world.member(city, Role.AGENT)
    case = world.case(world.challenge(world.event(city, "follow_up")), owner=owner, published=True)
    with world.change() as session:
        mine = session.get_one(FollowUpCase, case.id)
        draft = followup.CaseDraft(Localized("Suomeksi"))
        ending = followup.Ending(ExitType.MARKET, lesson=Localized("", "På svenska"))
        with pytest.raises(Refused) as refusal:
            followup.edit(session, SYSTEM, mine, draft, mine.version, clock.now())
        assert (refusal.value.reason, refusal.value.field) == (Reason.TRANSLATION_MISSING, "title_sv")
        with pytest.raises(Refused) as refusal:
            followup.close(session, SYSTEM, mine, ending, mine.version, clock.now())
        assert (refusal.value.reason, refusal.value.field) == (Reason.TRANSLATION_MISSING, "lesson_fi")
    with world.change() as session:
        kept = session.get_one(FollowUpCase, case.id)
        assert (kept.title, kept.stage, kept.version) == (case.title, case.stage, case.version)


def test_publishing_lets_the_citys_cached_pages_go(world: World, case: FollowUpCase) -> None:
    with world.change() as session:
        before = session.get_one(City, case.city_id).public_version
    act(world, case, WHOLE, publish=True)
    with world.change() as session:
        assert session.get_one(City, case.city_id).public_version > before
