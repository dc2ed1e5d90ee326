"""Extracts literal entities of a question: codes, versions, identifiers, quoted strings, dates.

Every entity is a verbatim slice of the text, found in its folded form: a code counts as one in
full-width letters too, and beside text without spaces. Patterns run in linear time, because a
question may be up to 8,192 arbitrary characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragline.contracts import bounds
from ragline.contracts.plan import Entities
from ragline.folded_text import FoldedText

# More entities of one kind indicate a pasted log, and each one adds a term to the metadata search
MAX_PER_KIND = 16
# digits from which a code says enough without the word before it
_SPECIFIC = 3

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_UNITS = (
    r"%|°|\s*(?:percent|per\s?cent|[kmgt]i?b|bytes?|ms|secs?|seconds?|mins?|minutes?|hours?|days?"
    r"|weeks?|months?|years?|million|billion|thousand|times|kg|g|km|cm|mm|m|miles?|inch(?:es)?"
    r"|ft|feet|l|lit(?:er|re)s?|v|volts?|w|watts?|hz|[mg]hz|euros?|dollars?|usd|eur)\b"
)

_QUOTED = re.compile(
    r"`([^`\n]{0,200})`|\"([^\"\n]{0,200})\"|(?<!\w)'([^'\n]{2,200})'(?!\w)"
    r"|「([^」\n]{1,200})」|『([^』\n]{1,200})』|《([^》\n]{1,200})》"
    # an error message without quotes extends to the end of its line
    r"|\b(?:[Ee]rror|ERROR|[Ee]xception|[Ff]atal|FATAL): +(\S[^\n]{0,199})"
)
_CODE = re.compile(
    r"\b(?:CVE-\d{4}-\d{4,7}|0x[0-9A-Fa-f]{2,16}|SIG[A-Z]{3,6}|E[A-Z]{4,15}(?![A-Z_])"
    r"|(?:ERR|ERROR|E)_[A-Z][A-Z0-9_]{2,60}|[A-Z]{1,6}-?\d{3,7})\b"
    r"|\b(?i:errno|sqlstate|exit (?:code|status)|error(?: code)?|code|status(?: code)?|http)"
    r"[ :#=]{1,3}(?P<tail>-?\d{1,6}|(?=[A-Z\d]{0,8}\d)[A-Z\d]{2,9})\b"
    r"|(?<![\w.,$€£-])(?P<http>[45]\d\d)(?=\s+(?i:error|response|status|bad|unauthorized|forbidden"
    r"|not|internal|service|gateway|too|conflict|timeout)\b|s\b)"
)
_VERSION = re.compile(
    r"(?<![\w.,$€£/-])(?P<version>[vV]\d{1,4}(?:\.\d{1,5}){0,3}(?:\.[xX*])?(?:[-.]?[a-z]{1,6}\d{0,3})?"
    r"|\d{1,4}\.\d{1,5}\.(?:\d{1,5}|[xX*])(?:\.\d{1,5})?(?:[-+.]?(?:a|b|rc|alpha|beta|dev|post)"
    r"\.?\d{0,3})?"
    r"|\d{1,4}\.(?:\d{1,3}|[xX*])(?:[-+.]?(?:a|b|rc|alpha|beta)\.?\d{0,3})?)"
    rf"(?![\w/]|[.,]\d)(?!(?i:{_UNITS}))"
)
_IDENTIFIER = re.compile(
    r"https?://[^\s<>\"'`)]{1,300}[^\s<>\"'`).,;:?!]"
    r"|(?<![\w-])--?[A-Za-z][\w-]{0,60}(?:=[^\s,;]{1,60})?(?<![-?!.])"
    r"|(?<![\w/.])(?:~|\.{1,2})?/[\w.-]{1,80}(?:/[\w.-]{1,80}){0,12}(?<![.])"
    r"|\b[A-Za-z]:\\[\w.\\-]{1,200}"
    r"|(?<![\w.])[A-Za-z_]\w{0,80}(?:\.[A-Za-z_]\w{1,80}){1,8}(?:\(\))?(?!\w)"
    r"|\b\w{1,80}\(\)"
    r"|(?<!\w)_{0,2}[A-Za-z0-9]{1,60}(?:_{1,2}[A-Za-z0-9]{1,60}){1,12}_{0,2}(?!\w)"
    r"|\b[a-z]{1,40}(?:[A-Z][a-z0-9]{1,40}){1,8}\b"
    r"|\b(?:[A-Z][a-z0-9]{1,40}){2,9}\b"
    r"|\b[A-Z]{2,10}[a-z][a-z0-9]{1,40}(?:[A-Z][a-z0-9]{1,40}){0,8}\b"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b"
)
_ABBREVIATIONS = frozenset({"e.g", "i.e", "a.m", "p.m", "a.k.a", "u.s", "u.k", "etc"})
_DATE = re.compile(
    r"\b(?:\d{4}-\d{2}(?:-\d{2})?|\d{1,2}[./]\d{1,2}[./]\d{4})\b"
    rf"|\b(?i:(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?)?{MONTH}\.?"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?,?)?\s+(?:19|20)\d\d)\b"
    r"|(?i:\b(?:since|in|after|before|from|until|by|during|of|year)\s+)"
    r"(?P<year>(?:19|20)\d\d)\b(?!\.\d)"
)


def extract(text: str) -> Entities:
    """Return the literal entities of `text`, each once per kind, in order of appearance."""
    searched = FoldedText(text)
    dates = _distinct(
        searched.source(*m.span("year" if m["year"] else 0)) for m in _DATE.finditer(searched.text)
    )
    identifiers = _distinct(_identifiers(searched))
    versions = (searched.source(*m.span("version")) for m in _VERSION.finditer(searched.text))
    longer = (*dates, *identifiers)
    return Entities(
        quoted=_distinct(_quoted(searched)),
        codes=_distinct(_codes(searched)),
        versions=_distinct(each for each in versions if not _inside(each, longer)),
        identifiers=identifiers,
        dates=dates,
    )


def _quoted(searched: FoldedText) -> Iterator[str]:
    for match in _QUOTED.finditer(searched.text):
        if inner := searched.source(*match.span(match.lastindex or 0)).strip():
            yield inner


def _codes(searched: FoldedText) -> Iterator[str]:
    for match in _CODE.finditer(searched.text):
        number = "http" if match["http"] else "tail"
        # "errno 13" is more specific than 13, which is in every text; "HTTP 503" is mostly written
        # 503
        specific = len(match[number] or "") >= _SPECIFIC
        yield searched.source(*match.span(number if specific else 0))


def _identifiers(searched: FoldedText) -> Iterator[str]:
    for match in _IDENTIFIER.finditer(searched.text):
        if match[0].lower() not in _ABBREVIATIONS:
            yield searched.source(*match.span())


def _inside(part: str, wholes: tuple[str, ...]) -> bool:
    return any(part in whole for whole in wholes)


def _distinct(found: Iterator[str]) -> tuple[str, ...]:
    short = (each for each in found if len(each) <= bounds.ENTITY_CHARS)
    return tuple(dict.fromkeys(short))[:MAX_PER_KIND]
