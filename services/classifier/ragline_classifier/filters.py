"""Filters that a question states in words; only unambiguous ones, because a filter hides documents.

"What changed since 2024" can only be answered by documents updated since then. This does not hold
for "before" ("Who led the team before 2020?" may be answered by documents of any age), nor for
procedures and faults ("backups fail since May"): there a time limits the search only if the
question explicitly refers to the documents ("pages updated before 2020").
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Filters
from ragline_classifier import periods

_DOCUMENTS = (
    r"(?:documents?|docs?|pages?|articles?|posts?|files?|sources?|results?|notes|reports?|papers?"
    r"|guides?|manuals?|tutorials?|policies|entries|announcements?|changelogs?|news)"
)
_WRITTEN = (
    r"(?:(?:that\s+)?(?:were\s+|was\s+|are\s+)?(?:last\s+)?"
    r"(?:updated|published|written|changed|added|created|modified|edited|released|dated)\s+)"
)
_ABOUT_DOCUMENTS = re.compile(rf"(?i)\b{_DOCUMENTS}\s+{_WRITTEN}?$|\b{_WRITTEN}$")
# Questions for news. Any other "since" is about the world ("member since 2004 of which band?"); as
# a filter it would hide the answer and every document without a date.
_ASKS_FOR_NEWS = re.compile(
    r"(?i)\W*(?:news\b|(?:what|which|anything|something|everything)(?:\s+\w+)?"
    r"(?:['’]s|\s+(?:is|are|was|were|has|have|been))*\s+"
    r"(?:new|changed?|changes|updated?|updates|added|released?|releases|introduced|removed"
    r"|deprecated|fixed|announced|published|happened)\b)"
)
# `What changed in the travel policy since 2024?` is answered by the policy itself, which may state
# no date
_OF_A_TEXT = re.compile(
    r"(?i)\b(?:in|of|to|about)\s+(?:the|our|my)\s+(?:\w+\s+){0,3}"
    r"(?:policy|rules?|plan|contract|agreement|handbook|guideline|process|procedure)\b"
)
_SINCE = re.compile(rf"(?i)\b(?P<word>since|after|newer\s+than)\s+(?:{periods.PERIOD})")
_BEFORE = re.compile(rf"(?i)\b(?P<word>before|until|older\s+than)\s+(?:{periods.PERIOD})")
_LAST = re.compile(
    r"(?i)\b(?:in|within|over|during|from)\s+the\s+(?:last|past)\s+"
    r"(?:(?P<count>\d{1,4})\s+)?(?P<unit>day|week|month|year)(?P<plural>s?)\b"
)
_LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en",
    "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi",
    "hungarian": "hu", "italian": "it", "japanese": "ja", "korean": "ko", "norwegian": "no",
    "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "spanish": "es",
    "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip
_NAMES = "|".join(_LANGUAGES)
_LANGUAGE = re.compile(
    rf"(?i)\b(?:{_DOCUMENTS}\s+(?:that\s+are\s+)?(?:written\s+)?in\s+(?P<after>{_NAMES})\b"
    rf"|only\s+(?:in\s+)?(?P<only>{_NAMES})(?:[-\s]language)?\s+{_DOCUMENTS}\b"
    rf"|(?P<adjective>{_NAMES})[-\s]language\s+{_DOCUMENTS}\b)"
)


def recognise(text: str, *, intent: Intent, now: datetime) -> Filters:
    """Return the filters on documents that `text` states; the last mention of each kind wins.

    Args:
        text: the standalone question.
        intent: procedural and troubleshooting questions must say "documents updated since …";
            others may also ask for news ("what changed since …").
        now: the reference for "in the last 30 days"; a start in the future is ignored.
    """
    loose = intent in {Intent.FACTUAL, Intent.NAVIGATIONAL} and _asks_for_news(text)
    start = _start(text, loose=loose, now=now)
    end = _end(text)
    if start and end and start > end:
        return Filters(languages=_languages(text))
    return Filters(updated_from=start, updated_to=end, languages=_languages(text))


def merge(explicit: Filters, found: Filters) -> Filters:
    """Return the publisher's filters, completed by `found` unless the time range becomes empty."""
    merged = explicit.narrowed_by(found)
    if merged.updated_from and merged.updated_to and merged.updated_from > merged.updated_to:
        times = {"updated_from": explicit.updated_from, "updated_to": explicit.updated_to}
        return merged.model_copy(update=times)
    return merged


def _asks_for_news(text: str) -> bool:
    return _ASKS_FOR_NEWS.match(text) is not None and not _OF_A_TEXT.search(text)


def _about_documents(text: str, match: re.Match[str]) -> bool:
    return _ABOUT_DOCUMENTS.search(text[max(0, match.start() - 80) : match.start()]) is not None


def _start(text: str, *, loose: bool, now: datetime) -> datetime | None:
    found: list[tuple[int, datetime]] = []
    for match in _SINCE.finditer(text):
        if (loose or _about_documents(text, match)) and (period := periods.parse(match)):
            since = match["word"].lower() == "since"
            found.append((match.start(), period.start if since else period.end))
    for match in _LAST.finditer(text):
        stated = bool(match["count"]) == bool(match["plural"]) or match["count"] == "1"
        if stated and (loose or _about_documents(text, match)):
            count, unit = int(match["count"] or 1), match["unit"].lower()
            if instant := periods.ago(now, count, unit):
                found.append((match.start(), instant))
    past = [pair for pair in found if pair[1] <= now]
    return max(past)[1] if past else None


def _end(text: str) -> datetime | None:
    """Return the last instant included, so it may be used as an inclusive or exclusive bound."""
    ends = []
    for match in _BEFORE.finditer(text):
        if _about_documents(text, match) and (period := periods.parse(match)):
            until = match["word"].lower() == "until"
            ends.append((period.end if until else period.start) - timedelta(microseconds=1))
    return ends[-1] if ends else None


def _languages(text: str) -> tuple[str, ...]:
    named = [m["after"] or m["only"] or m["adjective"] for m in _LANGUAGE.finditer(text)]
    return tuple(_LANGUAGES[name.lower()] for name in named[-1:])
