"""The inline text of a block: links, pictures, raised and lowered text."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from ragline.superscripts import lowered, raised
from ragline_ingestor.parsers.html_nodes import UNSEEN, attribute, child_nodes, has
from ragline_ingestor.parsers.html_page import Page

_ADDRESS = re.compile(r"(?:https?|mailto|tel|ftp|sftp|sms):", re.I)
# what the shown text of a link leaves out of its address
_UNSHOWN = re.compile(r"(?:https?://|mailto:|tel:)?(.*?)/?", re.DOTALL)
_SCRIPTS = {"sup": raised, "sub": lowered, "msup": raised, "msub": lowered}
_UNIT_OR_NUMBER = re.compile(r"(?:^|[^A-Za-z])(?:[mcdk]?m|ft|in|yd|10|e)$")
_MARK = re.compile(r"\w{1,3}")

Walk = Callable[[LexborNode], None]


class InlineText:
    """Collects the text of one block."""

    def __init__(self, page: Page, *, links: bool) -> None:
        self._page = page
        self._links = links
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        """Add text."""
        if text:
            self._parts.append(text)

    def take(self) -> str:
        """Return the lines, only `br` breaks one, and begin anew."""
        lines = (" ".join(line.split()) for line in self.raw().split("\n"))
        self._parts.clear()
        return "\n".join(lines).strip()

    def raw(self) -> str:
        """Return the text with all its white space."""
        return "".join(self._parts)

    def element(self, node: LexborNode, children: Walk) -> None:
        """Add an inline element, whose content `children` walks."""
        tag = node.tag or ""
        if tag == "br":
            self.write("\n")
        elif tag == "img":
            self._image(node)
        elif tag == "a":
            self._link(node, children)
        elif tag in _SCRIPTS:
            self._script(node, tag)
        elif tag == "rt":
            self.write("(")
            children(node)
            self.write(")")
        elif tag in {"textarea", "label", "svg", "text"}:
            self.write(" ")
            children(node)
            self.write(" ")
        elif tag not in UNSEEN:
            children(node)

    def deep(self, node: LexborNode, *, scripts: bool = False) -> None:
        """Add all text under `node` with its white space; `scripts`: raised text with signs."""
        stack = [node]
        while stack:
            each = stack.pop()
            if each.is_text_node:
                self.write(each.text())
            elif each.tag == "br":
                self.write("\n")
            elif scripts and each.tag in _SCRIPTS:
                self._script(each, each.tag)
            elif each.tag not in UNSEEN:
                stack.extend(reversed(list(child_nodes(each))))

    def _image(self, node: LexborNode) -> None:
        described = " ".join((attribute(node, "alt") or attribute(node, "title")).split())
        if described:
            self.write(f" [Image: {described}] ")
        elif not has(node, "alt"):
            self._page.pictures += 1

    def _link(self, node: LexborNode, children: Walk) -> None:
        if _refers_to_note(node) and (mark := " ".join(node.text().split()).strip("[]()")):
            self.write(f"[{mark}]")
            return
        start = len(self._parts)
        children(node)
        target = attribute(node, "href").strip()
        if self._page.base and target and not target.startswith("#"):
            target = _absolute(self._page.base, target)
        if not self._links or not _ADDRESS.match(target):
            return
        # blocks in the link have taken the text away
        shown = "".join(self._parts[start:]) if start <= len(self._parts) else ""
        bare = _UNSHOWN.fullmatch(target)
        if bare is None or bare[1].casefold() not in shown.casefold():
            self._behind(f" ({target})")

    def _behind(self, text: str) -> None:
        """Add text right behind the last word."""
        if self._parts and self._parts[-1].strip():
            last = self._parts[-1]
            self._parts[-1] = last.rstrip()
            self._parts += [text, last[len(last.rstrip()) :]]
        else:
            self._parts.append(text)

    def _script(self, node: LexborNode, tag: str) -> None:
        inner = InlineText(self._page, links=False)
        if tag.startswith("m"):
            base, *above = [each for each in child_nodes(node) if each.is_element_node] or [node]
            self.deep(base)
            for each in above:
                inner.deep(each)
        else:
            inner.deep(node)
        text = inner.raw()
        before = self._before()
        mark = text.strip()
        link = node.css_first("a")
        if link is not None and _refers_to_note(link) and link.text().strip() == mark:
            self.element(link, self.deep)
        elif tag == "sup" and _MARK.fullmatch(mark) and self._is_mark(node, mark, before):
            self.write(text.replace(mark, f"[{mark}]"))
        else:
            self.write(_SCRIPTS[tag](text, after=before or " "))

    def _is_mark(self, node: LexborNode, mark: str, before: str) -> bool:
        """Tell whether raised text refers to a footnote, as in `5<sup>1</sup> days`."""
        parent = node.parent
        links = [node.css_first("a[href]"), parent if parent and parent.tag == "a" else None]
        if any(each is not None and "#" in attribute(each, "href") for each in links):
            return True
        return mark in self._page.marks and not _UNIT_OR_NUMBER.search(before)

    def _before(self) -> str:
        """Return the last characters of the text so far."""
        tail = ""
        for part in reversed(self._parts):
            tail = part + tail
            if len(tail) > 3:
                break
        return tail[-4:]


def _refers_to_note(link: LexborNode) -> bool:
    """Tell whether a link is a footnote's mark by what EPUB, or the web, names it."""
    kinds = f"{attribute(link, 'epub:type')} {attribute(link, 'role')}".split()
    return "noteref" in kinds or "doc-noteref" in kinds


def _absolute(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:  # no address
        return target
