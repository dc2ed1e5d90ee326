"""How much text may come of a source that says once what stands in many places.

That is a merged cell, in every row that it covers, or an address that many links refer to.
"""

from __future__ import annotations

from ragline.errors import InvalidDocument
from ragline_ingestor.document import ParseLimits


class TextBudget:
    """Counts written text; a cell over all rows of a long table must not come to gigabytes."""

    def __init__(self, limits: ParseLimits) -> None:
        self._most = limits.text_chars
        self._chars = 0

    def spend(self, chars: int) -> None:
        """Count more text.

        Raises:
            InvalidDocument: `too_large`.
        """
        self._chars += chars
        if self._chars > self._most:
            raise InvalidDocument(
                f"merged cells or addresses repeated come to more than {self._most} characters:"
                " split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
                code="too_large",
            )
