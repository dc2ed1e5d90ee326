"""The text of a paragraph as HTML, with what it refers to: notes, boxes, pictures."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ragline_ingestor.parsers.docx.losses import Loss, Losses
from ragline_ingestor.parsers.docx.wordml import Element
from ragline_ingestor.parsers.odt.names import DRAW, OFFICE, SVG, TEXT, XLINK, number, stated
from ragline_ingestor.parsers.odt.styles import OdtStyles

_MOST_SPACES = 100
_PAGE_FIELDS = frozenset({f"{TEXT}page-number", f"{TEXT}page-count"})

ReadBlocks = Callable[[Element], str]


class OdtInline:
    """Reads paragraphs; `after` is the HTML of what stands behind the paragraph."""

    def __init__(self, styles: OdtStyles, losses: Losses, blocks: ReadBlocks) -> None:
        self._styles = styles
        self._losses = losses
        self._blocks = blocks
        self.after: list[str] = []
        self._handlers: dict[str, Callable[[Element], str]] = {
            f"{TEXT}s": lambda each: " " * min(number(each, f"{TEXT}c", 1), _MOST_SPACES),
            f"{TEXT}tab": lambda _: " ",
            f"{TEXT}line-break": lambda _: "<br>",
            f"{TEXT}span": self._span,
            f"{TEXT}a": self._link,
            f"{TEXT}note": self._note,
            f"{TEXT}ruby-text": lambda each: f"({self.read(each)})",
            f"{TEXT}hidden-text": self._hidden,
            f"{TEXT}hidden-paragraph": lambda _: "",
            f"{OFFICE}annotation": self._comment,
            f"{DRAW}frame": self.frame,
            f"{DRAW}g": self._boxed,
            f"{DRAW}a": self.read,
            f"{SVG}title": lambda _: "",
            f"{SVG}desc": lambda _: "",
        }

    def read(self, element: Element) -> str:
        """Return the HTML of what is in `element`."""
        parts = [escape(element.text or "")]
        for each in element:
            if isinstance(each.tag, str):
                parts.append(self._child(each))
            parts.append(escape(each.tail or ""))
        return "".join(parts)

    def _child(self, element: Element) -> str:
        tag = str(element.tag)
        if handle := self._handlers.get(tag):
            return handle(element)
        if tag in _PAGE_FIELDS or tag.startswith(f"{TEXT}change"):
            return ""
        return self._boxed(element) if tag.startswith(DRAW) else self.read(element)

    def _span(self, element: Element) -> str:
        name = stated(element, f"{TEXT}style-name")
        if self._styles.is_hidden(name):
            return self._hidden(element)
        html = self.read(element)
        script = self._styles.script(name)
        return f"<{script}>{html}</{script}>" if script and html.strip() else html

    def _hidden(self, _: Element) -> str:
        self._losses.add(Loss.HIDDEN)
        return ""

    def _link(self, element: Element) -> str:
        target = stated(element, f"{XLINK}href")
        return f'<a href="{escape(target)}">{self.read(element)}</a>'

    def _note(self, element: Element) -> str:
        cited = element.find(f"{TEXT}note-citation")
        mark = escape("".join(cited.itertext()).strip()) if cited is not None else ""
        body = element.find(f"{TEXT}note-body")
        if body is not None:
            # its first paragraph stands on the line of the mark
            html = self._blocks(body).removeprefix("<p>")
            self.after.append(f"<div>[{mark or '*'}] {html}</div>")
        return f"[{mark or '*'}]"

    def _comment(self, _: Element) -> str:
        self._losses.add(Loss.REMARK)
        return ""

    def frame(self, element: Element) -> str:
        """Return the description of a picture; the text in a box stands behind."""
        described = " ".join(
            " ".join("".join(each.itertext()).split())
            for each in element
            if each.tag in {f"{SVG}title", f"{SVG}desc"}
        ).strip()
        kinds = {str(each.tag).removeprefix(DRAW) for each in element if isinstance(each.tag, str)}
        if kinds & {"object", "object-ole"}:
            self._losses.add(Loss.OBJECT)
        elif "image" in kinds and not described:
            return "<img>"
        shown = f'<img alt="{escape(described)}">' if described else ""
        return shown + self._boxed(element)

    def _boxed(self, element: Element) -> str:
        """Read what is in a drawing behind the paragraph that bears it."""
        self.after.append(self._blocks(element))
        return ""
