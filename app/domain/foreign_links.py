"""What people wrote stands in mails of ours, and mail programs make a link of whatever looks like an address.

Somebody could call their company "Read this first: https://elsewhere.example" and let us mail it with a city's name.
"""

import re

JOINER = "\u2060"
"""WORD JOINER: nobody sees it, nothing breaks at it, and no address goes on across it."""

# Whoever turns the direction of writing makes an address, or the name of a file, look like another.
_TURNS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_MAIL_ADDRESS = r"(?<!\S)\(?[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}[.,;)]?(?!\S)"
_BEGINNINGS = re.compile(r"(?<=[^\W\d_]):(?=\S)|(?<=\w)(?=[.\u3002\uff0e\uff61][^\W\d_])|(?<=\\)(?=\\)|(?<=/)(?=/)")


def without_foreign_links(text: str, ours: str) -> str:
    """The same words, with nothing in them that a mail program would open but addresses below `ours`.

    A mail address stays one: somebody has to answer there.
    """
    kept = re.compile(rf"({_MAIL_ADDRESS}|(?<!\S){re.escape(ours)}(?:/[!-~]*)?(?!\S))")
    parts = kept.split(text.translate(_TURNS))
    return "".join(part if at % 2 else _BEGINNINGS.sub(_broken, part) for at, part in enumerate(parts))


def _broken(found: re.Match[str]) -> str:
    return found[0] + JOINER
