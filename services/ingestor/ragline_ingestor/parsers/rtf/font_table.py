"""The encodings of a file's fonts."""

from __future__ import annotations

from ragline_ingestor.parsers.rtf.encodings import DEFAULT, of_charset, of_page


class FontTable:
    """Encodings by the numbers of fonts; `encoding` is the file's own."""

    def __init__(self) -> None:
        self.encoding = DEFAULT
        self._encodings: dict[int, str | None] = {}
        self._font = 0

    def use_page(self, number: int | None) -> None:
        """Note the code page of the file."""
        self.encoding = of_page(number or 0)

    def begin(self, font: int) -> None:
        """Begin the entry of a font."""
        self._font = font

    def set_charset(self, number: int | None) -> None:
        """Note the character set of the entry's font."""
        self._encodings[self._font] = of_charset(number or 0)

    def set_page(self, number: int | None) -> None:
        """Note the code page of the entry's font; 0 is none."""
        if number:
            self._encodings[self._font] = of_page(number)

    def encoding_of(self, font: int) -> str | None:
        """Return the encoding of a font; None if it is the file's."""
        return self._encodings.get(font)
