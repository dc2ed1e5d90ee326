"""AsciiDoc: read as the Markdown that it comes to."""

from __future__ import annotations

from dataclasses import replace

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.asciidoc.markdown import AsciiDocReader
from ragline_ingestor.parsers.markdown import parse_markdown


def parse_asciidoc(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse AsciiDoc; files that it includes are told as missing.

    Raises:
        InvalidDocument: `not_text`, `too_large`.
    """
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    reader = AsciiDocReader(text)
    markdown = "\n".join(reader.lines()).strip("\n")
    document = parse_markdown(Content(data=markdown.encode(), charset="utf-8"), limits)
    warnings = document.warnings
    if reader.missing:
        names = ", ".join(dict.fromkeys(reader.missing))
        warnings = (*warnings, f"included files are not read: publish them on their own ({names})")
    return replace(document, language=reader.language or document.language, warnings=warnings)
