"""What load cannot see: the statements that a page asks of the database, and its bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.config import Settings
from benchmarks.forms import body_of, fields_of
from benchmarks.scenarios import Change, Page, Sheet

COUNTED = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


@dataclass(frozen=True)
class Facts:
    """`sent` is the size on the way, compressed where the app compresses. A public page is asked for the first time."""

    queries: int
    size: int
    sent: int


class Examiner:
    """The same app over the same database, in this process."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self._statements = 0
        sa.event.listen(app.state.engine, "before_cursor_execute", self._note)

    def page(self, page: Page) -> Facts:
        """Open it once, as a browser does."""
        with self._browser(page.session) as browser, browser.stream("GET", page.path) as answer:
            sent = sum(len(part) for part in answer.iter_raw())
        queries = self._since()
        with self._browser(page.session) as browser:
            answer = browser.get(page.path)
        assert answer.status_code == 200, (page.path, answer.status_code)
        self._since()
        return Facts(queries, len(answer.content), sent)

    def change(self, change: Change, sheet: Sheet) -> Facts:
        """Send one form."""
        with self._browser(sheet.session) as browser:
            values = fields_of(browser.get(sheet.page).text, sheet.action)
            change.fill_in(values)
            self._since()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = browser.post(sheet.action, content=body_of(values), headers=headers)
        assert answer.status_code == 303, (sheet.action, answer.status_code)
        return Facts(self._since(), len(answer.content), len(answer.content))

    @contextmanager
    def _browser(self, session: str) -> Iterator[TestClient]:
        browser = TestClient(self.app, base_url=self.settings.base_url, follow_redirects=False)
        if session:
            browser.cookies.set(self.settings.session_cookie, session)
        self._since()
        yield browser

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self._statements += statement.split(maxsplit=1)[0].upper() in COUNTED

    def _since(self) -> int:
        many, self._statements = self._statements, 0
        return many
