"""Takes out of a page what is not its content: menus, banners, dialogs, forms to fill in.

Each is recognised by what it is, and a page that would lose most of its text by that keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ragline_ingestor.parsers.html_nodes import (
    UNSEEN,
    attribute,
    child_nodes,
    element_after,
    element_before,
    has,
    text_length,
)

# Less than this, in characters outside links, is a logo, a copyright line, a search field
FEW = 200
_COOKIE_BANNER_CHARS = 1_500
_QUESTION = "button, summary, h1, h2, h3, h4, h5, h6"
_COOKIES = re.compile(r"cookie|consent|gdpr", re.I)
_NOTICE = re.compile(r"admonition|warn|caution|danger|note|notice|tip|info|important|alert", re.I)
_ACCORDION = re.compile(r"accordion|faq|collaps|question|disclosure", re.I)
# the anchor signs that documentation generators put next to headings
_ANCHORS = frozenset({"headerlink", "hash-link", "anchor"})
_CONTENT = frozenset({"main", "article"})
_BOXES = frozenset({"div", "section", "aside", "form", "dialog"})
_STRUCTURE = "h1, h2, h3, h4, h5, h6, p, table, ul, ol, dl, pre, article, section"
_MENU_ROLES = frozenset({"navigation", "search", "menu", "menubar", "toolbar"})
_PAGE_ROLES = frozenset({"banner", "contentinfo"})
_DIALOGS = frozenset({"dialog", "alertdialog"})
_PANEL_ROLES = frozenset({"tabpanel", "region"})
_LABELS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt", "legend"})


@dataclass(slots=True)
class _Noise:
    """The outermost nodes that are noise; the doubtful ones may be content on odd pages."""

    unseen: list[LexborNode] = field(default_factory=list)
    certain: list[LexborNode] = field(default_factory=list)
    doubtful: list[LexborNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a node stands.

    In the page's content, in the label of something, in a box on cookies, or in elements of the
    tags `kept`. What is in one that was judged is not judged again: that would take quadratic time.
    """

    in_content: bool = False
    in_label: bool = False
    in_cookies: bool = False
    kept: frozenset[str | None] = frozenset()


def remove_noise(tree: LexborHTMLParser) -> int:
    """Take the noise out of the page, and return how much of it may have been content.

    That is a number of characters outside links.
    """
    body = tree.body
    if body is None:
        return 0
    noise = _Finder(tree).find(body)
    menus = {node.mem_id for node in noise.certain}
    every = menus | {node.mem_id for node in noise.doubtful}
    whole = text_length(body, without=menus, links=False)
    left = text_length(body, without=every, links=False)
    lost = whole - left
    removed = noise.unseen
    if text_length(body, without=every) and (lost < FEW or left >= lost):
        removed = removed + noise.certain + noise.doubtful
    elif text_length(body, without=menus):
        removed, lost = removed + noise.certain, 0
    else:
        lost = 0
    for node in removed:
        node.decompose()
    return lost


def is_notice(node: LexborNode) -> bool:
    """Tell whether an element warns of something or adds to the text."""
    return attribute(node, "role") in {"note", "alert"} or (
        node.tag == "aside" and _NOTICE.search(attribute(node, "class")) is not None
    )


def is_question(button: LexborNode) -> bool:
    """Tell whether a button opens what stands below it, as in a list of questions."""
    if attribute(button, "role") == "tab":
        return True
    behind = element_after(button)
    if behind is not None and (has(behind, "hidden") or attribute(behind, "role") in _PANEL_ROLES):
        return True
    names = f"{attribute(button, 'class')} {attribute(button, 'data-bs-toggle')}"
    return _ACCORDION.search(names) is not None


