"""Removes everything that looks like a credential from log lines, as a last line of defence.

Nothing logs credentials on purpose. But an exception's message may repeat a library's input, and
tracebacks are logged unchanged.
"""

from __future__ import annotations

import logging
import re

_CREDENTIAL = re.compile(
    r"rgl_[A-Za-z0-9-]+_[A-Za-z0-9_-]{20,}"  # API keys
    r"|eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"  # JWTs
    r"|(?i:bearer\s+)[^\s'\"\\]{8,}"
)
_MARK = "[credential]"


class Redacting(logging.Formatter):
    """Wraps another formatter and removes credentials from its output."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines, of `record`."""
        return _CREDENTIAL.sub(_MARK, self._inner.format(record))


def redact_logs() -> None:
    """Make every current handler of the root logger redact credentials."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, Redacting):
            handler.setFormatter(Redacting(handler.formatter))
