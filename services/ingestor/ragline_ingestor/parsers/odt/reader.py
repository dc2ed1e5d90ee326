"""The blocks of a text as HTML: headings with their numbers, lists, tables, sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from ragline_ingestor.parsers.docx.losses import Loss, Losses
from ragline_ingestor.parsers.docx.wordml import Element
from ragline_ingestor.parsers.odt.inline import OdtInline
from ragline_ingestor.parsers.odt.names import DRAW, OFFICE, TABLE, TEXT, number, stated
from ragline_ingestor.parsers.odt.styles import Level, OdtStyles
from ragline_ingestor.parsers.text_budget import TextBudget

_LOWEST = 6
# a longer one is text whose author wanted the style
_LONGEST_HEADING = 200
# nobody writes more equal rows or cells, a sheet's empty ones are many more
_MOST_REPEATED = 100
# lists of what stands elsewhere, made by the program
_SKIPPED = frozenset(
    {
        *(f"{TEXT}{kind}-index" for kind in ("illustration", "table", "object", "alphabetical")),
        *(f"{TEXT}{name}" for name in ("table-of-content", "user-index", "tracked-changes")),
        *(f"{TEXT}{name}" for name in ("sequence-decls", "variable-decls", "user-field-decls")),
        f"{OFFICE}forms",
    }
)
_ROW_GROUPS = frozenset(f"{TABLE}{name}" for name in ("table-rows", "table-row-group"))


class OdtReader:
    """Reads blocks; it counts headings and items as it goes."""

    def __init__(self, styles: OdtStyles, losses: Losses, budget: TextBudget) -> None:
        self._styles = styles
        self._losses = losses
        self._budget = budget
        self._headings: list[int] = []
        self._counts: dict[str, list[int]] = {}
        self._handlers: dict[str, Callable[[Element], str]] = {
            f"{TEXT}h": self._heading,
            f"{TEXT}p": self._paragraph,
            f"{TEXT}list": lambda each: self._list(each, stated(each, f"{TEXT}style-name"), 1),
            f"{TABLE}table": lambda each: f"<table>{''.join(self._rows(each))}</table>",
            f"{DRAW}frame": lambda each: self._with_inline(each, "p"),
        }

    def html(self, container: Element) -> str:
        """Return the HTML of the blocks in `container`."""
        return "".join(self._blocks(container))

    def _blocks(self, container: Iterable[Element]) -> Iterator[str]:
        for each in container:
            if handle := self._handlers.get(str(each.tag)):
                yield handle(each)
            elif stated(each, f"{TEXT}display") == "none":
                self._losses.add(Loss.HIDDEN)
            elif isinstance(each.tag, str) and each.tag not in _SKIPPED:
                yield self.html(each)

    def _with_inline(self, element: Element, tag: str, label: str = "") -> str:
        """Return a paragraph's HTML, and that of what stands behind it."""
        if self._styles.is_hidden(stated(element, f"{TEXT}style-name")):
            self._losses.add(Loss.HIDDEN)
            return ""
        reader = OdtInline(self._styles, self._losses, self.html)
        is_frame = element.tag == f"{DRAW}frame"
        html = reader.frame(element) if is_frame else reader.read(element)
        tag = "p" if len(html) > _LONGEST_HEADING else tag
        shown = f"<{tag}>{escape(label)}{html}</{tag}>" if html.strip() else ""
        return shown + "".join(reader.after)

    def _paragraph(self, element: Element, label: str = "") -> str:
        is_title = self._styles.is_title(stated(element, f"{TEXT}style-name"))
        return self._with_inline(element, "h1" if is_title else "p", label)

    def _heading(self, element: Element) -> str:
        depth = max(number(element, f"{TEXT}outline-level", 1), 1)
        label = ""
        level = self._styles.outline.get(depth, Level())
        if level.style and stated(element, f"{TEXT}is-list-header") != "true":
            _count(self._headings, depth, level.start, number(element, f"{TEXT}start-value", -1))
            label = f"{level.label(self._headings)} "
        return self._with_inline(element, f"h{min(depth, _LOWEST)}", label)

    def _list(self, element: Element, style: str, depth: int) -> str:
        """Return a list; labels of several levels (`3.2.1`) and those of headings are text."""
        level = self._styles.level(style, depth)
        numbers = self._counts.setdefault(style, [])
        goes_on = stated(element, f"{TEXT}continue-numbering") == "true"
        if not goes_on and not element.get(f"{TEXT}continue-list") and depth == 1:
            numbers.clear()
        is_plain = level.shown_levels > 1 or element.find(f"{TEXT}list-item/{TEXT}h") is not None
        items = "".join(
            self._item(each, style, depth, is_plain=is_plain)
            for each in element
            if each.tag in {f"{TEXT}list-item", f"{TEXT}list-header"}
        )
        if is_plain:
            return items
        return f'<ol type="{level.style}">{items}</ol>' if level.style else f"<ul>{items}</ul>"

    def _item(self, item: Element, style: str, depth: int, *, is_plain: bool) -> str:
        level = self._styles.level(style, depth)
        numbers = self._counts[style]
        del numbers[depth:]
        is_counted = bool(level.style) and item.tag == f"{TEXT}list-item"
        if is_counted and any(each.tag != f"{TEXT}list" for each in item):
            _count(numbers, depth, level.start, number(item, f"{TEXT}start-value", -1))
        value = f' value="{numbers[depth - 1]}"' if is_counted and len(numbers) >= depth else ""
        label = f"{level.label(numbers[:depth])} " if value and is_plain else ""
        parts = []
        for each in item:
            if each.tag == f"{TEXT}list":
                inner = stated(each, f"{TEXT}style-name") or style
                parts.append(self._list(each, inner, depth + 1))
            elif label and each.tag == f"{TEXT}p":
                parts.append(self._paragraph(each, label))
                label = ""
            elif each.tag == f"{TEXT}h":
                tag = f"h{min(number(each, f'{TEXT}outline-level', depth), _LOWEST)}"
                parts.append(self._with_inline(each, tag, label))
                label = ""
            else:
                parts.extend(self._blocks([each]))
        html = "".join(parts)
        return html if is_plain else f"<li{value}>{html}</li>"

    def _rows(self, table: Element) -> Iterator[str]:
        for each in table:
            if each.tag == f"{TABLE}table-header-rows":
                yield f"<thead>{''.join(self._rows(each))}</thead>"
            elif each.tag in _ROW_GROUPS:
                yield from self._rows(each)
            elif each.tag == f"{TABLE}table-row":
                html = f"<tr>{''.join(self._cells(each))}</tr>"
                yield self._repeated(html, number(each, f"{TABLE}number-rows-repeated", 1))

    def _cells(self, row: Element) -> Iterator[str]:
        for each in row:
            if each.tag != f"{TABLE}table-cell":
                continue
            wide = number(each, f"{TABLE}number-columns-spanned", 1)
            high = number(each, f"{TABLE}number-rows-spanned", 1)
            html = f'<td colspan="{wide}" rowspan="{high}">{self.html(each)}</td>'
            yield self._repeated(html, number(each, f"{TABLE}number-columns-repeated", 1))

    def _repeated(self, html: str, times: int) -> str:
        times = max(times, 1) if times <= _MOST_REPEATED else 1
        self._budget.spend(len(html) * (times - 1))
        return html * times


def _count(numbers: list[int], depth: int, start: int, stated_number: int) -> None:
    """Count one more at a depth; the numbers below it begin anew."""
    del numbers[depth:]
    while len(numbers) < depth:
        numbers.append(start - 1 if len(numbers) == depth - 1 else 1)
    numbers[depth - 1] = stated_number if stated_number >= 0 else numbers[depth - 1] + 1