class _Finder:
    def __init__(self, tree: LexborHTMLParser) -> None:
        ids = {attribute(node, "id"): node for node in tree.css("[id]")}
        controls = (attribute(node, "aria-controls") for node in tree.css("[aria-controls]"))
        self._panels = {
            ids[name].mem_id
            for stated in controls
            for name in stated.split()
            if name in ids and ids[name].tag not in {"nav", "form"}
        }
        self._ids = ids

    def find(self, body: LexborNode) -> _Noise:
        found = _Noise()
        stack = [(child, _Place()) for child in child_nodes(body)]
        while stack:
            node, place = stack.pop()
            if not node.is_element_node:
                continue
            if node.tag in UNSEEN or (node.tag == "svg" and node.css_first("text") is None):
                found.unseen.append(node)
            elif self._is_certain(node, place):
                found.certain.append(node)
            elif self._is_doubtful(node, place):
                found.doubtful.append(node)
            else:
                within = _within(node, place)
                stack.extend((child, within) for child in child_nodes(node))
        return found

    def _is_certain(self, node: LexborNode, place: _Place) -> bool:
        if node.tag == "nav" or attribute(node, "role") in _MENU_ROLES:
            return True
        if node.tag == "a":
            return not _ANCHORS.isdisjoint(attribute(node, "class").split())
        return not (place.in_content or place.in_cookies) and _is_cookie_banner(node)

    def _is_doubtful(self, node: LexborNode, place: _Place) -> bool:
        if has(node, "hidden"):
            return not self._is_answer(node)
        if node.tag == "button":
            return not (place.in_label or self._opens_panel(node) or is_question(node))
        judge = _JUDGES.get(node.tag or "")
        if judge is not None and node.tag not in place.kept:
            return judge(node, place.in_content)
        role = attribute(node, "role")
        return (
            role in _DIALOGS
            or (role in _PAGE_ROLES and not place.in_content)
            or attribute(node, "aria-hidden") == "true"
        )

    def _is_answer(self, node: LexborNode) -> bool:
        """Tell whether a reader can open what is hidden at first."""
        if node.mem_id in self._panels or attribute(node, "hidden") == "until-found":
            return True
        if attribute(node, "role") in _PANEL_ROLES:
            return True
        before = element_before(node)
        return before is not None and (
            before.tag in _LABELS
            or before.tag == "button"
            or before.css_first(_QUESTION) is not None
        )

    def _opens_panel(self, button: LexborNode) -> bool:
        names = attribute(button, "aria-controls").split()
        return any(n in self._ids and self._ids[n].mem_id in self._panels for n in names)


def _within(node: LexborNode, place: _Place) -> _Place:
    """Return the place of what is in a node that is kept."""
    is_content = node.tag in _CONTENT or attribute(node, "role") == "main"
    return _Place(
        in_content=place.in_content or is_content,
        in_label=place.in_label or node.tag in _LABELS,
        in_cookies=place.in_cookies or _is_on_cookies(node),
        kept=place.kept | {node.tag} if node.tag in _JUDGES else place.kept,
    )


def _is_page_header(node: LexborNode, _: bool) -> bool:
    """Tell whether a header is the page's; one with the title is no mere menu."""
    return node.parent is not None and node.parent.tag == "body" and node.css_first("h1") is None


def _is_page_footer(node: LexborNode, in_content: bool) -> bool:
    return not in_content or _is_mostly_links(node)


def _is_link_box(node: LexborNode, _: bool) -> bool:
    return not is_notice(node) and _is_mostly_links(node)


def _is_mostly_links(node: LexborNode) -> bool:
    return 2 * text_length(node, links=False) < text_length(node)


def _is_to_fill_in(form: LexborNode, _: bool) -> bool:
    """Tell whether a form is for a reader's input: on some sites, one holds the whole page."""
    return form.css_first(_STRUCTURE) is None and text_length(form) < FEW


def _is_on_cookies(node: LexborNode) -> bool:
    if node.tag not in _BOXES:
        return False
    names = " ".join(attribute(node, name) for name in ("id", "class", "aria-label"))
    return _COOKIES.search(names) is not None


def _is_cookie_banner(node: LexborNode) -> bool:
    return (
        _is_on_cookies(node)
        and node.css_first("button, a, input") is not None
        and node.css_first("h1, main, article") is None
        and text_length(node) < _COOKIE_BANNER_CHARS
    )


_JUDGES: Mapping[str, Callable[[LexborNode, bool], bool]] = {
    "header": _is_page_header,
    "footer": _is_page_footer,
    "aside": _is_link_box,
    "form": _is_to_fill_in,
    "dialog": lambda *_: True,
}
