"""Raised and lowered text in plain text: `10⁶`, `10^6`, `H₂O`.

Without a sign for it, 10 to the power of 6 would become 106. Parsers write the signs, and all that
compares words reads them the same in either spelling (`unified`).
"""

from __future__ import annotations

import re

_PLAIN = "0123456789+-=()"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
# how else people write a minus
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-"})
_RAISE = str.maketrans(f"{_PLAIN}ni", f"{_RAISED}ⁿⁱ")
_LOWER = str.maketrans(_PLAIN, _LOWERED)
_UNRAISE = str.maketrans(f"{_RAISED}ⁿⁱ", f"{_PLAIN}ni")
_UNLOWER = str.maketrans(_LOWERED, _PLAIN)
_CAN_BE_RAISED = re.compile(r"[0-9+\-=()ni]+")
_CAN_BE_LOWERED = re.compile(r"[0-9+\-=()]+")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "re", "e", "o", "a", "è", "ème", "º", "ª"})
_MARKS = {"tm": "™", "sm": "℠"}
_SIGN = re.compile(f"[{_RAISED}ⁿⁱ{_LOWERED}]")
_RAISED_RUN = re.compile(f"(?P<run>[{_RAISED}ⁿⁱ]+)(?P<digit>(?=[0-9]))?")
_LOWERED_RUN = re.compile(f"(?P<number>(?<=[0-9]))?(?P<run>[{_LOWERED}]+)(?P<digit>(?=[0-9]))?")
_BRACED = re.compile(r"\^\{(-?\d{1,9})\}")


def raised(text: str, *, after: str) -> str:
    """Return `text` as it is written above the line behind `after`.

    Digits and signs have characters of their own; `1st` stays as it is, and so does a mark that
    is no letter; other text gets `^`.

    >>> "10" + raised("6", after="10"), "x" + raised("2k", after="x"), "1" + raised("st", after="1")
    ('10⁶', 'x^(2k)', '1st')
    """
    core = text.strip()
    return _with_space(text, core, _raised(core.translate(_MINUS), core, after))


def lowered(text: str, *, after: str) -> str:
    """Return `text` as it is written below the line behind `after`: digits as `₂`, words plainly.

    >>> "H" + lowered("2", after="H") + "O", "V" + lowered("max", after="V")
    ('H₂O', 'Vmax')
    """
    core = text.strip()
    plain = core.translate(_MINUS)
    if not _CAN_BE_LOWERED.fullmatch(plain):
        beside_digit = after[-1:].isdigit() and core[:1].isdigit()
        return _with_space(text, core, f"_({core})" if beside_digit else core)
    return _with_space(text, core, plain.translate(_LOWER))


def unified(text: str) -> str:
    """Return `text` with raised digits as `^6` and lowered ones as plain ones.

    Unicode's compatibility forms would make 106 of `10⁶`, so this comes before them.

    >>> unified("10⁶ m² of H₂O")
    '10^6 m^2 of H2O'
    """
    if not text.isascii() and _SIGN.search(text):
        text = _LOWERED_RUN.sub(_unlowered, _RAISED_RUN.sub(_unraised, text))
    return _BRACED.sub(r"^\1", text)


def _unraised(found: re.Match[str]) -> str:
    return f"^{found['run'].translate(_UNRAISE)}{_apart_after(found)}"


def _unlowered(found: re.Match[str]) -> str:
    """Return digits as they are written on the line, apart from those of a number before them."""
    before = "_" if found["number"] is not None else ""
    return before + found["run"].translate(_UNLOWER) + _apart_after(found)


def _apart_after(found: re.Match[str]) -> str:
    """Keep digits on the line behind the run apart from it: 100 m²2F."""
    return " " if found["digit"] is not None else ""


def _raised(plain: str, core: str, after: str) -> str:
    if not core:
        return ""
    if _CAN_BE_RAISED.fullmatch(plain) and (len(plain) == 1 or not plain.isalpha()):
        return plain.translate(_RAISE)
    if core.casefold() in _MARKS:
        return _MARKS[core.casefold()]
    if core.casefold() in _ORDINALS and after[-1:].isdigit():
        return core
    if not any(map(str.isalnum, core)) or not after[-1:].strip():
        return core
    return f"^{core}" if len(core) == 1 or core.isdecimal() else f"^({core})"


def _with_space(text: str, core: str, written: str) -> str:
    """Put the white space of `text` around what its core was written as."""
    if not core:
        return text
    start = text.index(core)
    return text[:start] + written + text[start + len(core) :]
