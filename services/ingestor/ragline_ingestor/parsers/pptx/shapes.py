"""The shapes of a slide as HTML: text frames, tables, charts, groups, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from ragline_ingestor.parsers.docx.drawings import description, graphic_lines
from ragline_ingestor.parsers.docx.losses import Loss, Losses
from ragline_ingestor.parsers.docx.wordml import CHART, DIAGRAM, MC, A, Element, chosen
from ragline_ingestor.parsers.pptx.drawingml import (
    FURNITURE,
    SLIDE_NUMBER,
    TABLE,
    TITLES,
    P,
    placeholder,
    placeholder_type,
    properties,
)
from ragline_ingestor.parsers.pptx.paragraphs import frame_html, line_html

_ITEMS = frozenset({"body", "obj"})


class ShapeReader:
    """Reads the shapes of one part: a slide, its notes, or the layout or master below it."""

    def __init__(
        self,
        part: Any,
        losses: Losses,
        *,
        layout: Element | None = None,
        has_items: bool = True,
    ) -> None:
        """`layout` is the tree of the layout's shapes, whose lists the slide's shapes follow.

        `has_items`: whether the paragraphs of a text are items where nothing else is stated.
        """
        self._part = part
        self._losses = losses
        self._layout = layout
        self._items = _ITEMS if has_items else frozenset()
        # HTML of one line each
        self.titles: list[str] = []
        self.furniture: list[str] = []

    def html(self, tree: Element) -> str:
        """Return the HTML of all shapes in `tree` but titles and what each slide bears."""
        return "".join(self._shapes(tree))

    def _shapes(self, tree: Element) -> Iterator[str]:
        for shape in tree:
            if shape.tag == f"{MC}AlternateContent":
                yield from self._shapes(chosen(shape))
                continue
            own = properties(shape)
            if own is not None and own.get("hidden") in {"1", "true"}:
                self._losses.add(Loss.SHAPE)
            elif shape.tag == f"{P}grpSp":
                yield from self._shapes(shape)
            elif shape.tag == f"{P}graphicFrame":
                yield from self._graphic(shape)
            elif shape.tag == f"{P}pic":
                yield _image("" if own is None else description(own))
            elif shape.tag in {f"{P}sp", f"{P}cxnSp"}:
                yield self._frame(shape)

    def _frame(self, shape: Element) -> str:
        body = shape.find(f"{P}txBody")
        kind = placeholder_type(shape)
        if body is None or kind == SLIDE_NUMBER:
            return ""
        if kind in TITLES:
            self.titles.append(line_html(body, self._address))
            return ""
        if kind in FURNITURE:
            self.furniture.append(line_html(body, self._address))
            return ""
        return frame_html(
            body, self._address, styles=self._styles(shape), bullets=kind in self._items
        )

    def _styles(self, shape: Element) -> Sequence[Element]:
        """Return the list style of the layout's shape for the same place."""
        own = placeholder(shape)
        if own is None or self._layout is None:
            return ()
        for each in self._layout.iter(f"{P}sp"):
            other = placeholder(each)
            if other is not None and other.get("idx", "0") == own.get("idx", "0"):
                found = each.find(f"{P}txBody/{A}lstStyle")
                return () if found is None else (found,)
        return ()

    def _address(self, relation_id: str) -> str:
        relation = self._part.rels.get(relation_id)
        return str(relation.target_ref) if relation is not None and relation.is_external else ""

    def _graphic(self, frame: Element) -> Iterator[str]:
        own = properties(frame)
        told = "" if own is None else description(own)
        if told:
            yield f"<p>{escape(told)}</p>"
        for each in frame.iter(TABLE, f"{CHART}chart", f"{DIAGRAM}relIds", f"{P}oleObj"):
            if each.tag == TABLE:
                yield self._table(each)
            elif each.tag == f"{P}oleObj":
                self._losses.add(Loss.OBJECT)
                return
            else:
                yield self._drawing(each)

    def _drawing(self, graphic: Element) -> str:
        lines = graphic_lines(graphic, self._part)
        if lines is None:
            self._losses.add(Loss.DRAWING)
        return f"<p>{'<br>'.join(map(escape, lines))}</p>" if lines else ""

    def _table(self, table: Element) -> str:
        flags = table.find(f"{A}tblPr")
        has_head = flags is not None and flags.get("firstRow") in {"1", "true"}
        lines = [self._row(each) for each in table.iterchildren(f"{A}tr")]
        head = f"<thead>{lines[0]}</thead>" if has_head and len(lines) > 1 else ""
        rest = "".join(lines[1:] if head else lines)
        return f"<table>{head}<tbody>{rest}</tbody></table>"

    def _row(self, row: Element) -> str:
        cells = []
        for cell in row.iterchildren(f"{A}tc"):
            if {cell.get("hMerge"), cell.get("vMerge")} & {"1", "true"}:
                continue
            body = cell.find(f"{A}txBody")
            spans = f' colspan="{_span(cell, "gridSpan")}" rowspan="{_span(cell, "rowSpan")}"'
            html = "" if body is None else frame_html(body, self._address, styles=(), bullets=False)
            cells.append(f"<td{spans}>{html}</td>")
        return f"<tr>{''.join(cells)}</tr>"


def _span(cell: Element, name: str) -> int:
    stated = str(cell.get(name, "1"))
    return int(stated) if stated.isdecimal() and len(stated) < 5 else 1


def _image(described: str) -> str:
    return f'<p><img alt="{escape(described)}"></p>' if described else "<img>"
