"""The head of a mail stays what we write there, and a mail goes to nobody but the server that was meant."""

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.adapters import clock, mail
from app.config import Settings
from app.models import OutgoingMail


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("field", ["to_email", "subject"])
def test_no_line_can_be_added_to_the_head(field: str, end_of_line: str) -> None:
    written: dict[str, Any] = {"to_name": "Maija", "to_email": "maija@example.org", "subject": "Kutsu"}
    written[field] += f"{end_of_line}Bcc: eve@example.org"
    queued = OutgoingMail(kind="x", body="x", locale="fi", message_id="<1@x>", created_at=clock.now(), **written)
    with pytest.raises(mail.NotSent) as refused:
        mail.compose(Settings(), queued)
    assert refused.value.for_good


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A server at this port with a certificate that it made itself, and what it was told."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = clock.now()
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).add_extension(
        x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
    )
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "own.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    told: list[bytes] = []

    def listen() -> None:
        try:
            with context.wrap_socket(server.accept()[0], server_side=True) as line:
                line.sendall(b"220 trust me\r\n")
                told.append(line.recv(1000))
        except OSError:
            pass  # whoever came has gone again

    with create_server(("127.0.0.1", 0)) as server:
        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        yield server.getsockname()[1], told
        listener.join(5)


def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(impostor: tuple[int, list[bytes]]) -> None:
    port, told = impostor
    settings = Settings(smtp_url=f"smtps://kipina:secret@localhost:{port}")
    queued = OutgoingMail(
        to_email="maija@example.org", subject="x", kind="x", body="x", locale="fi", message_id="<1@x>",
        created_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(mail.NotSent, match="certificate verify failed") as refused:
        mail.send(settings, mail.compose(settings, queued), lambda: None)
    assert not refused.value.for_good
    assert not told


def test_a_mail_that_is_kept_as_a_file_can_be_read_and_its_link_followed(tmp_path: Path) -> None:
    link = f"https://kipina.suurkaupunki.example/fi/sign-in/{'a1-B2_c3' * 5}"
    body = f"Hei Väinö,\n\nKirjaudu tästä:\n\n{link}\n\n{'Se toimii kerran, kymmenen minuuttia. ' * 2}\n"
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    for number, entry in enumerate(("", calendar)):
        settings = Settings(files=tmp_path / str(number) / "files")
        row = OutgoingMail(
            kind="sign_in", to_email="v@example.org", to_name="Väinö", subject="Linkki", body=body, calendar=entry,
            locale="fi", message_id="<1@kipina>", created_at=clock.now(),
        )  # fmt: skip
        mail.send(settings, mail.compose(settings, row), taken=lambda: None)
        [letter] = tmp_path.glob(f"{number}/mail/*.eml")
        assert body in letter.read_text(), "as it stands, not quoted-printable, where a long link is cut in two"
        assert letter.parent.stat().st_mode & 0o077 == 0, "nobody else comes in by the link"
