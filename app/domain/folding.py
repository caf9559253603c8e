"""Text as it is searched: without case and without marks over letters."""

import re
import unicodedata


def folded(text: str) -> str:
    """Lower case, "ä" as "a", every run of other signs than letters and digits as one space."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return re.sub(r"[^0-9a-z]+", " ", plain).strip()
