"""How much text the merged cells of tables may come to: each stands in every row that it covers."""

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
                f"the text with its merged cells is over the limit of {self._most} characters:"
                " split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
                code="too_large",
            )
