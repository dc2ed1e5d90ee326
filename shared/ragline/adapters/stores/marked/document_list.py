"""What a tenant's markers say that there is: pure logic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ragline.adapters.stores.marked.markers import DocumentState, Marker
from ragline.ports.inventory import Listed


def listed(markers: Iterable[Marker]) -> dict[str, Listed]:
    """Return the documents that are there by id, from all markers of a tenant in any order."""
    of: defaultdict[str, list[Marker]] = defaultdict(list)
    for each in markers:
        of[each.document_id].append(each)
    states = {name: DocumentState(tuple(each)) for name, each in of.items()}
    return {
        name: Listed(state.version, tuple(sorted(state.groups)))
        for name, state in states.items()
        if state.version >= 0 and not state.gone
    }
