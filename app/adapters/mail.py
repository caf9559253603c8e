"""Sending: over SMTP when it is set, else as .eml files beside the database."""

import asyncio
import re
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.config import Settings
from app.models import OutgoingMail

_CALENDAR = re.compile(r"BEGIN:VCALENDAR.*?END:VCALENDAR\r?\n?", re.DOTALL)


def compose(settings: Settings, mail: OutgoingMail) -> EmailMessage:
    """A plain-text mail to exactly one person, with an attachment for each of its iCalendar messages (RFC 6047)."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = formataddr((mail.to_name, mail.to_email))
    message["Subject"] = mail.subject
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


def send(settings: Settings, message: EmailMessage) -> None:
    """Send one message; raises OSError or aiosmtplib.SMTPException when the server does not take it."""
    if not settings.smtp_url:
        folder = settings.files.parent / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c for c in str(message["Message-ID"]) if c.isalnum())
        (folder / f"{name}.eml").write_bytes(bytes(message))
        return
    url = urlsplit(settings.smtp_url)
    asyncio.run(
        aiosmtplib.send(
            message,
            hostname=url.hostname,
            port=url.port or (465 if url.scheme == "smtps" else 25),
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            timeout=20,
        )
    )
