"""RTF: the text that a reader of the document sees, in order, with its structure."""

from __future__ import annotations

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.docx.losses import Losses
from ragline_ingestor.parsers.html_content import HtmlContent
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.rtf.reader import RtfReader

_START = b"{\\rtf"


def parse_rtf(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse RTF; the title is the document's property, else its first heading.

    Headers and footers stand once, at the start. Tracked changes count as accepted.

    Raises:
        InvalidDocument: `corrupt_rtf`, or `too_large`: groups or text.
    """
    if not content.data.lstrip().startswith(_START):
        raise InvalidDocument(
            "the file does not begin as RTF does: save it again in a word processor",
            code="corrupt_rtf",
        )
    check_nodes(content.data.count(b"{"), limits)
    losses = Losses()
    reader = RtfReader(losses)
    body = reader.read(content.data)
    builder = TextBuilder()
    pages = HtmlContent(builder.add, limits)
    pages.add("".join(reader.headers))
    pages.add(body)
    return builder.build(
        title=" ".join(reader.title.split()) or None,
        warnings=(*pages.warnings(), *losses.warnings()),
    )
