"""The current documents of a tenant: their text in a file, a line about each in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from ragline.contracts.documents import DocumentChanged, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """A document's current state.

    `place` is where its row of `corpus.jsonl` lies in the file: start and length in bytes; None
    where the event does not hold the text itself. `empty` says that the text has no characters.
    """

    version: int
    gone: bool
    title: str
    place: tuple[int, int] | None
    empty: bool = False


class Documents:
    """Keeps of each document what its newest change says, by version and then by arrival.

    Args:
        file: an empty file for the texts of all changes that were current at some time.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0
        self.entries: dict[str, DocumentEntry] = {}

    def put(self, event: DocumentChanged) -> None:
        """Take a change into account; those of one key in their order."""
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
        """Return the row of an entry that has a place, as JSON without a line end."""
        if entry.place is None:
            raise ValueError("this document's text is not on the shelf")
        start, length = entry.place
        self._file.seek(start)
        return self._file.read(length)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of all documents, deleted ones too, in order."""
        return iter(sorted(self.entries))

    def _keep(self, row: dict[str, Any]) -> tuple[int, int]:
        line = json.dumps(row, ensure_ascii=False).encode()
        self._file.seek(self._end)
        self._file.write(line)
        start, self._end = self._end, self._end + len(line)
        return start, len(line)


def corpus_row(event: DocumentChanged) -> dict[str, Any]:
    """Return the row of a document as it was published; a media type of null is to be guessed."""
    return {
        "_id": event.document_id,
        "title": event.title or "",
        "text": event.content,
        "metadata": {"media_type": event.media_type},
    }
