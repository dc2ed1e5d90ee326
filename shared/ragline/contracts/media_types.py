"""The document formats by name: what a publisher may declare and the ingestor can read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
