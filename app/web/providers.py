"""What a city's provider knows this installation by."""

from app.adapters.identity_provider import Client
from app.adapters.sealing import unseal
from app.config import Settings
from app.models import IdentityProvider
from app.web.pages import city_of
from app.web.visit import Reading, Writing


def client_of(visit: Reading | Writing, provider: IdentityProvider) -> Client | None:
    """The client of the visit's city; None when the secret was sealed with another key."""
    secret = unseal(visit.settings.key, provider.sealed_secret)
    if secret is None:
        return None
    return Client(
        issuer=provider.issuer,
        client_id=provider.client_id,
        secret=secret,
        redirect_uri=redirect_uri(visit.settings, city_of(visit).slug),
        local=visit.settings.local,
    )


def redirect_uri(settings: Settings, slug: str) -> str:
    """Where a city's provider sends people back to: an address of each city's own, in no language yet."""
    return f"{settings.base_url.rstrip('/')}/sign-in/cities/{slug}/return"
