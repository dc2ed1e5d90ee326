"""Finds faults in the contents of a store, by the port's rules alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ragline.testing.stored_object import StoredObject


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        what: an `orphan` belongs to no current state (a chunk of another version or of a deleted
            document, an obsolete marker); a `misread` chunk carries other readers than its
            document; a content with `missing` chunks does not have all of them.
        about: the object; for missing chunks, the content.
    """

    what: Literal["orphan", "misread", "missing"]
    about: StoredObject


def faults(stored: Iterable[StoredObject]) -> list[Fault]:
    """Return the faults in what `audit` listed, by the port's rules; empty if there are none."""
    documents: dict[tuple[str, str], list[StoredObject]] = defaultdict(list)
    for each in stored:
        documents[each.tenant, each.document_id].append(each)
    return [fault for objects in documents.values() for fault in _faults(objects)]


def _faults(objects: list[StoredObject]) -> list[Fault]:
    chunks = [each for each in objects if each.kind == "chunk"]
    markers = [each for each in objects if each.kind != "chunk"]
    content = max((each for each in markers if each.kind != "access"), key=_rank, default=None)
    access = max((each for each in markers if each.readers is not None), key=_rank, default=None)
    readers = set(access.readers or ()) if access else set()
    standing, orphans = _sorted_out(chunks, content)
    orphans += [each for each in markers if each not in (content, access)]
    found = [Fault("orphan", each) for each in orphans]
    found += [
        Fault("misread", each)
        for each in standing
        if each.readers is not None and set(each.readers) != readers
    ]
    if content is not None and len({each.ordinal for each in standing}) < (content.chunks or 0):
        found.append(Fault("missing", content))
    return found


def _sorted_out(
    chunks: list[StoredObject], content: StoredObject | None
) -> tuple[list[StoredObject], list[StoredObject]]:
    """Return the chunks of `content`, and the others."""
    standing: list[StoredObject] = []
    others: list[StoredObject] = []
    for each in chunks:
        belongs = content is not None and each.version == content.version
        within = content is not None and (each.ordinal or 0) < (content.chunks or 0)
        (standing if belongs and within else others).append(each)
    return standing, others


def _rank(marker: StoredObject) -> tuple[int, int]:
    return marker.version, ("content", "gone", "access").index(marker.kind)
