"""Names as parts of addresses."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 60


def slug_of(name: str, empty: str) -> str:
    """A name as part of an address: "Kipinä 2017" → "kipina-2017"; `empty` when no letter of it can stand there."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:LONGEST].strip("-") or empty


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """The wanted one, or with the first number behind it that is free."""
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
