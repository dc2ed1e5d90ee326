"""Logs: one line per log record on standard output, as text for people or JSON for machines.

No line holds credentials, and data cannot make up a line of a text log.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from ragline.observability.repeat_filter import RepeatFilter
from ragline.observability.tracer import active_span
from ragline.redaction import without_secrets
from ragline.settings import LogSettings

_TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_QUIET = ("aiokafka", "uvicorn", "httpx", "httpcore", "httpx2", "weaviate", "sentence_transformers")
# What moves a terminal's cursor, ends a line, changes the direction of writing or is no character
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def configure_logging(settings: LogSettings, *, service: str) -> None:
    """Set up the root logger of a service process."""
    handler = logging.StreamHandler(sys.stdout)
    if settings.level != "DEBUG":
        handler.addFilter(RepeatFilter())
    if settings.format == "json":
        handler.setFormatter(
            JsonLines(
                "{asctime}{levelname}{name}{message}",
                style="{",
                static_fields={"service": service},
                rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            )
        )
    else:
        handler.setFormatter(TextLines(_TEXT))
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    """A line for each record, whatever is in its message; a traceback follows, indented.

    So whoever reads lines that begin in the first column reads what the service says, never what a
    document or a request put into it.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """Return the record's line."""
        return printable(without_secrets(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Return an exception's traceback."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """Return the stack of a record."""
        return _indented(super().formatStack(stack_info))


class JsonLines(JsonFormatter):
    """A JSON object for each record."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Return the fields as they are written."""
        return {
            name: without_secrets(value) if isinstance(value, str) else value
            for name, value in log_data.items()
        }


def trace_fields() -> dict[str, str]:
    """Return the trace of what is being worked on, as a field of a log line; nothing without."""
    trace = active_span().trace
    return {} if trace is None else {"trace_id": trace.trace_id}


def printable(text: str) -> str:
    r"""Return `text` on one line: control characters as escapes, a line break as `\n`."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _indented(text: str) -> str:
    return "\n".join(f"    {printable(line)}" for line in without_secrets(text).split("\n"))
