"""Where a passage stands in its document."""

from __future__ import annotations

from collections.abc import Iterable


def headings_of(title: str, heading_path: Iterable[str]) -> tuple[str, ...]:
    """Return the title and the heading path from the top down, each name once, none empty."""
    return tuple(dict.fromkeys(name for name in (title, *heading_path) if name))
