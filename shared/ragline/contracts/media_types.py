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
    }
)

_TEXT = frozenset({MARKDOWN, HTML, PLAIN, RST})


def encode_content(raw: bytes, media_type: str | None) -> tuple[str, Literal["text", "base64"]]:
    """Return a document's bytes as `content` and `content_encoding` of its event.

    Text that is not UTF-8 is sent as base64: the ingestor decides what to do and reports it.
    """
    if media_type in _TEXT:
        try:
            return raw.decode("utf-8"), "text"
        except UnicodeDecodeError:
            pass
    return base64.b64encode(raw).decode("ascii"), "base64"
