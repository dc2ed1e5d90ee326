"""Looks into a document that is a ZIP archive before anything in it is parsed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from zipfile import ZipFile

from ragline.errors import InvalidDocument
from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.nodes import check_nodes

_MAX_FILES = 10_000
# what XML begins with: white space, byte order marks, the zero bytes of UTF-16
_BEFORE_XML = b" \t\r\n\xef\xbb\xbf\xff\xfe\0"
# each element has one of the first, and the second follows each attribute's name
_NODE_SIGNS = (b"<", b'="', b"='")


def check_archive(data: bytes, limits: ParseLimits, *, kind: str = "DOCX") -> None:
    """Refuse an archive of too many files, too many bytes when unpacked, or too much XML.

    `kind` names the format to the publisher.

    Raises:
        InvalidDocument: `too_large`.
        BadZipFile: it is no archive, or damaged.
    """
    with ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) > _MAX_FILES:
            raise InvalidDocument(
                f"the {kind} file holds more than {_MAX_FILES} files: save it again in the program"
                " that made it",
                code="too_large",
            )
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > limits.unpacked_bytes:
            raise InvalidDocument(
                f"the {kind} file unpacks to {unpacked} bytes, over {limits.unpacked_bytes}:"
                " split it",
                code="too_large",
            )
        check_nodes(sum(_nodes(archive)), limits)


def _nodes(archive: ZipFile) -> Iterator[int]:
    """Yield for each XML file at least how many elements and attributes it has."""
    for entry in archive.infolist():
        content = archive.read(entry)
        if content.lstrip(_BEFORE_XML).startswith(b"<"):
            yield sum(map(content.count, _NODE_SIGNS)) - content.count(b"</")
