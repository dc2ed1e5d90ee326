"""The names of the document formats that publishers may declare and the ingestor can read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

MARKDOWN = "text/markdown"
HTML = "text/html"
PLAIN = "text/plain"
RST = "text/x-rst"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
EPUB = "application/epub+zip"
EML = "message/rfc822"
MSG = "application/vnd.ms-outlook"
CSV = "text/csv"
TSV = "text/tab-separated-values"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
YAML = "application/yaml"
XML = "application/xml"
NOTEBOOK = "application/x-ipynb+json"
ASCIIDOC = "text/asciidoc"

# source code: the media type of a language and the suffixes of its files
SOURCE_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "text/x-python": (".py", ".pyi"),
        "text/javascript": (".js", ".mjs", ".cjs", ".jsx"),
        "text/x-typescript": (".ts", ".mts", ".cts", ".tsx"),
        "text/x-java": (".java",),
        "text/x-kotlin": (".kt", ".kts"),
        "text/x-scala": (".scala",),
        "text/x-groovy": (".groovy", ".gradle"),
        "text/x-c": (".c", ".h"),
        "text/x-c++": (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"),
        "text/x-csharp": (".cs",),
        "text/x-go": (".go",),
        "text/x-rust": (".rs",),
        "text/x-swift": (".swift",),
        "text/x-php": (".php",),
        "text/x-ruby": (".rb",),
        "text/x-perl": (".pl", ".pm"),
        "text/x-lua": (".lua",),
        "text/x-shellscript": (".sh", ".bash", ".zsh"),
        "text/x-powershell": (".ps1", ".psm1"),
        "text/x-sql": (".sql",),
        "text/x-r": (".r",),
        "text/x-protobuf": (".proto",),
        "text/x-terraform": (".tf",),
        "text/css": (".css", ".scss", ".less"),
    }
)

BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        ".md": MARKDOWN,
        ".mdx": MARKDOWN,
        ".markdown": MARKDOWN,
        ".html": HTML,
        ".htm": HTML,
        ".xhtml": HTML,
        ".txt": PLAIN,
        ".rst": RST,
        ".rest": RST,
        ".pdf": PDF,
        ".docx": DOCX,
        ".pptx": PPTX,
        ".pptm": PPTX,
        ".ppsx": PPTX,
        ".odt": ODT,
        ".rtf": RTF,
        ".epub": EPUB,
        ".eml": EML,
        ".msg": MSG,
        ".csv": CSV,
        ".tsv": TSV,
        ".tab": TSV,
        ".xlsx": XLSX,
        ".xlsm": XLSX,
        ".json": JSON,
        ".jsonl": JSON,
        ".ndjson": JSON,
        ".geojson": JSON,
        ".yaml": YAML,
        ".yml": YAML,
        ".xml": XML,
        ".rss": XML,
        ".atom": XML,
        ".ipynb": NOTEBOOK,
        ".adoc": ASCIIDOC,
        ".asciidoc": ASCIIDOC,
        ".log": PLAIN,
        ".ini": PLAIN,
        ".cfg": PLAIN,
        ".conf": PLAIN,
        ".toml": PLAIN,
        ".properties": PLAIN,
        **{suffix: source for source, names in SOURCE_SUFFIXES.items() for suffix in names},
    }
)

ZIP = "application/zip"
TAR = "application/x-tar"
GZIP = "application/gzip"
SEVEN_ZIP = "application/x-7z-compressed"
RAR = "application/vnd.rar"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
# what Office makes of a document with a password
ENCRYPTED = "application/x-encrypted-office"

_REFUSED_BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        ".zip": ZIP,
        ".tar": TAR,
        ".gz": GZIP,
        ".tgz": GZIP,
        ".bz2": "application/x-bzip2",
        ".xz": "application/x-xz",
        ".zst": "application/zstd",
        ".7z": SEVEN_ZIP,
        ".rar": RAR,
        ".doc": DOC,
        ".dot": DOC,
        ".xls": XLS,
        ".xlt": XLS,
        ".ppt": PPT,
        ".pps": PPT,
    }
)
_ARCHIVE = "archives are not read: unpack it and publish the files that are in it"
_OLD_OFFICE = "the binary format of old Office versions is not read: save it as {}, or export a PDF"
_REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *(ZIP, TAR, GZIP, SEVEN_ZIP, RAR),
                *("application/x-zip-compressed", "application/x-gzip", "application/x-gtar"),
                *("application/x-bzip2", "application/x-xz", "application/zstd"),
                *("application/x-rar-compressed", "application/x-rar"),
            ),
            _ARCHIVE,
        ),
        DOC: _OLD_OFFICE.format("DOCX"),
        XLS: _OLD_OFFICE.format("XLSX"),
        PPT: _OLD_OFFICE.format("PPTX"),
        ENCRYPTED: "the document is encrypted: save it without a password",
    }
)

_TEXT = frozenset({*(MARKDOWN, HTML, PLAIN, RST), *(CSV, TSV, JSON, YAML, XML, NOTEBOOK, ASCIIDOC)})


def encode_content(raw: bytes, media_type: str | None) -> tuple[str, Literal["text", "base64"]]:
    """Return a document's bytes as `content` and `content_encoding` of its event.

    Text that is not UTF-8 is sent as base64: the ingestor decides what to do and reports it.
    """
    if media_type in _TEXT or media_type in SOURCE_SUFFIXES:
        try:
            return raw.decode("utf-8"), "text"
        except UnicodeDecodeError:
            pass
    return base64.b64encode(raw).decode("ascii"), "base64"


def named_media_type(suffix: str) -> str | None:
    """Return the media type that a file's suffix, with its dot, names; None if it is not known.

    That may be one of a format that is refused.
    """
    suffix = suffix.lower()
    return BY_SUFFIX.get(suffix) or _REFUSED_BY_SUFFIX.get(suffix)


def refusal(media_type: str | None) -> str | None:
    """Return why a format is never read and what helps; None for any other format."""
    return _REFUSALS.get(media_type or "")
