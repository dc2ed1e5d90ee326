"""The levels of the loggers: a command silences its client's for its process, which is ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def levels_as_before() -> Iterator[None]:
    """Restore at the end what is set in the block; a new logger gets no level of its own."""
    before = {logger: logger.level for logger in _loggers()}
    try:
        yield
    finally:
        for logger in _loggers():
            if logger.level != (level := before.get(logger, logging.NOTSET)):
                logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    """Return all that have been asked for; what only stands between two names is none yet."""
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(each for each in known if isinstance(each, logging.Logger))]
