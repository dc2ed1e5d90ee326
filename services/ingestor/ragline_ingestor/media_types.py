"""Determines a document's format: as declared, else by its name, else by its first bytes."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from ragline.contracts.media_types import (
    ASCIIDOC,
    CSV,
    EPUB,
    HTML,
    JSON,
    MARKDOWN,
    NOTEBOOK,
    PDF,
    PLAIN,
    RST,
    RTF,
    XLSX,
    XML,
    YAML,
    named_media_type,
)
from ragline_ingestor.container_types import container_type
from ragline_ingestor.document import Content

_ALIASES = {
    "text/x-markdown": MARKDOWN,
    "text/mdx": MARKDOWN,
    "text/prs.fallenstein.rst": RST,
    "application/xhtml+xml": HTML,
    "application/x-pdf": PDF,
    "application/x-rtf": RTF,
    "text/rtf": RTF,
    "application/x-epub+zip": EPUB,
    "application/csv": CSV,
    "text/x-csv": CSV,
    "application/vnd.ms-excel.sheet.macroenabled.12": XLSX,
    "text/json": JSON,
    "application/x-ndjson": JSON,
    "application/jsonl": JSON,
    "application/geo+json": JSON,
    "application/ld+json": JSON,
    "text/yaml": YAML,
    "text/x-yaml": YAML,
    "application/x-yaml": YAML,
    "text/xml": XML,
    "application/rss+xml": XML,
    "application/atom+xml": XML,
    "application/vnd.jupyter": NOTEBOOK,
    "text/x-asciidoc": ASCIIDOC,
    "application/javascript": "text/javascript",
    "application/x-javascript": "text/javascript",
    "application/typescript": "text/x-typescript",
    "application/x-python-code": "text/x-python",
    "text/x-script.python": "text/x-python",
    "application/x-sh": "text/x-shellscript",
    "text/x-sh": "text/x-shellscript",
    "application/sql": "text/x-sql",
    "application/x-httpd-php": "text/x-php",
}
_SAYS_NOTHING = {"", "application/octet-stream", "binary/octet-stream"}
_HTML_START = re.compile(
    rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype html|html|head|body)\b", re.I | re.S
)
_XML_START = re.compile(rb"(?:\xef\xbb\xbf)?+\s*+<\?xml\s")
_MARKDOWN_SIGN = re.compile(rb"^(?:#{1,6} \S|```|---\n\w+:)", re.M)
_RST_SIGN = re.compile(rb"^\.\. [\w:-]+::(?:[ \n]|$)", re.M)
_SNIFFED = 4096


def split_media_type(declared: str | None) -> tuple[str | None, str | None]:
    """Split `text/html; charset=x` into type and charset, in lower case; None if not stated."""
    media_type, *parameters = (declared or "").lower().split(";")
    charset = None
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            charset = value.strip(" \"'") or None
    media_type = media_type.strip()
    return (None if media_type in _SAYS_NOTHING else media_type), charset


def resolve_media_type(content: Content, *, names: tuple[str, ...]) -> str:
    """Return the media type of `content`: declared, by the suffix of `names`, or sniffed."""
    declared, _ = split_media_type(content.media_type)
    if declared:
        return _ALIASES.get(declared, declared)
    named = (_by_name(name) for name in names)
    return next((found for found in named if found), None) or _sniff(content.data)


def _by_name(name: str) -> str | None:
    path = PurePosixPath(urlsplit(name).path if "://" in name else name)
    return named_media_type(path.suffix) or mimetypes.types_map.get(path.suffix.lower())


def _sniff(data: bytes) -> str:
    start = data[:_SNIFFED]
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"{\\rtf"):
        return RTF
    if container := container_type(data):
        return container
    if _HTML_START.match(start):
        return HTML
    return _markup(start)


def _markup(start: bytes) -> str:
    if _XML_START.match(start):
        return XML
    # Markdown for Sphinx (MyST) may contain such directives as well
    if _MARKDOWN_SIGN.search(start):
        return MARKDOWN
    return RST if _RST_SIGN.search(start) else PLAIN
