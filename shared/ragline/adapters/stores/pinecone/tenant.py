"""One tenant's documents: their states, and what their chunks hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pinecone.models.documents.document import Document

from ragline.adapters.stores.marked.markers import MARKERS, DocumentState, Marker
from ragline.adapters.stores.pinecone.keys import OPEN, RecordName, document_key
from ragline.adapters.stores.pinecone.limits import MAX_HITS
from ragline.adapters.stores.pinecone.namespace import Namespace
from ragline.adapters.stores.pinecone.pieces import joined
from ragline.adapters.stores.pinecone.records import (
    MARKER_FIELDS,
    PAYLOAD_FIELDS,
    VERDICT_FIELDS,
    MarkerFacts,
    document_vector,
    marker,
    marker_facts,
    payload,
)
from ragline.adapters.stores.pinecone.scope import ABOUT, TEXT, of_documents
from ragline.errors import Unavailable
from ragline.ports.store import StoredDocument

# documents whose markers one search looks up: of each there are two or three, rarely more
_DOCUMENTS = 100


@dataclass(frozen=True, slots=True)
class States:
    """What the markers of documents say, by the documents' tokens, and as of which position."""

    by_key: Mapping[str, DocumentState]
    position: int


@dataclass(frozen=True, slots=True)
class _Records:
    state: DocumentState
    records: Mapping[Marker, Document] = field(default_factory=dict)
    pieces: Sequence[Document] = ()

    def facts(self, of: Marker | None) -> MarkerFacts | None:
        """Return what a marker's record says in all its pieces."""
        if of is None:
            return None
        record = self.records[of]
        further = {
            int(each.get("piece")): str(each.get("payload"))
            for each in self.pieces
            if (each.get("of"), each.get("version")) == (of.kind.value, record.get("version"))
        }
        text = joined(str(record.get("payload")), further, int(record.get("pieces") or 0))
        if text is None:
            raise Unavailable("Pinecone: a document changes while it is looked up; try again")
        return marker_facts(text)


class TenantDocuments:
    """Looks up the documents of one tenant."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace

    async def states(self, keys: Iterable[str], *, at: int = 0) -> States:
        """Read the documents' markers, as of position `at` of the log or a later one."""
        wanted = sorted(set(keys))
        found: dict[str, list[Marker]] = {key: [] for key in wanted}
        positions = []
        for start in range(0, len(wanted), _DOCUMENTS):
            records, position = await self._markers(wanted[start : start + _DOCUMENTS], at=at)
            positions.append(position)
            for each in map(marker, records):
                found[each.document_id].append(each)
        by_key = {key: DocumentState(tuple(markers)) for key, markers in found.items()}
        return States(by_key, min(positions, default=at))

    async def state(self, document_id: str, *, at: int = 0) -> DocumentState:
        """Read the markers of one document; an unknown one has none."""
        key = document_key(document_id)
        return (await self.states([key], at=at)).by_key[key]

    async def stored(self, document_id: str) -> StoredDocument | None:
        """Return what is stored of a document, with names and hashes; None if nothing ever was."""
        key = document_key(document_id)
        question, where = document_vector([key]), of_documents([key], [*MARKERS, ABOUT])
        found = await self.namespace.sparse(question, where, fields=(*MARKER_FIELDS, "of", "piece"))
        pieces = [each for each in found.hits if each.get("kind") == ABOUT]
        records = {marker(each): each for each in found.hits if each.get("kind") != ABOUT}
        if not records:
            return None
        known = _Records(DocumentState(tuple(records)), records, pieces)
        content, access = known.facts(known.state.content), known.facts(known.state.access)
        return StoredDocument(
            version=known.state.version,
            gone=known.state.gone,
            content_hash=content.content_hash if content else None,
            access_version=known.state.access_version,
            access_by_event=known.state.stored().access_by_event,
            access=(access.groups or ()) if access else (),
            chunk_hashes=content.chunk_hashes if content else (),
        )

    async def payloads(
        self, names: Iterable[RecordName], *, readers: Iterable[str]
    ) -> dict[RecordName, Mapping[str, Any]]:
        """Return what the records of these chunks hold.

        Those that are not there are left out, and those that searches would not show to `readers`
        (tokens): a chunk's record may be behind what its document's marker says.
        """
        wanted, allowed = list(names), {OPEN, *readers}
        fetched = await self.namespace.fetch([str(name) for name in wanted], PAYLOAD_FIELDS)
        records = {
            name: record
            for name in wanted
            if (record := fetched.get(str(name))) is not None
            if not allowed.isdisjoint(record.get("readers") or ())
        }
        further = [str(each) for name, record in records.items() for each in _further(name, record)]
        texts = await self.namespace.fetch(further, PAYLOAD_FIELDS)
        whole: dict[RecordName, Mapping[str, Any]] = {}
        for name, record in records.items():
            rest = [texts.get(str(each)) for each in _further(name, record)]
            if all(each is not None for each in rest):
                text = "".join(str(each.get("payload")) for each in (record, *rest) if each)
                whole[name] = payload(text)
        return whole

    async def _markers(self, keys: Sequence[str], *, at: int) -> tuple[Sequence[Document], int]:
        where = of_documents(keys, list(MARKERS))
        question = document_vector(keys)
        found = await self.namespace.sparse(question, where, fields=VERDICT_FIELDS, at=at)
        if len(found.hits) < MAX_HITS or len(keys) == 1:
            return found.hits, found.position
        records: list[Document] = []
        positions = []
        for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
            part, position = await self._markers(half, at=at)
            records += part
            positions.append(position)
        return records, min(positions)


def by_chunk(hits: Iterable[Document]) -> dict[tuple[str, int, int], float]:
    """Return the chunks that were hit, by token, version and ordinal, each with all its score."""
    scores: dict[tuple[str, int, int], float] = defaultdict(float)
    for hit in hits:
        name = RecordName.parse(hit.id)
        scores[name.document, name.version, name.ordinal] += hit.score or 0.0
    return scores


def _further(name: RecordName, record: Document) -> list[RecordName]:
    numbers = range(1, int(record.get("pieces") or 0) + 1)
    return [RecordName(TEXT, name.document, name.version, name.ordinal, n) for n in numbers]
