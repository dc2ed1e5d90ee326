"""What the readers of one file share."""

from __future__ import annotations

from dataclasses import dataclass, field

from ragline.errors import InvalidDocument
from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.docx.losses import Losses
from ragline_ingestor.parsers.docx.notes import Notes
from ragline_ingestor.parsers.docx.numbering import Numbering
from ragline_ingestor.parsers.docx.styles import Styles


@dataclass(slots=True, kw_only=True)
class Source:
    """A file's styles, numbers and notes, what was left out of it, and how much it may hold."""

    styles: Styles
    numbering: Numbering
    notes: Notes
    losses: Losses
    limits: ParseLimits
    _chars: int = field(default=0, init=False)

    def spend(self, chars: int) -> None:
        """Count text; a merged cell stands in each row, which must not come to gigabytes.

        Raises:
            InvalidDocument: `too_large`.
        """
        self._chars += chars
        # text in a table is counted as its cells' and again as its rows'
        if self._chars > 4 * self.limits.text_chars:
            raise InvalidDocument(
                f"the text with its merged cells is over the limit of {self.limits.text_chars}"
                " characters: split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
                code="too_large",
            )
