"""What the stage needs of whoever parses and chunks."""

from __future__ import annotations

from typing import Protocol

from ragline_ingestor.document import Content
from ragline_ingestor.prepared import Prepared


class Prepare(Protocol):
    """Parses and chunks content."""

    async def __call__(self, content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
        """Return at least one chunk of `content`; its format may show in one of its `names`.

        Raises:
            InvalidDocument: the content is broken, empty, of an unknown format, or costs too much.
            Unavailable: it cannot be parsed just now.
        """
        ...
