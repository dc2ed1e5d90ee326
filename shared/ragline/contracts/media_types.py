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
