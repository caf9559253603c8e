"""Sending: over SMTP when it is set, else as .eml files beside the database."""

import asyncio
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.config import Settings
from app.models import OutgoingMail


def compose(settings: Settings, mail: OutgoingMail) -> EmailMessage:
    """A plain-text mail to exactly one person, with an iCalendar attachment when it has one."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = formataddr((mail.to_name, mail.to_email))
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.created_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    if mail.calendar:
        message.add_attachment(mail.calendar.encode(), maintype="text", subtype="calendar", filename="kipina.ics")
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
