"""Which documents are limited to groups, from both topics that state access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Access:
    """A document's access is that of the highest version that states it, as in the stores.

    At one version an access event wins over a content event. If the last access event of a document
    is unreadable, the document counts as restricted, because the event may have restricted it.
    """

    _stated: dict[str, tuple[int, bool, bool]] = field(default_factory=dict)
    _unknown: set[str] = field(default_factory=set)

    def state(
        self, document_id: str, *, version: int, groups: Sequence[str] | None, by_event: bool
    ) -> None:
        """Process one statement of access; call it in the order of each key.

        Args:
            document_id: the document.
            version: the document's version.
            groups: who may read; empty means everyone in the tenant, None states nothing.
            by_event: whether the statement is an access event.
        """
        if by_event:
            self._unknown.discard(document_id)
        if groups is None:
            return
        known = self._stated.get(document_id)
        if known is None or (version, by_event) >= known[:2]:
            self._stated[document_id] = (version, by_event, bool(groups))

    def lose(self, document_id: str) -> None:
        """Note that an access event is unreadable."""
        self._unknown.add(document_id)

    def restricted(self, document_id: str) -> bool:
        """Whether only some groups may read a document."""
        _, _, limited = self._stated.get(document_id, (0, False, False))
        return limited or document_id in self._unknown
