"""Recognises formats that are files in a file, archives and Office documents, by their bytes."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from zipfile import BadZipFile, ZipFile

from ragline.contracts import media_types

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_START = b"PK\x03\x04"
_ARCHIVE_STARTS: Mapping[bytes, str] = MappingProxyType(
    {
        b"\x1f\x8b": media_types.GZIP,
        b"7z\xbc\xaf\x27\x1c": media_types.SEVEN_ZIP,
        b"Rar!\x1a\x07": media_types.RAR,
        b"BZh": "application/x-bzip2",
        b"\xfd7zXZ\x00": "application/x-xz",
        b"\x28\xb5\x2f\xfd": "application/zstd",
    }
)
# OpenDocument and EPUB state their type in a file of this name
_MIMETYPE = "mimetype"
_MEDIA_TYPE = re.compile(rb"application/[\w.+-]{1,100}")
_STATED_CHARS = 200
# names of files in the archive
_IN_ZIP: Mapping[str, str] = MappingProxyType(
    {
        "word/document.xml": media_types.DOCX,
        "ppt/presentation.xml": media_types.PPTX,
        "xl/workbook.xml": media_types.XLSX,
    }
)
_TAR_MARK = slice(257, 262)


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le")


# names of streams; the first that is found decides
_IN_OLE: Mapping[bytes, str] = MappingProxyType(
    {
        _stream("__properties_version1.0"): media_types.MSG,
        _stream("EncryptedPackage"): media_types.ENCRYPTED,
        _stream("WordDocument"): media_types.DOC,
        _stream("PowerPoint Document"): media_types.PPT,
        _stream("Workbook"): media_types.XLS,
        _stream("Book\0"): media_types.XLS,
    }
)
_OLE = "application/x-ole-storage"


def container_type(data: bytes) -> str | None:
    """Return the media type of an archive or of an Office document; None if it is neither."""
    if data.startswith(_ZIP_START):
        return _in_zip(data)
    if data.startswith(OLE_START):
        return next((found for name, found in _IN_OLE.items() if name in data), _OLE)
    if data[_TAR_MARK] == b"ustar":
        return media_types.TAR
    return next((t for start, t in _ARCHIVE_STARTS.items() if data.startswith(start)), None)


def _in_zip(data: bytes) -> str:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            stated = _stated(archive) if _MIMETYPE in names else ""
    except (BadZipFile, RuntimeError, ValueError, zlib.error):
        return media_types.ZIP
    known = (found for name, found in _IN_ZIP.items() if name in names)
    return stated or next(known, media_types.ZIP)


def _stated(archive: ZipFile) -> str:
    with archive.open(_MIMETYPE) as file:
        stated = file.read(_STATED_CHARS).strip()
    return stated.decode("ascii") if _MEDIA_TYPE.fullmatch(stated) else ""
