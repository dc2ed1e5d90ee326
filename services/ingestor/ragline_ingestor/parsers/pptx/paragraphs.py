"""The paragraphs of a text frame as HTML: lists by their levels, raised text, links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from ragline_ingestor.parsers.docx.equations import linear
from ragline_ingestor.parsers.docx.wordml import MC, A, Element, M, chosen
from ragline_ingestor.parsers.nested_lines import ListedLine, nested_html
from ragline_ingestor.parsers.pptx.drawingml import relation_id

Address = Callable[[str], str]
"""Returns the address outside the file that a relation's id names, else an empty string."""

_MOST_LEVELS = 9
_NUMBER_STYLES = {
    "alphaLc": "a",
    "alphaUc": "A",
    "romanLc": "i",
    "romanUc": "I",
}


def frame_html(body: Element, address: Address, *, styles: Sequence[Element], bullets: bool) -> str:
    """Return the HTML of a text frame.

    `styles` are the `a:lstStyle` that count for it, the nearest first; `bullets`: whether its
    paragraphs are items where nothing else is stated.
    """
    lists = [each for each in (body.find(f"{A}lstStyle"), *styles) if each is not None]
    found = (_paragraph(each, address, lists, bullets) for each in body.iterchildren(f"{A}p"))
    return nested_html([each for each in found if each.html])


def line_html(body: Element, address: Address) -> str:
    """Return the HTML of a text frame on one line: of a title, a footer."""
    lines = (_inline(each, address).replace("<br>", " ") for each in body.iterchildren(f"{A}p"))
    return " ".join(" ".join(lines).split())


def _paragraph(
    paragraph: Element, address: Address, lists: Sequence[Element], bullets: bool
) -> ListedLine:
    own = paragraph.find(f"{A}pPr")
    stated = str(own.get("lvl", "0")) if own is not None else "0"
    level = min(int(stated), _MOST_LEVELS - 1) if stated.isdecimal() else 0
    inherited = (each.find(f"{A}lvl{level + 1}pPr") for each in lists)
    tags = (_list_tag(each) for each in (own, *inherited) if each is not None)
    tag = next((each for each in tags if each is not None), "ul" if bullets else "")
    return ListedLine(html=_inline(paragraph, address).strip(), level=level, tag=tag)


def _list_tag(properties: Element) -> str | None:
    """Return the list's opening tag, empty for no list; None where that is not stated."""
    numbered = properties.find(f"{A}buAutoNum")
    if numbered is not None:
        style = str(numbered.get("type", ""))
        kind = next((v for k, v in _NUMBER_STYLES.items() if style.startswith(k)), "1")
        start = str(numbered.get("startAt", "1"))
        return f'ol type="{kind}" start="{start if start.isdecimal() else 1}"'
    if properties.find(f"{A}buNone") is not None:
        return ""
    if properties.find(f"{A}buChar") is not None or properties.find(f"{A}buBlip") is not None:
        return "ul"
    return None


def _inline(element: Element, address: Address) -> str:
    parts: list[str] = []
    for each in element:
        if each.tag == f"{A}r":
            parts.append(_run(each, address))
        elif each.tag == f"{A}br":
            parts.append("<br>")
        elif each.tag == f"{M}oMath":
            parts.append(escape(linear(each)))
        elif each.tag == f"{MC}AlternateContent":
            parts.append(_inline(chosen(each), address))
        elif each.tag == f"{A}fld":
            parts.append("" if each.get("type") == "slidenum" else _run(each, address))
        elif isinstance(each.tag, str):
            parts.append(_inline(each, address))
    return "".join(parts)


def _run(run: Element, address: Address) -> str:
    # a line's end in a title is written so
    text = "".join(each.text or "" for each in run.iterchildren(f"{A}t"))
    html = escape(text).replace("\v", "<br>").replace("_x000B_", "<br>")
    properties = run.find(f"{A}rPr")
    if properties is None:
        return html
    shift = str(properties.get("baseline", "0"))
    if shift.strip("0%-+"):
        tag = "sub" if shift.startswith("-") else "sup"
        html = f"<{tag}>{html}</{tag}>"
    link = properties.find(f"{A}hlinkClick")
    target = address(relation_id(link)) if link is not None else ""
    return f'<a href="{escape(target)}">{html}</a>' if target else html
