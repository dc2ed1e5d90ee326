"""The form of sentences that answer a given kind of question.

A how-to question calls for an instruction, "what is …" for a definition, "how many …" for a number.
The forms are the surface patterns of question answering (Ravichandran and Hovy, "Learning Surface
Text Patterns for a Question Answering System", 2002), in English only: in other languages no form
is expected, and only the terms decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ragline.contracts.plan import Intent
from ragline_generator.passages.terms import asked, terms
from ragline_generator.passages.words import Sort, words

_FITTING = 1.3
_PURPOSE = re.compile(r"(?:to|in order to)\s+\w+", re.IGNORECASE)
_DEFINED = re.compile(
    r"what(?:'s|’s|\s+is|\s+are)\s+(?:an?\s+|the\s+)?(?P<thing>[^?]+)", re.IGNORECASE
)
_DEFINING = re.compile(r"\b(?:is|are|refers? to|means?)\b", re.IGNORECASE)
_SUBJECT_AT_MOST = 60
_THING_AT_MOST = 3
_COUNTED = re.compile(
    r"\bhow (?:many|much|long|often|old|big|large|far|fast|high)\b|\bwhen\b"
    r"|\b(?:what|which) (?:\w+ )?(?:port|number|version|year|date|size|limit|percentage|age)\b"
    r"|\bdefault\b"
    r"|いくら|いつ|何(?:円|日|時|人|個|歳|年|月|回|分|台|本|枚|番)|多少|几|多久|多长|什么时候|多大|몇|얼마|언제",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"\b(?:link|url|pages?|docs?|documents?|documentation|guide|manual|handbook|tutorial|article"
    r"|section|chapter|reference|seite|dokumentation|anleitung|handbuch|página|pagina"
    r"|documentación|documentação|documentatie|documentazione)\b|文档|文件|ページ|資料",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_WRITTEN = re.compile(
    r"\b(?:described|documented|explained|find|found|read|written|listed|look)\b", re.IGNORECASE
)
_WHO = re.compile(r"\W*+(?:and\s++)?(?:who|whom|wer|wem|wen|qui|quién)\b", re.IGNORECASE)
# A number, also one written out before its unit in Chinese or Japanese
_DIGIT = re.compile(
    r"\d|(?<![一二三四五六七八九十百千万两半])[一二三四五六七八九十百千万两半]++[个か]?(?:円|元|日|天|時|时|点|人|個|歳|岁|年|月|週|周|回|次|分|台|本|枚|倍)"
)


def asks_for_text(question: str) -> bool:
    """Tell whether a text is asked for, rather than what it says."""
    written = _WHERE.search(question) and _WRITTEN.search(question)
    return written is not None or _TEXT.search(question) is not None


def expectation(question: str, intent: Intent) -> Callable[[str], float]:
    """Return a function from a sentence to a factor: how well its form fits as an answer."""
    if intent is Intent.PROCEDURAL:
        return lambda text: _FITTING if _PURPOSE.match(text) or text.endswith(":") else 1.0
    if _COUNTED.search(question):
        return lambda text: _FITTING if _DIGIT.search(text) else 1.0
    if _WHO.match(question):
        named = terms(question)
        return lambda text: _FITTING if _has_name(text, named) else 1.0
    definition = _DEFINED.match(question.strip())
    if definition and len(asked(definition["thing"])) <= _THING_AT_MOST:
        thing = asked(definition["thing"])
        return lambda text: _FITTING if _defines(text, thing) else 1.0
    return lambda text: 1.0


def _has_name(text: str, known: frozenset[str]) -> bool:
    return any(word.sort is Sort.NAME and word.term not in known for word in words(text))


def _defines(text: str, thing: frozenset[str]) -> bool:
    found = _DEFINING.search(text, 0, _SUBJECT_AT_MOST)
    return found is not None and thing <= terms(text[: found.start()])
