"""Logs: one JSON object a line, without personal data.

An error is told by its type and by where it happened. Its words stay out: they quote what people typed.
"""

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import structlog

from app.adapters import clock

_HERE = f"{Path(__file__).parents[2]}/"
_DEEPEST = 30
"""Places told of one error, the innermost."""


def configure() -> None:
    """Set up once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_error,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _StandardOutput(),
        cache_logger_on_first_use=True,
    )


class _StandardOutput:
    """Writes a line whole to what standard output is at that moment."""

    def msg(self, line: bytes) -> None:
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    debug = info = warning = error = critical = exception = msg


def tell_request(**facts: Any) -> None:
    """The line of one request, past the steps that only other lines need: it is written for every public page."""
    line = {**facts, "event": "request", "level": "info", "timestamp": clock.now()}
    _StandardOutput().msg(orjson.dumps(line, option=orjson.OPT_UTC_Z))


def _tell_error(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.pop("exc_info", None)
    return {**event, **error_in_brief(error)} if isinstance(error, BaseException) else event


def error_in_brief(error: BaseException) -> dict[str, Any]:
    """Its type, that of what lies behind it, and where it happened."""
    behind = error.__cause__ or getattr(error, "orig", None)
    told: dict[str, Any] = {"error": type(error).__name__, "at": _places(error.__traceback__)}
    return told | ({"behind": type(behind).__name__} if behind is not None else {})


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = code.co_filename.removeprefix(_HERE).rpartition("site-packages/")[2]
        places.append(f"{file}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-_DEEPEST:]


class JsonLines(logging.Formatter):
    """The same form for what libraries log."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "event": record.getMessage().strip(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line |= error_in_brief(record.exc_info[1])
        return orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()


SERVER: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "app.adapters.logs.JsonLines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {"uvicorn": {"level": "INFO"}},
}
"""How uvicorn and other libraries of the server log, as logging.config wants it."""
