"""What a reader may see, as an SQL condition on `chunks c` and `documents d`."""

from __future__ import annotations

from typing import Any

from ragline.adapters.stores.analysis import clean
from ragline.contracts.queries import Filters
from ragline.ports.store import Scope


class Arguments:
    """Collects a statement's arguments; `add` returns the placeholder of its value."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def add(self, value: object) -> str:
        """Append `value` and return its placeholder, for example `$3`."""
        self.values.append(value)
        return f"${len(self.values)}"


def visible(scope: Scope, arguments: Arguments) -> str:
    """Return the condition under which a chunk is in `scope`; values go to `arguments`."""
    conditions = [
        f"c.tenant = {arguments.add(clean(scope.tenant))}",
        readable(scope.groups, arguments),
        *_filtered(scope.filters, arguments),
    ]
    return " AND ".join(conditions)


def readable(groups: tuple[str, ...], arguments: Arguments) -> str:
    """Return the condition under which a reader with `groups` may see a document."""
    return f"(d.access = '{{}}' OR d.access && {arguments.add(_all(groups))}::text[])"


def _filtered(filters: Filters, arguments: Arguments) -> list[str]:
    templates = {
        "d.tags && {}::text[]": _all(filters.tags),
        "d.media_type = ANY({}::text[])": _all(filters.media_types),
        "d.language = ANY({}::text[])": _all(filters.languages),
        "d.document_id = ANY({}::text[])": _all(filters.document_ids),
        "d.updated_at >= {}": filters.updated_from,
        "d.updated_at <= {}": filters.updated_to,
    }
    return [template.format(arguments.add(value)) for template, value in templates.items() if value]


def _all(values: tuple[str, ...]) -> list[str]:
    return [clean(value) for value in values]
