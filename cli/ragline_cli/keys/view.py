"""Keys on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from ragline.api_keys.files import KeyEntry
from ragline.api_keys.form import KeyScope


def keys_table(entries: Iterable[KeyEntry], now: datetime) -> Table:
    """Return the entries as a table; nothing in it is secret."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("id", "tenant", "groups", "user", "scopes", "a minute", "until"):
        table.add_column(heading)
    for entry in entries:
        table.add_row(
            escape(entry.id),
            entry.tenant,
            escape(", ".join(entry.groups)),
            escape(entry.user or ""),
            scopes_text(entry),
            str(entry.requests_per_minute or ""),
            _until(entry, now),
        )
    return table


def scopes_text(entry: KeyEntry) -> str:
    """Return the entry's scopes as words."""
    return " ".join(scope for scope in KeyScope if scope in entry.scopes)


def _until(entry: KeyEntry, now: datetime) -> str:
    if entry.expires_at is None:
        return ""
    until = f"{entry.expires_at:%Y-%m-%d %H:%M %Z}"
    return f"[red]{until}, over[/]" if entry.expired(now) else until
