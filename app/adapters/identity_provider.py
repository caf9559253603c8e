"""A city's identity provider, asked over OpenID Connect: discovery, an authorization code with PKCE, and the ID token.

Of the answer only issuer, subject and the moment of signing in are read: a mail address in it means nothing here.
"""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from app.config import LOOPBACK

CONNECT_WITHIN, HEAR_WITHIN, ANSWER_WITHIN = 3, 5, 8
"""Seconds: for a connection, for each piece of an answer, and for a whole one."""
LARGEST_ANSWER = 256 * 1024
LEEWAY = 60
"""Seconds by which the provider's clock may differ."""
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key that only the provider has."""
UNREADABLE = (
    AuthlibBaseError, JoseError, KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError,
)  # fmt: skip
"""What the libraries say of an answer that is none; the last one of a thousand brackets."""


class NotReached(Exception):
    """The provider did not answer, or not in time."""


class NotBelieved(Exception):
    """What came is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Client:
    """What a provider knows Kipinä by. `local`: providers on this machine may be asked without TLS."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str
    local: bool


@dataclass(frozen=True, slots=True)
class Question:
    """The three values that tie an answer to the browser that asked. `anew`: sign in now, not an hour ago."""

    state: str
    nonce: str
    verifier: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is there, and when they signed in there, if it was told."""

    issuer: str
    subject: str
    signed_in_at: datetime | None


def may_be_asked(address: str, *, local: bool) -> bool:
    """Only over TLS; over plain HTTP only on this machine, and only in an installation that is itself reached there."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username is not None or not host or not address.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and local and host in LOOPBACK)


def issuer_at(client: Client) -> str:
    """The issuer as the provider itself writes it; a slash at the end may differ from what was typed."""
    described = _described(_session(client), client)
    issuer = str(described.get("issuer", ""))
    if issuer.rstrip("/") != client.issuer.rstrip("/"):
        raise NotBelieved("issuer")
    return issuer


def address(client: Client, question: Question) -> str:
    """Where the browser goes to sign in."""
    session = _session(client)
    described = _discovered(session, client)
    more: dict[str, Any] = {"prompt": "login", "max_age": 0} if question.anew else {}
    to, _ = session.create_authorization_url(
        described["authorization_endpoint"],
        state=question.state,
        nonce=question.nonce,
        code_verifier=question.verifier,
        **more,
    )
    return str(to)


def identity(client: Client, question: Question, code: str, answered_by: str, now: datetime) -> Identity:
    """Who signed in, by the code that the browser brought back. `answered_by`: the issuer named beside it, or empty."""
    session = _session(client)
    described = _discovered(session, client)
    names_itself = bool(described.get("authorization_response_iss_parameter_supported"))
    if (names_itself or answered_by) and answered_by != client.issuer:  # RFC 9207
        raise NotBelieved("iss")
    try:
        token = session.fetch_token(described["token_endpoint"], code=code, code_verifier=question.verifier)
        keys = KeySet.import_key_set(_read(session, described["jwks_uri"]))  # type: ignore[arg-type]
        decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={"iss": {"essential": True, "value": client.issuer}, "aud": {"value": client.client_id}},
            params={"nonce": question.nonce, "client_id": client.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:  # noqa: PLR2004  as OpenID Connect has it
            raise NotBelieved("sub")
        told = claims.get("auth_time")
        signed_in_at = None if told is None else datetime.fromtimestamp(int(told), UTC)
    except requests.RequestException as error:
        raise NotReached from error
    except UNREADABLE as error:
        raise NotBelieved from error
    if signed_in_at is not None and signed_in_at.timestamp() > now.timestamp() + LEEWAY:
        raise NotBelieved("auth_time")
    return Identity(client.issuer, subject, signed_in_at)


def _session(client: Client) -> Any:
    session = OAuth2Session(
        client.client_id,
        client.secret,
        redirect_uri=client.redirect_uri,
        scope="openid",
        code_challenge_method="S256",
    )
    session.max_redirects = 0
    session.trust_env = not client.local  # proxies lead away from this machine
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Careful(local=client.local))
    return session


def _discovered(session: Any, client: Client) -> Mapping[str, Any]:
    described = _described(session, client)
    if described.get("issuer") != client.issuer:
        raise NotBelieved("issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not may_be_asked(str(described.get(name, "")), local=client.local):
            raise NotBelieved(name)
    methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" not in methods:
        session.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  the name of a method
    return described


def _described(session: Any, client: Client) -> Mapping[str, Any]:
    return _read(session, f"{client.issuer.rstrip('/')}/.well-known/openid-configuration")


def _read(session: Any, at: str) -> Mapping[str, Any]:
    try:
        answer = session.get(at, withhold_token=True, headers={"Accept": "application/json"})
        answer.raise_for_status()
    except requests.RequestException as error:
        raise NotReached from error
    try:
        told = answer.json()
    except UNREADABLE as error:
        raise NotBelieved from error
    if not isinstance(told, dict):
        raise NotBelieved("not an object")
    return told


class _Careful(HTTPAdapter):
    """Asks only where it may, waits only so long, and reads only so much."""

    def __init__(self, *, local: bool) -> None:
        self.local = local
        super().__init__()

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        if not may_be_asked(str(request.url), local=self.local):
            raise requests.exceptions.InvalidURL
        until = time.monotonic() + ANSWER_WITHIN
        response = super().send(request, **{**options, "stream": True, "timeout": (CONNECT_WITHIN, HEAR_WITHIN)})
        body = bytearray()
        try:
            while part := response.raw.read1(LARGEST_ANSWER, decode_content=True):
                body += part
                if len(body) > LARGEST_ANSWER or time.monotonic() > until:
                    raise requests.exceptions.ContentDecodingError
        except (OSError, HTTPError) as error:
            raise requests.exceptions.ConnectionError from error
        finally:
            response.raw.close()
        response.raw = io.BytesIO(body)
        return response
