"""The text of an HTML page's bytes, whose encoding the page itself may state."""

from __future__ import annotations

import re
from dataclasses import replace

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content

_META_CHARSET = re.compile(rb"<meta[^<>]+charset\s*+=\s*+[\"']?([\w.:-]++)", re.I)
# how far the HTML standard searches for the charset
_CHARSET_WITHIN = 1024


def html_source(content: Content) -> str:
    """Return the page's clean source; its own charset counts where none is stated beside it.

    Raises:
        InvalidDocument: `not_text`.
    """
    declared = _META_CHARSET.search(content.data[:_CHARSET_WITHIN])
    if content.charset or not declared:
        return decode(content)
    return decode(replace(content, charset=declared[1].decode("ascii")))
