"""Settings: the only reader of the environment (`KIPINA_*`)."""

import re
import secrets
from contextlib import suppress
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_KEY = 16
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


class Settings(BaseSettings):
    """How one installation runs. Every field is an environment variable with the prefix KIPINA_."""

    model_config = SettingsConfigDict(env_prefix="KIPINA_", extra="ignore", validate_by_name=True)

    database_url: str = "sqlite:///var/kipina.db"
    files: Path = Path("var/files")
    """The folder of the files, unless `s3_url` is set. The signing key and mails that are not sent lie beside it."""
    s3_url: str = ""
    """s3://bucket/prefix: the files are kept there, on Amazon's or any compatible server. Empty: in the folder."""
    s3_endpoint: str = ""
    """The address of that server, https://…; empty: Amazon's."""
    s3_region: str = "eu-north-1"
    s3_key_id: str = ""
    s3_secret: str = ""
    clamd: str = ""
    """Socket of a ClamAV daemon, a path or host:port. Set: nothing is taken in that it has not looked at."""
    base_url: str = "http://127.0.0.1:8000"
    secret_key: str = ""
    demo: bool = False
    smtp_url: str = ""
    """smtp://user:password@host:port, or smtps:// for implicit TLS. Empty: mails become files."""
    mail_from: str = "Kipinä <kipina@localhost.invalid>"
    trusted_proxies: str = ""
    """Addresses or networks of the proxies in front, with commas between: what they say of a client is believed."""
    otlp_endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """An OpenTelemetry collector, http://host:4318. Empty: nothing is traced."""
    metrics_token: str = ""
    """Who sends it may read /metrics. Empty: nobody."""
    backup_key: str = ""
    """A long password: `kipina backup` encrypts with it, `kipina restore` asks for it. Empty: nothing is encrypted."""
    threads: int = 4
    """Requests worked on at the same time in one process; few are faster, as they share one interpreter."""
    max_upload_bytes: int = 25 * 1024 * 1024
    max_body_bytes: int = 30 * 1024 * 1024

    @model_validator(mode="after")
    def _demo_only_at_home(self) -> Self:
        """Demo mode lets anybody in as anybody, so it is refused wherever others could reach it."""
        if self.demo and not self.local:
            message = "KIPINA_DEMO is only for a base URL on this machine (127.0.0.1 or localhost)"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _proxies_are_addresses(self) -> Self:
        """A misspelt proxy is told at the start."""
        _ = self.proxies
        return self

    @model_validator(mode="after")
    def _servers_of_files_are_addresses(self) -> Self:
        """The same for the bucket and the scanner: nobody is to learn of a slip from the first upload."""
        if self.s3_url and not re.fullmatch(r"s3://[^/]+(/.*)?", self.s3_url):
            message = "KIPINA_S3_URL is s3://bucket/prefix"
            raise ValueError(message)
        if self.clamd and not re.fullmatch(r"/.+|[^/]+:\d+", self.clamd):
            message = "KIPINA_CLAMD is the path of a socket, or host:port"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _backup_key_is_long(self) -> Self:
        """A key that can be guessed protects nothing."""
        if self.backup_key and len(self.backup_key) < SHORTEST_KEY:
            message = f"KIPINA_BACKUP_KEY is too short: {SHORTEST_KEY} characters at least"
            raise ValueError(message)
        return self

    @cached_property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The trusted proxies."""
        parts = (part.strip() for part in self.trusted_proxies.split(","))
        return tuple(ip_network(part, strict=False) for part in parts if part)

    @property
    def host(self) -> str:
        """The host part of the base URL, without the port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Is the installation reached over TLS."""
        return self.base_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """The whole name of a cookie: `__Host-` binds it to this host, but only over TLS.

        Without it a neighbouring host could choose what is in it.
        """
        return f"__Host-{name}" if self.secure else name

    @property
    def local(self) -> bool:
        """Is the installation reached on its own machine alone, as in the demo and in tests."""
        return self.host in LOOPBACK

    @property
    def origin(self) -> str:
        """Scheme, host and port, as browsers tell it."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def passkeys(self) -> bool:
        """Can there be passkeys: browsers bind them to a name, never to a bare address."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def session_cookie(self) -> str:
        """Who is signed in."""
        return self.cookie("kipina")

    @property
    def guest_cookie(self) -> str:
        """What the forms of a guest are bound to."""
        return self.cookie("kipina_guest")

    @cached_property
    def key(self) -> bytes:
        """The signing key: from the environment, else made once and kept beside the files."""
        if self.secret_key:
            return self.secret_key.encode()
        path = self.files.parent / "secret"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Server and worker start together: whoever links first has made it, and nobody reads half of it.
            made = path.with_name(f"secret.{secrets.token_hex(4)}")
            made.touch(mode=0o600)
            made.write_text(secrets.token_urlsafe(48))
            with suppress(FileExistsError):
                path.hardlink_to(made)
            made.unlink()
        return path.read_text().encode()
