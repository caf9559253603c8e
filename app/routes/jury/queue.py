"""A juror's queue: what to read next, and how far one has come."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from starlette.responses import Response

from app.domain.access import Permission
from app.queries import scoring
from app.queries.scoring import JuryEvent, QueueItem
from app.web.guard import Router, reads
from app.web.pages import show
from app.web.visit import Reading

router = Router(prefix="/jury")

ROWS = 50
"""Applications on one page of the list."""


@dataclass(frozen=True)
class EventQueue:
    """One event: everything that is the juror's to read, the part of it that this page lists, and what comes next."""

    event: JuryEvent
    total: int
    sent: int
    rows: list[QueueItem]
    page: int
    pages: int
    next: QueueItem | None


@dataclass(frozen=True)
class QueuePage:
    """Every event whose jury one belongs to."""

    template: ClassVar[str] = "jury/queue/index.html"
    queues: list[EventQueue]

    @property
    def next(self) -> QueueItem | None:
        """What to read next, across all events."""
        return next((queue.next for queue in self.queues if queue.next), None)

    @property
    def begun(self) -> bool:
        """Has anything been scored or begun."""
        return any(item.begun for queue in self.queues for item in queue.rows)


@router.get("", name="jury.queue.index")
def index(
    visit: Annotated[Reading, reads(Permission.APPLICATION_JUDGE)], event: int | None = None, page: int = 1
) -> Response:
    """The queue. `page` turns the list of `event`; other events' lists stand at their first page."""
    events = scoring.events_of(visit.session, visit.scope, visit.now)
    items = scoring.queue(visit.session, visit.scope, [each.id for each in events if each.at_work])
    queues = []
    for each in events:
        own = [item for item in items if item.event_id == each.id]
        # What is begun or waits comes before what is done; within that the order of the queue.
        listed = sorted(own, key=lambda item: item.sent)
        pages = max(1, -(-len(listed) // ROWS))
        at = min(max(page if event == each.id else 1, 1), pages)
        queues.append(
            EventQueue(
                event=each,
                total=len(own),
                sent=sum(item.sent for item in own),
                rows=listed[(at - 1) * ROWS : at * ROWS],
                page=at,
                pages=pages,
                next=scoring.next_item(own),
            )
        )
    return show(visit, QueuePage(queues))
