"""The last line of defence: what looks like a credential never leaves as part of a log line.

Nothing logs credentials on purpose. But an exception's text may repeat what a library was given,
and a traceback is logged as it is.
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
    """Formats like another formatter, without credentials."""

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines, of `record`."""
        return _CREDENTIAL.sub(_MARK, self._inner.format(record))


def redact_logs() -> None:
    """Let every handler of the root logger, as they are now, leave credentials out."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, Redacting):
            handler.setFormatter(Redacting(handler.formatter))
