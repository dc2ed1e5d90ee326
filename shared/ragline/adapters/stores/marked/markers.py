"""What a document's markers mean: pure logic, which alone decides what readers see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from ragline.adapters.stores.marked.keys import key
from ragline.ports.store import StoredDocument


class MarkerKind(StrEnum):
    """What an object is: a chunk, or one of the three markers."""

    CHUNK = "chunk"
    CONTENT = "content"
    GONE = "gone"
    ACCESS = "access"


MARKERS = (MarkerKind.CONTENT, MarkerKind.GONE, MarkerKind.ACCESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One immutable fact about a document at a version. It states no access if `groups` is null."""

    kind: MarkerKind
    document_id: str
    version: int
    groups: tuple[str, ...] | None = None
    content_hash: str | None = None
    chunk_hashes: tuple[str, ...] = ()

    @property
    def uuid(self) -> UUID:
        """The marker's object id."""
        return key(self.kind, self.document_id, self.version)


@dataclass(frozen=True)
class DocumentState:
    """The state that follows from the markers of one document.

    The content or deletion marker with the highest version wins; at one version a deletion wins
    over content. The access is that of the marker with the highest version that states it; at one
    version an access event wins over content.
    """

    markers: tuple[Marker, ...] = ()

    def joined_by(self, marker: Marker) -> DocumentState:
        """Return the state with one more marker."""
        return DocumentState((*self.markers, marker))

    @cached_property
    def content(self) -> Marker | None:
        """The content or deletion marker in force."""
        return max(
            (marker for marker in self.markers if marker.kind is not MarkerKind.ACCESS),
            key=lambda marker: (marker.version, marker.kind is MarkerKind.GONE),
            default=None,
        )

    @cached_property
    def access(self) -> Marker | None:
        """The marker that says who may read."""
        return max(
            (marker for marker in self.markers if marker.groups is not None),
            key=lambda marker: (marker.version, marker.kind is MarkerKind.ACCESS),
            default=None,
        )

    @property
    def version(self) -> int:
        """The content's version, or -1."""
        return self.content.version if self.content else -1

    @property
    def gone(self) -> bool:
        """Whether the document is deleted."""
        return self.content is not None and self.content.kind is MarkerKind.GONE

    @property
    def access_version(self) -> int:
        """The version that states the access, or -1."""
        return self.access.version if self.access else -1

    @property
    def groups(self) -> tuple[str, ...]:
        """Who may read; empty means everyone in the tenant."""
        return (self.access.groups or ()) if self.access else ()

    @property
    def fallen(self) -> list[UUID]:
        """The ids of the markers that are obsolete."""
        return [each.uuid for each in self.markers if each not in (self.content, self.access)]

    def is_newer_than(self, version: int, *, gone: bool) -> bool:
        """Return whether content (or a deletion) at `version` is superseded."""
        return (self.version, self.gone) > (version, gone)

    def is_outdated(self, version: int, ordinal: int) -> bool:
        """Return whether a chunk belongs neither to the current version nor to a later one."""
        if version != self.version:
            return version < self.version
        return self.gone or (self.content is not None and ordinal >= len(self.content.chunk_hashes))

    def shows(self, version: int, groups: tuple[str, ...]) -> bool:
        """Return whether a reader with `groups` sees chunks of `version`."""
        if self.content is None or self.gone or version != self.version:
            return False
        return self.is_for(groups)

    def is_for(self, groups: tuple[str, ...]) -> bool:
        """Return whether a reader with `groups` may know of the document."""
        return not self.groups or not set(self.groups).isdisjoint(groups)

    def stored(self) -> StoredDocument:
        """Return the state as the port's type."""
        return StoredDocument(
            version=self.version,
            gone=self.gone,
            content_hash=self.content.content_hash if self.content else None,
            access_version=self.access_version,
            access_by_event=self.access is not None and self.access.kind is MarkerKind.ACCESS,
            access=self.groups,
            chunk_hashes=self.content.chunk_hashes if self.content else (),
        )
