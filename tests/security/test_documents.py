"""What people write leaves the house in documents and tables: it fetches nothing (T12) and computes nothing (T14)."""

import csv
import io
from itertools import cycle
from pathlib import Path

import pikepdf
import pytest
from sqlmodel import Session

from app.adapters import pdf
from app.adapters.spreadsheet import csv_of
from app.services import decision_documents, documents
from tests.leaks.canaries import stain
from tests.listener import listener
from tests.security.conftest import House
from tests.strict import parse
from tests.world import NOW

LOADING = {"img", "image", "object", "embed", "iframe", "link", "script", "style", "base", "meta", "video", "audio",
           "source", "input", "use"}  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("paper", ["programme", "decisions"])
def test_hostile_words_in_every_field_make_a_harmless_document(house: House, tmp_path: Path, paper: str) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>zqsecretqz</text></svg>')
    with listener() as (address, asked):
        hostile = [
            f'"><img src="{address}.png" alt=""><img src="{secret.as_uri()}" alt="">',
            f'</p><object data="{secret.as_uri()}"></object><iframe src="file:///etc/passwd"></iframe>',
            f"</style><style>@import url({address}.css); p {{ background: url({secret.as_uri()}) }}</style>",
            f'<link rel="attachment" href="{secret.as_uri()}"><link rel=stylesheet href="{address}.css">',
            f"<base href='{address}'><meta http-equiv=refresh content='0;url={address}'><svg><image href='{address}'/>",
            secret.as_uri(),
            f"{address}?a={{{{ 7 * 7 }}}}{{% include '/etc/passwd' %}}",
        ]  # fmt: skip
        words = cycle(hostile)
        clean = parse(_document(house, paper, "1.1"))
        stain(house.world.engine, lambda _table, _column, key: f"{next(words)}?{key}")
        html = _document(house, paper, "1.2")
        tree = parse(html)
        for word in ("iframe", "attachment", "49"):
            assert word in html or word == "49", "the words are there"
        assert "7 * 7" in html
        assert _loading(tree) == _loading(clean), "no word has become markup"
        made = pdf.make(html)
    assert asked == []
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert "/EmbeddedFiles" not in opened.Root.get("/Names", {})
        streams = [stream for stream in opened.objects if isinstance(stream, pikepdf.Stream)]
        assert not any(b"zqsecretqz" in stream.read_bytes() for stream in streams)
        links = [
            str(found.A.URI)
            for leaf in opened.pages
            for found in leaf.get("/Annots", [])
            if "/URI" in found.get("/A", {})
        ]
        assert not [link for link in links if not link.startswith(("http://", "https://"))]


def _document(house: House, paper: str, name: str) -> str:
    event = house.stage.towns[0].events["decided"]
    if paper == "decisions":
        with Session(house.world.engine) as session:
            return documents.written(decision_documents.on_paper(session, event.id), "fi", NOW)
    release = house.world.release(event, name)
    with Session(house.world.engine) as session:
        return documents.written(documents.programme_document(session, release.id, "fi"), "fi", NOW)


def _loading(tree: object) -> list[str]:
    """What a page would fetch."""
    found = [element for element in tree.iter() if isinstance(element.tag, str)]  # type: ignore[attr-defined]
    return sorted({f"{e.tag} {e.get('src')} {e.get('href')} {e.get('data')}" for e in found if e.tag in LOADING})


def computes(cell: str) -> bool:
    """Would a spreadsheet take it for a formula; a plain number is none."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return cell.startswith(FORMULAS)
    return False


def test_no_exported_field_is_a_formula(house: House) -> None:
    downloads = [address for address, route in house.addresses().items() if route.endswith(".download")]
    seen = set()
    with house.browser(signed_in=True) as browser:
        for sign in FORMULAS:
            _write_everywhere(house, sign + 'hyperlink("http://x";"y");\n=1+1')
            for address in downloads:
                answer = browser.get(address)
                assert answer.headers["content-type"].startswith("text/csv"), "write a test for this kind"
                rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
                assert len({len(row) for row in rows}) == 1, "no text makes a cell of its own"
                assert not [cell for row in rows for cell in row if computes(cell)], address
                seen |= {sign for row in rows for cell in row if "hyperlink" in cell}
    assert seen == set(FORMULAS)


def _write_everywhere(house: House, words: str) -> None:
    """Into every column that holds people's words; addresses of people have to differ."""
    stain(house.world.engine, lambda _table, _column, key: f"{words}?{key}")


@pytest.mark.parametrize("sign", FORMULAS, ids=repr)
def test_every_cell_is_text(sign: str) -> None:
    text = csv_of([[f"{sign}1+1", "a", f"{sign}x;\r\n=2"]]).decode("utf-8-sig")
    [row] = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert not [cell for cell in row if computes(cell)]
