"""Restricts label values to a small set: untrusted records must not create new ones."""

from __future__ import annotations

from collections.abc import Collection

UNKNOWN = "unknown"
OTHER = "other"


def known(value: str | None, values: Collection[str]) -> str:
    """Return `value` if it is one of `values`, `unknown` for None, else `other`."""
    if value is None:
        return UNKNOWN
    return str(value) if value in values else OTHER


class Bounded:
    """Labels for names without a fixed list: the first `most` are kept, others are `other`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._names: set[str] = set()

    def __call__(self, name: str | None) -> str:
        """Return the label of a name."""
        if name is None:
            return UNKNOWN
        if len(self._names) < self._most:
            self._names.add(name)
        return name if name in self._names else OTHER
