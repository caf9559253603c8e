"""Too often: the page stays, with everything typed in it, and says when to try again."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from app.adapters.language import show_time, translations
from app.domain.limits import Act, By, client_of
from app.services import limits
from app.web.monitoring import tell_refusal
from app.web.visit import Writing
from app.web.words import N_

SENTENCES: dict[Act, str] = {
    Act.ASK_LINK: N_(
        "Many links have been asked for in a short while. Look in your mail first, your junk mail too. "
        "You can ask for a new one at %(time)s."
    ),
    Act.SPEND_LINK: N_("This has been tried many times in a short while. Please try again at %(time)s."),
    Act.PROVE: N_("This has been tried many times in a short while. Please try again at %(time)s."),
    Act.SEND_FILE: N_(
        "You have sent many files in a short while. Add the next ones at %(time)s. Everything else is still here."
    ),
    Act.GIVE_FEEDBACK: N_(
        "Many messages have been sent from here in a short while. Yours is still in the form: send it at %(time)s."
    ),
}


@dataclass(frozen=True, slots=True)
class TooOften:
    """What is said, and the seconds until it may be tried again."""

    sentence: str
    wait: int

    def on(self, answer: Response) -> Response:
        """The answer with the header that says so to programs; its status is for `show` to set: 429."""
        answer.headers["Retry-After"] = str(self.wait)
        return answer


def too_often(visit: Writing, act: Act, *, email: str | None = None) -> TooOften | None:
    """Count for the client's address, and for the mail address if there is one."""
    who = {By.CLIENT: _client(visit)}
    if email is not None:
        who[By.MAIL] = email
    return _said(visit, act, limits.count(visit.session, visit.settings.key, act, who, visit.now))


def too_many_files(visit: Writing, many: int) -> TooOften | None:
    """Count files for the person who sends them."""
    if not many:
        return None
    who = {By.PERSON: str(visit.actor.person)}
    return _said(
        visit, Act.SEND_FILE, limits.count(visit.session, visit.settings.key, Act.SEND_FILE, who, visit.now, many)
    )


def _said(visit: Writing, act: Act, again_at: datetime | None) -> TooOften | None:
    if again_at is None:
        return None
    tell_refusal(visit.request.scope, f"too_often: {act}")
    time = show_time(again_at, visit.language, visit.zone)
    sentence = translations(visit.language).gettext(SENTENCES[act]) % {"time": time}
    return TooOften(sentence, max(1, int((again_at - visit.now).total_seconds()) + 1))


def _client(visit: Writing) -> str:
    request = visit.request
    peer = request.client.host if request.client else ""
    written = [hop for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    return client_of(peer, written, visit.settings.proxies)
