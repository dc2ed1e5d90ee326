"""A message as a document: who wrote what to whom and when, and what came with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ragline_ingestor.decoding import clean
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.html_content import HtmlContent
from ragline_ingestor.parsers.plain import parse_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterBody:
    """A piece of a message's text."""

    text: str
    is_html: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message: its headers by name in the order shown, and what came with it.

    `attachments` are the names of files, `forwarded` messages inside this one; `warnings` say what
    else is missing.
    """

    subject: str
    headers: tuple[tuple[str, str], ...]
    bodies: tuple[LetterBody, ...]
    attachments: tuple[str, ...] = ()
    forwarded: tuple[Letter, ...] = ()
    warnings: tuple[str, ...] = ()


def letter_document(letter: Letter, limits: ParseLimits) -> ParsedDocument:
    """Return the document of a message and of those forwarded in it; its title is the subject.

    Raises:
        InvalidDocument: `too_deep`, `too_large`.
    """
    builder = TextBuilder()
    content = HtmlContent(builder.add, limits)
    _add(letter, builder, content, limits, 1)
    names = tuple(_attachments(letter))
    warnings = content.warnings() + letter.warnings
    if names:
        warnings += (
            "attachments are not indexed, publish them as documents of their own: "
            + ", ".join(names),
        )
    return builder.build(title=letter.subject or None, warnings=warnings)


def _add(
    letter: Letter, builder: TextBuilder, content: HtmlContent, limits: ParseLimits, level: int
) -> None:
    builder.add(BlockKind.HEADING, letter.subject, level=level)
    lines = [f"{name}: {value}" for name, value in letter.headers if value]
    builder.add(BlockKind.PARAGRAPH, "\n".join(lines))
    for body in letter.bodies:
        if body.is_html:
            content.add(body.text, below=level)
        else:
            _add_plain(body.text, builder, limits)
    if letter.attachments:
        builder.add(BlockKind.PARAGRAPH, f"Attachments: {', '.join(letter.attachments)}")
    for each in letter.forwarded:
        _add(each, builder, content, limits, level + 1)


def _add_plain(text: str, builder: TextBuilder, limits: ParseLimits) -> None:
    document = parse_plain(Content(data=clean(text).encode(), charset="utf-8"), limits)
    if not document.blocks:
        builder.add(BlockKind.PARAGRAPH, document.text)
    for block in document.blocks:
        # the lines of a message are not the headings of a document
        kind = BlockKind.PARAGRAPH if block.kind is BlockKind.HEADING else block.kind
        builder.add(kind, document.text[block.start : block.end])


def _attachments(letter: Letter) -> Iterator[str]:
    yield from letter.attachments
    for each in letter.forwarded:
        yield from _attachments(each)
