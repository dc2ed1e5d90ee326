"""Small look-ups in a DOM."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from selectolax.lexbor import LexborNode

# what no browser shows
UNSEEN = frozenset(
    {
        *("script", "style", "template", "noscript", "iframe", "object", "head", "title", "select"),
        *("datalist", "audio", "video", "canvas", "annotation", "rp"),
    }
)


def child_nodes(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the children, those that are text too."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def attribute(node: LexborNode, name: str) -> str:
    """Return an attribute's value; empty where it is not stated."""
    return node.attributes.get(name) or ""


def has(node: LexborNode, name: str) -> bool:
    """Tell whether an attribute is stated, with or without a value."""
    return name in node.attributes


def element_before(node: LexborNode) -> LexborNode | None:
    """Return the sibling element in front, None where there is none or text is between."""
    return _sibling(node.prev, forward=False)


def element_after(node: LexborNode) -> LexborNode | None:
    """Return the sibling element behind, None where there is none or text is between."""
    return _sibling(node.next, forward=True)


def text_length(node: LexborNode, *, without: Collection[int] = (), links: bool = True) -> int:
    """Count the shown characters under `node` that are not white space.

    `without` are the `mem_id`s of nodes that do not count; nor does the text of links unless
    `links`.
    """
    stack, length = [node], 0
    while stack:
        each = stack.pop()
        if each.mem_id in without:
            continue
        if each.is_text_node:
            length += len("".join(each.text().split()))
        elif each.tag not in UNSEEN and (links or each.tag != "a"):
            stack.extend(child_nodes(each))
    return length


def _sibling(node: LexborNode | None, *, forward: bool) -> LexborNode | None:
    while node is not None and not node.is_element_node:
        if node.is_text_node and node.text().strip():
            return None
        node = node.next if forward else node.prev
    return node
