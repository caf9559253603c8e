"""Keeps the catalogues of Finnish and Swedish in step with the messages in the code: `script/messages`."""

import io
import re
import sys
from copy import deepcopy
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from app.adapters.language import LOCALE_DIR

ROOT = LOCALE_DIR.parent.parent
TRANSLATED = ("fi", "sv")


def gather() -> Catalog:
    """Every message that stands in the code and the templates."""
    with (LOCALE_DIR / "babel.cfg").open() as source:
        methods, options = parse_mapping_cfg(source)  # type: ignore[no-untyped-call]
    catalogue = Catalog()
    found = extract_from_dir(
        ROOT / "app",
        [(pattern.removeprefix("app/"), method) for pattern, method in methods],
        {pattern.removeprefix("app/"): values for pattern, values in options.items()},
        keywords={**DEFAULT_KEYWORDS, "N_": None, "NN_": (1, 2)},
    )
    for _, _, message, _, context in found:
        catalogue.add(message, context=context)
    return catalogue


def path_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE_DIR / language / "LC_MESSAGES" / "kipina.po"


def brought_up_to_date(language: str, messages: Catalog) -> Catalog:
    """The language's catalogue with exactly the gathered messages: new ones empty, old ones gone."""
    text = path_of(language).read_text(encoding="utf-8") if path_of(language).exists() else ""
    catalogue = read_po(io.BytesIO(without_empty(text).encode()), locale=language, charset="utf-8")
    # A copy: update takes the messages themselves in, and what one language fills would stand in the next.
    catalogue.update(deepcopy(messages), no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=False)
    catalogue.obsolete.clear()
    return catalogue


def without_empty(text: str) -> str:
    """A catalogue's text without what is not translated.

    When two branches are joined a message can stand twice; the reader keeps the first, which must not be an empty one.
    """
    entries = re.sub(r'^msgstr ""\n(?=msgstr )', "", text, flags=re.MULTILINE).split("\n\n")
    return "\n\n".join(
        entry for entry in entries if not re.search(r'^msgstr(\[\d\])? ""$', entry.strip().split("\n")[-1])
    )


def written(catalogue: Catalog) -> bytes:
    """The file, in the order of the messages, without places and dates: so that two changes seldom collide."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return (
        b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        + plural_header(catalogue)
        + out.getvalue()
    )


def plural_header(catalogue: Catalog) -> bytes:
    """The rule of plurals."""
    return f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'.encode()


def missing(catalogue: Catalog) -> list[str]:
    """Messages without a translation."""
    return [
        str(message.id) for message in catalogue
        if message.id and not (all(message.string) if isinstance(message.string, tuple | list) else message.string)
    ]  # fmt: skip


def main() -> int:
    """Update, or check with --check; the exit status is the number of languages that lack something."""
    check = "--check" in sys.argv
    messages = gather()
    faults = 0
    for language in TRANSLATED:
        catalogue = brought_up_to_date(language, messages)
        new = written(catalogue)
        stale = not path_of(language).exists() or path_of(language).read_bytes() != new
        lacking = missing(catalogue)
        if stale and not check:
            path_of(language).parent.mkdir(parents=True, exist_ok=True)
            path_of(language).write_bytes(new)
        faults += bool(lacking) or (stale and check)
        sys.stdout.write(f"{language}: {len(messages)} messages, {len(lacking)} missing{', stale' if stale else ''}\n")
        for message in lacking:
            sys.stdout.write(f"  {message}\n")
    return faults if check else 0


if __name__ == "__main__":
    sys.exit(main())
