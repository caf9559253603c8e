"""Speaking with a city's provider while nobody else waits: in few threads of its own, and not for long."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
import structlog
from anyio.lowlevel import RunVar

from app.adapters.identity_provider import NotBelieved, NotReached
from app.domain.refusals import Reason, Refused

T = TypeVar("T")

AT_ONCE = 8
"""Threads that wait for providers; those of the pages are others."""
WITHIN = 12
"""Seconds until a person is told that nobody answers."""

_lines: RunVar[anyio.CapacityLimiter] = RunVar("kipina_lines")
log = structlog.get_logger()


async def speak(city: str, ask: Callable[[], T]) -> T:
    """What the provider answers; refused when it is silent or not to be believed, and the log says why."""
    lines = _lines.get(None)
    if lines is None:
        _lines.set(lines := anyio.CapacityLimiter(AT_ONCE))
    try:
        with anyio.fail_after(WITHIN):
            return await anyio.to_thread.run_sync(ask, limiter=lines, abandon_on_cancel=True)
    except (NotReached, TimeoutError) as error:
        log.warning("provider silent", city=city, exc_info=error)
        raise Refused(Reason.PROVIDER_SILENT) from None
    except NotBelieved as error:
        # The name of a claim or of an error of the standard; never a value of theirs.
        about = getattr(error.__cause__, "claim", None) or getattr(error.__cause__, "error", None) or error.args
        log.warning("provider not believed", city=city, about=str(about)[:80], exc_info=error)
        raise Refused(Reason.PROVIDER_NOT_BELIEVED) from None
