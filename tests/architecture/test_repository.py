"""What holds for the repository as a whole: it names no machine, and its first commands start anywhere."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Files of others, kept word for word.
VENDORED = ("app/static/vendor/", "app/data/", "tests/data/", "tests/browser/vendor/")

# Who decides where packages come from is the machine, never this repository.
PACKAGE_INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|index[-_]url\s*=|pythonhosted\.org|pypi\.org|registry\.",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://(?:[^\s/@\"'<>]*@)?([a-z0-9.-]*[a-z0-9])", re.IGNORECASE)
KNOWN_HOSTS = {"127.0.0.1", "localhost", "postgres"}
MACHINE_PATH = re.compile(r"(?<![\w.$}~])/(?:work|farm|root|home/\w+)/")


def _tracked() -> list[str]:
    """Every tracked path; the tree may belong to somebody else than who runs the tests."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [path for path in listing.stdout.split("\0") if path and (ROOT / path).is_file()]


TRACKED = _tracked()
SET_UP = [
    path
    for path in TRACKED
    if path.startswith(("script/", ".ci/", "requirements")) or path in {"Dockerfile", "compose.yaml", "pyproject.toml"}
]
OWN_TEXT = [
    path for path in TRACKED if not path.startswith(VENDORED) and b"\0" not in (ROOT / path).read_bytes()[:8000]
]
SCRIPTS = [path for path in TRACKED if Path(path).parent in {Path("script"), Path(".ci")}]


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_listing_sees_the_repository() -> None:
    assert {"script/server", "script/test", "requirements.lock", "pyproject.toml"} <= set(SET_UP)
    assert len(OWN_TEXT) > 40
    assert {"script/setup", "script/server", "script/test", ".ci/run"} <= set(SCRIPTS)


@pytest.mark.parametrize("path", SET_UP)
def test_setting_up_names_no_host(path: str) -> None:
    text = _read(path)
    assert PACKAGE_INDEX.findall(text) == []
    hosts = {host for host in ADDRESS.findall(text) if not host.endswith((".example", ".invalid"))}
    assert hosts <= KNOWN_HOSTS


def test_no_file_names_a_path_of_one_machine() -> None:
    named = {path: found for path in OWN_TEXT if (found := MACHINE_PATH.findall(_read(path)))}
    assert named == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_locked_library_has_a_version_and_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n", "", _read(lock), flags=re.MULTILINE).strip())
    assert len(entries) > 40
    loose = [entry for entry in entries if "==" not in entry.splitlines()[0] or "--hash=sha256:" not in entry]
    assert loose == []


def test_the_provider_of_the_tests_is_locked_and_names_no_place_to_fetch_it_from() -> None:
    packages = json.loads(_read("tests/identity_provider/package-lock.json"))["packages"]
    assert "node_modules/oidc-provider" in packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name
    assert PACKAGE_INDEX.findall(_read("tests/identity_provider/package.json")) == []


def test_the_test_lock_holds_the_same_versions_as_the_lock() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==[^ \\]+", _read(lock), flags=re.MULTILINE))

    assert versions("requirements.lock") - versions("requirements-test.lock") == set()


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_can_be_started(path: str) -> None:
    first = _read(path).splitlines()[0]
    assert first in {"#!/bin/sh", "#!/usr/bin/env python3"}
    assert os.access(ROOT / path, os.X_OK)
    if first == "#!/bin/sh":
        assert "\nset -eu\n" in _read(path)
        subprocess.run(["sh", "-n", path], cwd=ROOT, check=True)


def test_the_image_copies_what_the_repository_has() -> None:
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", _read("Dockerfile"), re.MULTILINE):
        copied |= set(line.split()[:-1])
    allowed = {line[1:] for line in _read(".dockerignore").splitlines() if line.startswith("!")}
    assert copied == allowed
    assert [name for name in copied if not any(f"{path}/".startswith(f"{name}/") for path in TRACKED)] == []


def test_the_image_and_the_set_up_install_the_same_debian_packages() -> None:
    in_set_up = re.search(r'lock=requirements\.lock\n +packages="([^"]+)"', _read("script/setup"))
    in_image = re.search(r"--no-install-recommends \\\n +(.+?) \\\n", _read("Dockerfile"))
    assert in_set_up is not None
    assert in_image is not None
    assert in_set_up[1].split() == in_image[1].split()


def test_every_setting_reaches_the_containers() -> None:
    """What stands in `.env` and is not handed on does nothing: a backup would be plain in spite of its key."""
    rows = "\n".join(re.findall(r"^\| `.+?\|", _read("docs/operations.md"), re.MULTILINE))
    documented = set(re.findall(r"`(KIPINA_\w+)`", rows))
    assert len(documented) > 10
    handed_on = set(re.findall(r"^    ((?:KIPINA|OTEL)_\w+):", _read("compose.yaml"), re.MULTILINE))
    assert documented | {"OTEL_EXPORTER_OTLP_ENDPOINT"} <= handed_on


def test_the_first_things_a_newcomer_looks_for_are_there() -> None:
    for path in ("README.md", "CHANGELOG.md", "LICENSE", "docs/operations.md"):
        assert path in TRACKED
    assert "SPDX-License-Identifier: EUPL-1.2" in _read("LICENSE")


def test_what_is_made_by_running_is_not_tracked() -> None:
    assert [path for path in TRACKED if path.startswith(("var/", ".venv/")) or path.endswith(("uv.lock", ".pyc"))] == []


def test_the_domain_imports_only_the_standard_library() -> None:
    foreign = set()
    modules = sorted((ROOT / "app" / "domain").rglob("*.py"))
    assert modules
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            foreign |= {
                f"{module.name}: {name}"
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("app.domain")
            }
    assert foreign == set()
