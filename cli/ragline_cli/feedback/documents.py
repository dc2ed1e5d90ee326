"""The current documents of a tenant: their texts in a file, an entry for each in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from ragline.contracts.documents import DocumentChanged, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """A document's current state.

    `place` is the position of its row of `corpus.jsonl` in the file, as start and length in bytes;
    None if the event does not contain the text. `empty` means that the text has no characters.
    """

    version: int
    gone: bool
    title: str
    place: tuple[int, int] | None
    empty: bool = False


class Documents:
    """Keeps each document's newest change, by version and then by arrival.

    Args:
        file: an empty file for the texts of all changes that were ever the newest.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0
        self.entries: dict[str, DocumentEntry] = {}

    def put(self, event: DocumentChanged) -> None:
        """Process a change; call it in the order of each key."""
        gone = event.operation is Operation.DELETE
        known = self.entries.get(event.document_id)
        if known is not None and (event.version, gone) < (known.version, known.gone):
            return
        inline = not gone and event.content_encoding == "text" and event.content is not None
        self.entries[event.document_id] = DocumentEntry(
            version=event.version,
            gone=gone,
            title=event.title or "",
            place=self._keep(corpus_row(event)) if inline else None,
            empty=inline and not (event.content or "").strip(),
        )

    def drop(self, document_id: str) -> None:
        """Forget a document whose key was erased from the topic."""
        self.entries.pop(document_id, None)

    def row(self, entry: DocumentEntry) -> bytes:
        """Return the row of an entry that has a `place`, as JSON without a line end."""
        if entry.place is None:
            raise ValueError("this document's text is not on the shelf")
        start, length = entry.place
        self._file.seek(start)
        return self._file.read(length)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of all documents, including deleted ones, sorted."""
        return iter(sorted(self.entries))

    def _keep(self, row: dict[str, Any]) -> tuple[int, int]:
        line = json.dumps(row, ensure_ascii=False).encode()
        self._file.seek(self._end)
        self._file.write(line)
        start, self._end = self._end, self._end + len(line)
        return start, len(line)


def corpus_row(event: DocumentChanged) -> dict[str, Any]:
    """Return the row of a document as published; if its media type is null, readers guess it."""
    return {
        "_id": event.document_id,
        "title": event.title or "",
        "text": event.content,
        "metadata": {"media_type": event.media_type},
    }
