"""JSON, and JSON Lines, as a tree; numbers stay as they are written."""

from __future__ import annotations

import json

from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.tree.node import DEEPEST, Branch, Leaf, Node


class _Pairs(list[tuple[str, object]]):
    """An object; a list could not be told from an array, and a dict keeps a name only once."""


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_float=str, parse_int=str, parse_constant=str, strict=False
)


def read_json(text: str, limits: ParseLimits) -> Node:
    """Read one value, or one in each line.

    Raises:
        InvalidDocument: `too_large`.
        ValueError: it is neither, or nested too deep.
    """
    check_nodes(sum(map(text.count, ",:[{")), limits)
    try:
        try:
            return _node(_DECODER.decode(text))
        except json.JSONDecodeError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            return Branch([("", _node(_DECODER.decode(line))) for line in lines], is_list=True)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _node(value: object, depth: int = 0) -> Node:
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, _Pairs):
        return Branch([(name, _node(below, depth + 1)) for name, below in value])
    if isinstance(value, list):
        return Branch([("", _node(below, depth + 1)) for below in value], is_list=True)
    if isinstance(value, str):
        return Leaf(value or '""')
    return Leaf(json.dumps(value))
