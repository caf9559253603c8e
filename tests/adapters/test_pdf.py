"""HTML to PDF: valid twice over, whatever strangers write into it."""

import io
import re
import zlib
from pathlib import Path

import page
import pikepdf
import pyphen  # type: ignore[import-untyped]
import pytest

from app.adapters import pdf
from tests.listener import listener

PROFILES = (page.ValidationProfile.PDF_A_2A, page.ValidationProfile.PDF_UA_1)


def faults(content: bytes) -> list[str]:
    reports = [page.validate_pdf_bytes(content, profile=profile) for profile in PROFILES]
    return [f"{report.profile.value}: {fault.rule_id}" for report in reports for fault in report.failures]


def document(body: str, language: str = "fi") -> str:
    style = '<link rel="stylesheet" href="/static/css/documents/programme.css">'
    return f'<!DOCTYPE html><html lang="{language}"><head><title>Koe</title>{style}</head><body>{body}</body></html>'


def test_it_is_valid_for_the_archive_and_for_everybody() -> None:
    made = pdf.make(document("<h1>Otsikko</h1><p>Teksti <a href='https://example.org'>linkki</a></p>"))
    assert faults(made) == []
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert opened.Root.Lang == "fi"
        metadata = opened.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")


def test_no_stream_ends_in_what_looks_like_the_end_of_a_line() -> None:
    """One compressed stream in 256 ends with a carriage return, by chance."""
    unlucky = next(text for n in range(256) if zlib.compress(text := b"%" + b"a" * n + b"\n")[-1:] == b"\r")
    with pikepdf.open(io.BytesIO(pdf.make(document("<h1>Otsikko</h1>")))) as opened:
        opened.pages[0].contents_add(opened.make_stream(zlib.compress(unlucky), Filter=pikepdf.Name.FlateDecode))
        declared = opened.Root.Metadata.read_bytes()
        opened.Root.Metadata.write(
            re.sub(rb"<rdf:Description xmlns:pdfuaid.*(?=</rdf:RDF>)", b"", declared, flags=re.DOTALL)
        )
        changed = io.BytesIO()
        opened.save(changed, compress_streams=False)
    assert "2a: PDFA2A-STREAM-LENGTH-001" in faults(changed.getvalue())
    assert faults(pdf._declare_accessible(changed.getvalue())) == []


def test_the_validators_would_tell() -> None:
    broken = pdf.make(document("<h1>Otsikko</h1>")).replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>7<")
    assert faults(broken) != []


@pytest.mark.parametrize(
    "name",
    [
        "🌱 Kevätversot 👩🏽‍🚀 🇫🇮 Oy",
        "שלום טכנולוגיות בע״מ",
        "شركة الابتكار",
        "Новые решения",
        "你好科技",
        "A" * 300,
        "\ue000\ufffe\u202e",
    ],
)
def test_names_in_any_script_leave_it_valid(name: str) -> None:
    assert faults(pdf.make(document(f"<h1>Otsikko</h1><p>{name} Oy</p>"))) == []


def test_nothing_is_fetched_but_our_own_files(tmp_path: Path) -> None:
    with listener() as (address, asked):
        secret = tmp_path / "secret.svg"
        secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>')
        body = f"""<h1>Otsikko</h1><p>Teksti</p>
            <img src="{secret.as_uri()}" alt="a"><img src="{address}.png" alt="b"><img src="file:///etc/passwd" alt="c">
            <object data="{secret.as_uri()}">d</object><embed src="{secret.as_uri()}">
            <style>@import url({address}.css); p {{ background: url({secret.as_uri()}) }}
              @font-face {{ font-family: x; src: url({address}.woff) }}</style>
            <link rel="attachment" href="{secret.as_uri()}"><link rel="stylesheet" href="{address}.css">"""
        made = pdf.make(document(body))
    assert asked == []
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert "/EmbeddedFiles" not in opened.Root.get("/Names", {})
        assert not any(
            b"secret" in stream.read_bytes() for stream in opened.objects if isinstance(stream, pikepdf.Stream)
        )


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "https://static.invalid/etc/passwd", "https://static.invalid/static/../config.py",
     "https://static.invalid/static/%2e%2e/config.py", "http://static.invalid/static/img/mark.svg",
     "https://static.invalid.example/static/img/mark.svg", "data:text/css,p{}", "https://static.invalid/static/nothing.css",
     "https://static.invalid/static//etc/passwd"],
)  # fmt: skip
def test_other_addresses_do_not_exist(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pdf.static_file(address)


def test_our_own_file_does() -> None:
    assert pdf.static_file("https://static.invalid/static/img/mark.svg?v=1").name == "mark.svg"


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(pdf.NotMadeError, match="not ready"):
        pdf.make(document("<p>x</p>"), seconds=0.05)


def test_what_cannot_be_read_says_why() -> None:
    with pytest.raises(pdf.NotMadeError):
        pdf.make(document("<div>" * 5_000 + "x"))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("kaupunkisuunnittelu", "kau-pun-ki-suun-nit-te-lu"),
        ("kehitysprojekti", "ke-hi-tys-pro-jek-ti"),
        ("kuntoutusosastolla", "kun-tou-tus-osas-tol-la"),
        ("energiatehokas", "ener-gia-te-ho-kas"),
        ("paprika", "pap-ri-ka"),
    ],
)
def test_finnish_words_are_divided_as_finnish_is(word: str, parts: str) -> None:
    patterns = pyphen.Pyphen(filename=pdf.FINNISH)
    assert patterns.inserted(word) == parts
