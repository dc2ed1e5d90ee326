"""One form for characters that are written in several ways, for all that compares texts.

It is Unicode's NFKC without the characters that no reader sees (soft hyphens, zero-width and bidi
marks): full-width and half-width forms, ligatures, no-break spaces and decomposed letters become
the common ones. Quotes, hyphens and digits of all scripts become ASCII's, raised digits `^6`, and
runs of scripts without spaces stand between blanks. Case stays. What is stored, shown and cited is
never folded: `folded_text.py` finds the way back to the source.
"""

from __future__ import annotations

import re
import unicodedata

import regex

from ragline.superscripts import unified
from ragline.unspaced import set_apart

# what Unicode calls default ignorable, the stretched line between Arabic letters, and trade marks,
# whose letters would become part of the name before them
_UNSEEN = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2120\u2122\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_OTHERWISE = {
    **dict.fromkeys("‘’‚‛‹›ʹ\u0374ʻʼʽ´\u1ffd′׳＇", "'"),
    **dict.fromkeys("“”„‟«»″״＂", '"'),
    **dict.fromkeys("‐‑‒–−﹣－", "-"),
}
# what NFKC makes of others: the slash of fractions and units, and a letter whose lower case has a
# dot of its own above the i
_COMPOSED = (("⁄", "/"), ("∕", "/"), ("İ", "I"))
# units with a raised digit, and signs that are a number or hold one: `2½` must not become 21
# halves
_UNITS = "㍸㍹㎟㎠㎡㎢㎣㎤㎥㎦㎨㎯"
_NUMBERS = "¼-¾⅐-⅟↉①-⒛⓪㉈-㉏㉑-㉟㊱-㊿㋀-㋋㍘-㍰㏠-㏾🄀-🄊"
_UNUSUAL = re.compile(f"[{_UNSEEN}{_UNITS}{_NUMBERS}{''.join(map(re.escape, _OTHERWISE))}]")
_NUMBER = re.compile(f"[{_NUMBERS}]")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
# Unicode's stream-safe form: to put marks in order takes time by the square of their number
_MARKS = regex.compile(r"(\p{M}{30}+)\p{M}++")


def folded(text: str) -> str:
    """Return `text` in the form in which texts are compared.

    >>> folded("ＡＢ－１２３４ ﬁle Zu\u00adschuss 2½ m²")
    'AB-1234 file Zuschuss 2 1/2  m^2'
    """
    text = characters(text)
    return text if text.isascii() else set_apart(text)


def folded_case(text: str) -> str:
    """Return `text` folded, and in one case."""
    if text.isascii():
        return folded(text).lower()
    return unicodedata.normalize("NFC", folded(text).casefold())


def characters(text: str) -> str:
    """Return `text` with its characters folded, without blanks between scripts."""
    if not text.isascii():
        text = _UNUSUAL.sub(_usual, text)
    if text.isascii():  # most texts in English are, but for their quotes
        return unified(text) if "^{" in text else text
    text = unified(_MARKS.sub(r"\1", text))
    text = unicodedata.normalize("NFKC", text)
    for composed, common in _COMPOSED:
        text = text.replace(composed, common)
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def _usual(unusual: re.Match[str]) -> str:
    character = unusual[0]
    if character in _UNITS:
        codes = unicodedata.decomposition(character).split()[1:]
        return "".join(chr(int(code, 16)) for code in codes)
    if _NUMBER.match(character):
        return f" {unicodedata.normalize('NFKC', character)} "
    return _OTHERWISE.get(character, "")
