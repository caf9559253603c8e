"""What a browser calls itself, in the names that people know it by. Anything else about it is not kept."""

# The first that fits: browsers name those that they descend from, too.
_BROWSERS = (
    (("Edg/", "EdgA/", "EdgiOS/"), "Edge"),
    (("OPR/", "OPiOS/"), "Opera"),
    (("SamsungBrowser/",), "Samsung Internet"),
    (("Vivaldi/",), "Vivaldi"),
    (("Firefox/", "FxiOS/"), "Firefox"),
    (("Chrome/", "CriOS/", "Chromium/"), "Chrome"),
    (("Safari/",), "Safari"),
)
_SYSTEMS = (
    (("iPhone",), "iPhone"),
    (("iPad",), "iPad"),
    (("Android",), "Android"),
    (("CrOS",), "Chromebook"),
    (("Windows",), "Windows"),
    (("Macintosh", "Mac OS X"), "Mac"),
    (("Linux", "X11"), "Linux"),
)


def names_of(user_agent: str) -> tuple[str, str]:
    """The browser and the system; empty when it does not say, or says what nobody knows."""
    return _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)


def _first(known: tuple[tuple[tuple[str, ...], str], ...], user_agent: str) -> str:
    return next((name for marks, name in known if any(mark in user_agent for mark in marks)), "")
