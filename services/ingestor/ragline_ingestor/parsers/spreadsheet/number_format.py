"""A number as a spreadsheet shows it: `15 %`, `1,234.50 €`, `00042`.

Dates are written as 2026-03-05, whatever their format: a format of the reader's country would leave
open which number is the month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel

_GENERAL = "general"
_DIGITS = 15
_LITERAL = re.compile(
    r'"([^"]*+)"|\\(.)|\[\$([^\]\-]{0,50}+)[^\]]{0,50}+\]|\[[^\]]{0,50}+\]|[_*]([\s\S])', re.S
)
_NUMBER = re.compile(r"[#0?.][#0?,.]*+(?:E[+-][#0?]++)?+", re.I)
_DATE_ONLY = re.compile(r"[hs]|AM/PM", re.I)
_FRACTION = re.compile(r"[#0?]\s*+/\s*+[#0?\d]")
# a literal in a format, while the rest of it is looked at
_MARK = "\ue000"


def shown_number(value: str, number_format: str, epoch: datetime) -> str:
    """Return the text of the number `value` as written in a file.

    `epoch` is the first day of the file's dates. A value that is no number, or a date out of range,
    is returned as it is.
    """
    try:
        number = Decimal(value)
    except ArithmeticError:
        return value
    try:
        return _shown(number, number_format, epoch)
    except (ArithmeticError, ValueError):  # not finite, or of more digits than spreadsheets keep
        return value


def _shown(number: Decimal, number_format: str, epoch: datetime) -> str:
    sections = _sections(number_format)
    if len(sections) > 1 and number < 0:
        # that a number is negative may show only as its colour or in brackets
        shown = _formatted(-number, sections[1]).strip("()").strip()
        return shown if "-" in shown else f"-{shown}"
    section = sections[2] if len(sections) > 2 and number == 0 else sections[0]
    if is_date_format(section):
        date_shown = _date(number, section, epoch)
        return _plain(number) if date_shown is None else date_shown
    return _formatted(number, section)


def shown_date(value: date | time | timedelta, *, with_time: bool) -> str:
    """Return a date as `2026-03-05`, with its time of day if it has one or shall have one."""
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, datetime) and (with_time or value.time() != time()):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    return value.strftime("%Y-%m-%d")


def _date(number: Decimal, section: str, epoch: datetime) -> str | None:
    try:
        value = from_excel(float(number), epoch, timedelta=is_timedelta_format(section))
    except (OverflowError, ValueError):
        return None
    if value is None:
        return None
    codes, _ = _codes(section)
    if isinstance(value, datetime):
        if value.microsecond >= 500_000:  # serial numbers are not exact to the second
            value += timedelta(seconds=1)
        value = value.replace(microsecond=0)
        if not _DATE_ONLY.search(codes):
            return value.strftime("%Y-%m-%d")
        if not re.search(r"[dy]", codes, re.I):
            value = value.time()
    return shown_date(value, with_time=False)


@lru_cache(maxsize=256)
def _sections(number_format: str) -> tuple[str, ...]:
    literals: list[str] = []

    def hide(match: re.Match[str]) -> str:
        literals.append(match[0])
        return _MARK

    parts = _LITERAL.sub(hide, number_format).split(";")
    found = iter(literals)
    return tuple("".join(next(found) if c == _MARK else c for c in part) for part in parts)


@lru_cache(maxsize=256)
def _codes(section: str) -> tuple[str, tuple[str, ...]]:
    """Return a format with marks for its literals, and the literals."""
    literals: list[str] = []

    def hide(match: re.Match[str]) -> str:
        quoted, escaped, currency, blank = match.groups()
        literals.append(quoted or escaped or currency or (" " if blank else ""))
        return _MARK

    return _LITERAL.sub(hide, section), tuple(literals)


def _formatted(number: Decimal, section: str) -> str:
    codes, literals = _codes(section)
    if _GENERAL in codes.lower() or codes.strip() in ("", "@"):
        return _plain(number)
    pattern = _NUMBER.search(codes)
    if pattern is None or _FRACTION.search(codes):
        # a text instead of the number, or a fraction, which is the number as well
        return _plain(number) if pattern else _with_literals(codes, literals).strip()
    places = iter(literals)
    before = _with_literals(codes[: pattern.start()], places)
    after = _with_literals(codes[pattern.end() :], places)
    shown = _digits(number, pattern[0], percent=codes.count("%"))
    sign = "-" if shown.startswith("-") else ""
    return f"{sign}{before}{shown.removeprefix('-')}{after}".strip()


def _with_literals(codes: str, literals: Iterator[str] | tuple[str, ...]) -> str:
    found = iter(literals)
    return "".join(next(found, "") if c == _MARK else c for c in codes)


def _digits(number: Decimal, pattern: str, *, percent: int) -> str:
    number *= Decimal(100) ** percent
    mantissa, _, exponent = pattern.upper().partition("E")
    while mantissa.endswith(","):  # thousands are left out
        mantissa, number = mantissa[:-1], number / 1000
    whole, _, fraction = mantissa.partition(".")
    least, most = fraction.count("0"), sum(map(fraction.count, "0#?"))
    if exponent:
        return f"{number:.{most}E}"
    rounded = number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    sign = "-" if rounded < 0 else ""
    digits, _, decimals = f"{abs(rounded):f}".partition(".")
    while len(decimals) > least and decimals.endswith("0"):
        decimals = decimals[:-1]
    digits = digits.rjust(whole.count("0"), "0")
    if "," in whole:
        digits = f"{int(digits):,}"
    return sign + digits + ("." + decimals if decimals else "")


def _plain(number: Decimal) -> str:
    """Return a number without a format, with the digits that a spreadsheet keeps."""
    rounded = float(f"{number:.{_DIGITS}g}")
    if rounded == int(rounded) and abs(rounded) < 10**_DIGITS:
        return str(int(rounded))
    return repr(rounded)
