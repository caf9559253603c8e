"""What others made is in the repository exactly as it was published, and nothing is in it unaccounted for."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "app" / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "browser" / "vendor"


def listed() -> dict[Path, str]:
    """Each vendored file with the SHA-256 that CHECKSUMS promises."""
    lines = (VENDOR / "CHECKSUMS").read_text().splitlines()
    pairs = (line.split(maxsplit=1) for line in lines)
    return {(VENDOR / name).resolve(): digest for digest, name in pairs}


def test_every_vendored_file_is_as_published() -> None:
    sums = listed()
    assert len(sums) > 10
    for path, digest in sums.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path


def test_no_file_is_unaccounted_for() -> None:
    ours = {VENDOR / "CHECKSUMS", VENDOR / "VENDOR.md"}
    present = {path for folder in (VENDOR, TEST_VENDOR) for path in folder.rglob("*") if path.is_file()}
    assert present - ours == set(listed())


def test_each_package_has_its_licence_and_its_row() -> None:
    table = (VENDOR / "VENDOR.md").read_text()
    folders = [path for folder in (VENDOR, TEST_VENDOR) for path in folder.iterdir() if path.is_dir()]
    for folder in folders:
        assert (folder / "LICENSE").exists(), folder
        assert f"{folder.name}/" in table, folder


def test_stylesheets_and_scripts_fetch_nothing_from_elsewhere() -> None:
    for path in (ROOT / "app" / "static").rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text()
            assert "@import" not in text, path
            for quote in ("url(http", 'url("http', "url('http", "url(//"):
                assert quote not in text, path
