"""Sending: over SMTP when it is set, else as .eml files beside the database."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.config import Settings
from app.models import OutgoingMail

LONGEST = 60
"""Seconds that one mail may take, however slowly the server speaks: far less than a worker keeps it from others."""
FAREWELL = 2
"""Seconds to say goodbye. The mail has been taken: a server that hangs now must not make us send it again."""
LONGEST_NAME = 100
"""Characters of a person's name before their address."""
PERMANENT = 500
"""From this answer on the server says that it will never take the mail (RFC 5321, 4.2.1)."""

_ADDRESS = re.compile(r"[^\s<>'\"(]+@[^\s<>'\")]+")
_CALENDAR = re.compile(r"BEGIN:VCALENDAR.*?END:VCALENDAR\r?\n?", re.DOTALL)


class NotSent(Exception):
    """The server did not take it, and why, without addresses. `for_good`: it is not worth another attempt."""

    def __init__(self, why: Exception, *, for_good: bool) -> None:
        super().__init__(f"{type(why).__name__}: {re.sub(_ADDRESS, '…', str(why))}")
        self.for_good = for_good


def compose(settings: Settings, mail: OutgoingMail) -> EmailMessage:
    """A plain-text mail to exactly one person, with an attachment for each of its iCalendar messages (RFC 6047).

    Raises NotSent for good when it cannot be written as a mail.
    """
    try:
        return _composed(settings, mail)
    except ValueError as error:  # such as an address that no mail server could read
        raise NotSent(error, for_good=True) from error


def _composed(settings: Settings, mail: OutgoingMail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = formataddr((_plain(mail.to_name), _in_ascii(mail.to_email)))
    message["Subject"] = mail.subject.replace("=?", "= ?")  # what is written as an encoded word would be decoded
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.created_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    for number, calendar in enumerate(re.findall(_CALENDAR, mail.calendar), 1):
        method = re.search(r"^METHOD:(\w+)", calendar, re.MULTILINE)
        message.add_attachment(
            calendar,
            subtype="calendar",
            filename=f"kipina-{number}.ics",
            params={"method": method[1]} if method else None,
        )
    return message


def _plain(name: str) -> str:
    """A name without what has a meaning in an address: when it is encoded, quotes no longer hold a comma back."""
    return " ".join(re.sub(r'[\x00-\x1f\x7f-\x9f"\\,;:<>@()\[\]]|=\?|\?=', " ", name).split())[:LONGEST_NAME]


def _in_ascii(address: str) -> str:
    """With the domain as the network knows it: hämeenlinna.fi is xn--hmeenlinna-q5a.fi there."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def send(settings: Settings, message: EmailMessage, taken: Callable[[], None]) -> None:
    """Send one message; raises NotSent. `taken` is called as soon as the server has it, to be noted."""
    try:
        if settings.smtp_url:
            asyncio.run(_over_smtp(settings, message, taken))
        else:
            _into_a_file(settings, message)
            taken()
    except (OSError, aiosmtplib.SMTPException) as error:
        raise NotSent(error, for_good=_for_good(error)) from error


def _into_a_file(settings: Settings, message: EmailMessage) -> None:
    """As text for people to read, and for none but us: it may hold a link that signs in, and encoded that breaks."""
    folder = settings.files.parent / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (body := message.get_body(("plain",))) is not None:
        body.set_content(body.get_content(), cte="8bit")
    name = "".join(c for c in str(message["Message-ID"]) if c.isalnum())
    (folder / f"{name}.eml").write_bytes(bytes(message))


async def _over_smtp(settings: Settings, message: EmailMessage, taken: Callable[[], None]) -> None:
    url = urlsplit(settings.smtp_url)
    server = aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 25),
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        # A password is told to nobody but over TLS; without one a relay next door may do without.
        start_tls=True if url.scheme == "smtp" and url.password else None,
        timeout=20,
    )
    try:
        async with asyncio.timeout(LONGEST):
            await server.connect()
            await server.send_message(message)
        taken()
        with suppress(OSError, aiosmtplib.SMTPException):
            async with asyncio.timeout(FAREWELL):
                await server.quit()
    finally:
        server.close()


def _for_good(error: Exception) -> bool:
    """Was it this very mail that is refused for ever. What is wrong with us or the line passes, for all mails alike."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= PERMANENT for each in error.recipients)
    refused = aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError
    return isinstance(error, refused) and error.code >= PERMANENT
