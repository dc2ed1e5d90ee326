"""The limit on a document's nodes, for parsers that build a tree of the whole document.

A node takes a hundred bytes of memory or more, and as little as three of a file: packed, 130 kB
of DOCX came to 3.2 GB.
"""

from __future__ import annotations

from ragline.errors import InvalidDocument
from ragline_ingestor.document import ParseLimits


def check_nodes(count: int, limits: ParseLimits) -> None:
    """Refuse a document of more nodes than `limits` allow.

    Raises:
        InvalidDocument: `too_large`.
    """
    if count > limits.nodes:
        raise InvalidDocument(
            f"{count} elements are over the limit of {limits.nodes}:"
            " split the document or raise RAGLINE_INGESTOR__MAX_NODES",
            code="too_large",
        )
