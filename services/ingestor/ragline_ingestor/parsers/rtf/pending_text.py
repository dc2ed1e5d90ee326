"""Text whose end is not known yet: a character may be of several bytes, or of two UTF-16 units."""

from __future__ import annotations


class PendingText:
    """Bytes in the encoding of a file's font, or units of UTF-16, whichever came last."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._units = bytearray()
        self._left_out = 0

    def add_bytes(self, text: bytes) -> bool:
        """Add bytes, and tell whether any are more than what stands for a unit before them."""
        skipped = min(self._left_out, len(text))
        self._left_out -= skipped
        self._bytes += text[skipped:]
        return skipped < len(text)

    def add_unit(self, unit: int, *, stand_in: int) -> None:
        """Add a unit of UTF-16; `stand_in` bytes that follow stand for it where it is not known."""
        self._units += (unit & 0xFFFF).to_bytes(2, "little")
        self._left_out = stand_in

    def expect_no_stand_in(self) -> None:
        """Take what follows for text: a control word has come between."""
        self._left_out = 0

    def take_bytes(self, encoding: str) -> str:
        """Return what the bytes say, and begin anew."""
        text = self._bytes.decode(encoding, "replace")
        self._bytes.clear()
        return text

    def take_units(self) -> str:
        """Return what the units say, and begin anew."""
        text = self._units.decode("utf-16-le", "replace")
        self._units.clear()
        return text
