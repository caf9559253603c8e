"""What an event lacks before publishing is listed in full, and nothing is asked that is there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.localized import Localized
from app.domain.phase import Milestones
from app.domain.readiness import ChallengeFacts, CriterionFacts, Gap, Lack, Part, gaps

DAY = timedelta(days=1)
START = datetime(2027, 1, 4, 6, tzinfo=UTC)
DATES = Milestones(
    call_opens_at=START,
    call_closes_at=START + 20 * DAY,
    day_starts_at=START + 60 * DAY,
    day_ends_at=START + 60 * DAY + timedelta(hours=8),
)
BOTH = Localized("suomeksi", "på svenska")
TEXTS = {"name": BOTH, "summary": BOTH, "description": Localized()}
CHALLENGE = ChallengeFacts(7, 1, {"title": BOTH, "need": BOTH})
OTHER = ChallengeFacts(8, 2, {"title": BOTH, "need": BOTH})
COMMON = CriterionFacts(3, None, 100, informational=False, texts={"name": BOTH})
LANGUAGES = ("fi", "sv", "en")


def lacks(found: list[Gap]) -> list[tuple[Part, Lack, int | None]]:
    return [(gap.part, gap.lack, gap.row_id) for gap in found]


def test_an_event_with_everything_is_ready_without_english() -> None:
    assert gaps(TEXTS, DATES, [CHALLENGE], [COMMON], LANGUAGES) == []


def test_an_empty_event_is_told_everything_at_once() -> None:
    found = gaps({}, Milestones(), [], [], LANGUAGES)
    assert [gap.lack for gap in found] == [
        Lack.NAME,
        Lack.SUMMARY,
        Lack.CALL_OPENS,
        Lack.CALL_CLOSES,
        Lack.PITCH_DAY,
        Lack.NO_CHALLENGE,
        Lack.NO_CRITERIA,
    ]


def test_dates_out_of_order_are_told() -> None:
    wrong = replace(DATES, call_closes_at=START - DAY)
    assert lacks(gaps(TEXTS, wrong, [CHALLENGE], [COMMON], LANGUAGES)) == [(Part.EVENT, Lack.DATE_ORDER, None)]


def test_a_challenge_needs_a_title_and_a_need() -> None:
    bare = ChallengeFacts(9, 1, {"title": Localized(), "need": Localized(), "present": BOTH})
    found = lacks(gaps(TEXTS, DATES, [bare], [COMMON], LANGUAGES))
    assert found == [(Part.CHALLENGE, Lack.TITLE, 9), (Part.CHALLENGE, Lack.NEED, 9)]


@pytest.mark.parametrize(("languages", "lacking"), [(("fi", "sv"), ("sv",)), (("fi", "en"), ()), (("fi",), ())])
def test_finnish_and_swedish_stand_side_by_side_where_the_city_speaks_both(
    languages: tuple[str, ...], lacking: tuple[str, ...]
) -> None:
    texts = {**TEXTS, "practical": Localized("vain suomeksi")}
    challenge = ChallengeFacts(7, 1, {"title": BOTH, "need": BOTH, "present": Localized("vain suomeksi")})
    found = gaps(texts, DATES, [challenge], [COMMON], languages)
    if lacking:
        assert [(gap.row_id, gap.field, gap.languages) for gap in found] == [
            (None, "practical", lacking),
            (7, "present", lacking),
        ]
        assert {gap.lack for gap in found} == {Lack.TRANSLATION}
    else:
        assert found == []


def test_every_challenge_needs_something_to_be_scored_by() -> None:
    own = replace(COMMON, challenge_id=7)
    told = [replace(COMMON, informational=True, weight=0)]
    assert gaps(TEXTS, DATES, [CHALLENGE], [own], LANGUAGES) == []
    assert [gap.lack for gap in gaps(TEXTS, DATES, [CHALLENGE, OTHER], [own], LANGUAGES)] == [Lack.NO_CRITERIA]
    assert [gap.lack for gap in gaps(TEXTS, DATES, [CHALLENGE], told, LANGUAGES)] == [Lack.NO_CRITERIA]


def test_a_criterion_that_counts_has_a_name_and_a_weight() -> None:
    odd = CriterionFacts(4, None, 0, informational=False, texts={"name": Localized()})
    found = lacks(gaps(TEXTS, DATES, [CHALLENGE], [COMMON, odd], LANGUAGES))
    assert found == [(Part.CRITERIA, Lack.CRITERION_NAME, 4), (Part.CRITERIA, Lack.WEIGHT, 4)]
