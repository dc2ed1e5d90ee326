"""Archives and Office documents are known by their bytes, whatever their names are."""

from __future__ import annotations

import io
import tarfile
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts import media_types
from ragline.errors import InvalidDocument
from ragline_ingestor.container_types import OLE_START, container_type
from ragline_ingestor.document import Content
from ragline_ingestor.parsers import parse
from ragline_ingestor.settings import IngestorSettings

LIMITS = IngestorSettings().parse_limits()


def zipped(*names: str, first: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, b"x" if number else first)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


def ole(stream: str) -> bytes:
    return OLE_START + b"\0" * 500 + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zipped("a.txt"), media_types.ZIP),
        (zipped("[Content_Types].xml", "word/document.xml"), media_types.DOCX),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), media_types.PPTX),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), media_types.XLSX),
        (zipped("mimetype", first=b"application/epub+zip"), media_types.EPUB),
        (zipped("mimetype", first=media_types.ODT.encode()), media_types.ODT),
        (b"PK\x03\x04 cut off", media_types.ZIP),
        (tarred(), media_types.TAR),
        (b"\x1f\x8b\x08", media_types.GZIP),
        (b"7z\xbc\xaf\x27\x1c\x00", media_types.SEVEN_ZIP),
        (b"Rar!\x1a\x07\x01\x00", media_types.RAR),
        (ole("WordDocument"), media_types.DOC),
        (ole("Workbook"), media_types.XLS),
        (ole("PowerPoint Document"), media_types.PPT),
        (ole("__properties_version1.0"), media_types.MSG),
        (ole("EncryptedPackage"), media_types.ENCRYPTED),
        (b"just words", None),
    ],
)
def test_type(data: bytes, expected: str | None) -> None:
    assert container_type(data) == expected


@given(st.sampled_from([b"PK\x03\x04", OLE_START, b""]), st.binary(max_size=600))
def test_any_bytes_have_a_type_or_none(start: bytes, data: bytes) -> None:
    found = container_type(start + data)
    assert found is None or "/" in found


@pytest.mark.parametrize(
    ("media_type", "word"),
    [
        (media_types.ZIP, "unpack"),
        (media_types.TAR, "unpack"),
        (media_types.GZIP, "unpack"),
        (media_types.SEVEN_ZIP, "unpack"),
        (media_types.RAR, "unpack"),
        (media_types.DOC, "DOCX"),
        (media_types.XLS, "XLSX"),
        (media_types.PPT, "PPTX"),
    ],
)
def test_what_is_refused_is_told_what_helps(media_type: str, word: str) -> None:
    with pytest.raises(InvalidDocument, match=word) as caught:
        parse(Content(data=b"x"), media_type=media_type, limits=LIMITS)
    assert caught.value.code == "unsupported_media_type"


@pytest.mark.parametrize(
    ("stream", "word"), [("EncryptedPackage", "password"), ("WordDocument", "save it as DOCX")]
)
def test_an_office_file_under_the_name_of_another_is_told(stream: str, word: str) -> None:
    with pytest.raises(InvalidDocument, match=word):
        parse(Content(data=ole(stream)), media_type=media_types.DOCX, limits=LIMITS)
