"""Passkeys: what a browser is asked, and whether its answer holds (Web Authentication)."""

import json
from dataclasses import dataclass

import webauthn
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

MILLISECONDS = 5 * 60 * 1000
"""How long a browser may wait for the person."""


class NotBelieved(Exception):
    """The answer is not one to the question, or not from the key it names."""


@dataclass(frozen=True, slots=True)
class Site:
    """Whom passkeys are for: `name` is the host they are bound to, `origin` the only address that may ask for them."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser brought: the challenge it answers, the passkey it names, and its own words."""

    challenge: str
    credential_id: str
    words: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """The public half of a new passkey."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: list[str]


def to_add(
    site: Site, challenge: str, handle: bytes, person: str, display_name: str, known: list[str]
) -> dict[str, object]:
    """What the browser is told to make a passkey: one that knows its person, and asks for a finger, a face or a PIN.

    `handle`: how the passkey remembers whose it is. `known`: passkeys that this person has already.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name="Kipinä",
        user_id=handle,
        user_name=person,
        user_display_name=display_name or person,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in known],
    )
    told: dict[str, object] = json.loads(webauthn.options_to_json(options))
    return told


def to_use(site: Site, challenge: str, allowed: list[str]) -> dict[str, object]:
    """What the browser is told to use a passkey; any of this site's when none is named."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=webauthn.base64url_to_bytes(challenge),
        timeout=MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    told: dict[str, object] = json.loads(webauthn.options_to_json(options))
    return told


UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What the library and the standard library say of an answer that is none; the last one of a thousand brackets."""


def read(words: str, *, added: bool = False) -> Answer:
    """What an answer says of itself; nothing of it is believed yet."""
    try:
        given = parse_registration_credential_json(words) if added else parse_authentication_credential_json(words)
        said = parse_client_data_json(given.response.client_data_json)
    except UNREADABLE as error:
        raise NotBelieved from error
    return Answer(bytes_to_base64url(said.challenge), bytes_to_base64url(given.raw_id), words)


def added(site: Site, answer: Answer) -> NewKey:
    """The new passkey, when the answer holds."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer.words,
            expected_challenge=webauthn.base64url_to_bytes(answer.challenge),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        transports = parse_registration_credential_json(answer.words).response.transports or []
    except UNREADABLE as error:
        raise NotBelieved from error
    return NewKey(
        bytes_to_base64url(verified.credential_id),
        bytes_to_base64url(verified.credential_public_key),
        verified.sign_count,
        [transport.value for transport in transports],
    )


def used(site: Site, answer: Answer, public_key: str) -> int:
    """How often the passkey says it was used, when the answer holds and its person was verified.

    Whether that is more than before is for the caller to see: only then is it known to be the key itself that counts.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.words,
            expected_challenge=webauthn.base64url_to_bytes(answer.challenge),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=webauthn.base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise NotBelieved from error
    return verified.new_sign_count
