"""The files in an XLSX file and how they refer to one another."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from zipfile import ZipFile

from ragline.errors import InvalidDocument
from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.safe_xml import Element, name_of, parsed_xml, streamed_xml

_MAX_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Relation:
    """A reference: its `kind` is the last word of its type, `target` a part or an address."""

    kind: str
    target: str


class Package:
    """An archive of parts, each a file by its path in the archive.

    Raises:
        InvalidDocument: `too_large`: too many files, or too many bytes when unpacked.
        BadZipFile: it is no archive, or damaged.
    """

    def __init__(self, data: bytes, limits: ParseLimits) -> None:
        self._archive = ZipFile(io.BytesIO(data))
        self._limits = limits
        entries = self._archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > _MAX_FILES or unpacked > limits.unpacked_bytes:
            raise InvalidDocument(
                f"the XLSX file unpacks to {len(entries)} files and {unpacked} bytes, over"
                f" {_MAX_FILES} and {limits.unpacked_bytes}: split it",
                code="too_large",
            )
        self._names = frozenset(entry.filename for entry in entries)

    def root(self, part: str) -> Element | None:
        """Return the root of a part's XML; None where there is no such part."""
        if part not in self._names:
            return None
        return parsed_xml(self._archive.read(part), self._limits)

    def elements(self, part: str, *names: str) -> Iterator[Element]:
        """Yield the elements of a part that are called `names`; none if there is no such part."""
        if part in self._names:
            with closing(self._archive.open(part)) as source:
                yield from streamed_xml(source, *names)

    def relations(self, part: str) -> Mapping[str, Relation]:
        """Return what a part refers to, by the ids that it uses."""
        folder, name = posixpath.split(part)
        root = self.root(posixpath.join(folder, "_rels", f"{name}.rels"))
        if root is None:
            return {}
        return {
            each.get("Id", ""): _relation(each, folder)
            for each in root
            if name_of(each) == "Relationship"
        }

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts of one kind that a part refers to."""
        return [each.target for each in self.relations(part).values() if each.kind == kind]


def _relation(element: Element, folder: str) -> Relation:
    kind = element.get("Type", "").rpartition("/")[2]
    target = element.get("Target", "")
    if element.get("TargetMode") != "External":
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(kind, target)
