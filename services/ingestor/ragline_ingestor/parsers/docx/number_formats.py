"""How Word writes a number in a label: `3`, `iii`, `C`, `3rd`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_UP_TO = 3999
# Word goes on with `aa`, `bb`, up to thirty times the letter
_LETTERS_UP_TO = 780
_CHINESE = "〇一二三四五六七八九"
_CIRCLED_UP_TO = 20


def formatted(number: int, name: str) -> str:
    """Return `number` in the format `name` (`w:numFmt`); an unknown one gives decimal digits."""
    return _FORMATS.get(name, str)(number)


def _roman(number: int) -> str:
    if not 0 < number <= _ROMAN_UP_TO:
        return str(number)
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written


def _letter(number: int) -> str:
    if not 0 < number <= _LETTERS_UP_TO:
        return str(number)
    times, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (times + 1)


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    ten = ("" if tens == 1 else _CHINESE[tens]) + "十" if tens else ""
    return ten + (_CHINESE[ones] if ones else "")


def _circled(number: int) -> str:
    return chr(0x245F + number) if 0 < number <= _CIRCLED_UP_TO else str(number)


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": "{:02d}".format,
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "ordinal": _ordinal,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "none": lambda _: "",
}
