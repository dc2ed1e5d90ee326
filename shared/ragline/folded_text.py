"""A text in the form in which texts are compared, with the way back to its source."""

from __future__ import annotations

import regex

from ragline.folding import characters
from ragline.unspaced import runs

# what is folded together: letters of Hangul, a character with the raised or lowered text behind it
# and a digit behind that, and else a character with its marks. (Grapheme clusters, `\X`, would take
# time by the square of a row of flags.)
_HANGUL = "[ᄀ-ᇿㄱ-ㆎ\uffa0-\uffdc]"
_RAISED = "[⁰-₎¹²³㍸㍹㎟-㎦㎨㎯]"
_MARKED = r"(?s:.)[\p{M}\uff9e\uff9f]*+"
_TOGETHER = regex.compile(
    rf"\^\{{-?+\d{{1,9}}+\}}|{_HANGUL}++\p{{M}}*+"
    rf"|(?:{_MARKED}(?={_RAISED}))?+(?:{_RAISED}\p{{M}}*+)++\d?+|{_MARKED}"
)
_Place = tuple[int, int]


class FoldedText:
    """`text` is what `folded` returns for the source, and `source` returns what stands there.

    Costs a microsecond for each character beyond ASCII, so it is for questions and claims.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._places: list[_Place] | None = None
        self.text = source
        if not source.isascii() or "^{" in source:
            self.text, self._places = _folded(source)

    def source(self, start: int, end: int) -> str:
        """Return the slice of the source that `text[start:end]` is folded from, whole characters.

        A blank that folding added has no length in the source.
        """
        if self._places is None or start >= end:
            return self._source[start:end]
        # all of them, as an added blank may stand inside characters that are folded together
        places = self._places[start:end]
        return self._source[min(begin for begin, _ in places) : max(after for _, after in places)]


def _folded(source: str) -> tuple[str, list[_Place]]:
    text: list[str] = []
    places: list[_Place] = []
    for together in _TOGETHER.finditer(source):
        part = characters(together[0])
        text.append(part)
        places += [together.span()] * len(part)
    return _set_apart("".join(text), places)


def _set_apart(text: str, places: list[_Place]) -> tuple[str, list[_Place]]:
    """Put blanks around the runs of scripts without spaces; a blank stands between two places."""
    parts: list[str] = []
    found: list[_Place] = []
    at = 0
    for start, end in runs(text):
        before, after = places[start][0], places[end - 1][1]
        parts += [text[at:start], " ", text[start:end], " "]
        found += [*places[at:start], (before, before), *places[start:end], (after, after)]
        at = end
    return "".join([*parts, text[at:]]), [*found, *places[at:]]
