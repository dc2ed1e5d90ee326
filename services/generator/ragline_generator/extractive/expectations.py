"""The form of sentences that answer a given kind of question.

A how-to question calls for an instruction, "what is …" for a definition, "how many …" for a number,
"when …" for a condition, "which modes …" for a list. The forms are the surface patterns of question
answering (Ravichandran and Hovy, "Learning Surface Text Patterns for a Question Answering System",
2002), in English only: in other languages no form is expected, and only the terms decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ragline.contracts.plan import Intent
from ragline.questions.terms import terms
from ragline_generator.extractive.definitions import definition, things
from ragline_generator.passages.words import Sort, words

_FITTING = 1.3
_USABLE = 1.15
Search = Callable[[str], re.Match[str] | None]
_STOPS = (".", "!", ")", "`")
_PURPOSE = re.compile(r"(?:to|in order to)\s+\w+", re.IGNORECASE)
_IMPERATIVE = re.compile(
    r"[-*_\"'(\s]{0,6}+(?:add|apply|assign|call|change|check|choose|click|configure|contact|copy|create|declare|define"
    r"|delete|disable|download|edit|enable|enter|export|fill|go|import|install|log|open|pass|press"
    r"|publish|put|register|remove|replace|restart|run|save|select|send|set|sign|specify|start|stop"
    r"|submit|switch|turn|type|update|upload|use|write)\b(?!\s++(?:of|is|are|was|can|may)\b)",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    r"\byou\s++(?:can|may|could|must|should|need|have)\b|\b(?:can|may|must|should)\s++be\b"
    r"|\bby\s++\w++(?<=ing)\b|\b(?:is|are)\s++used\s++(?:to|for)\b",
    re.IGNORECASE,
)
_MEANS = re.compile(rf"{_POSSIBLE.pattern}|\b(?:uses?|using|via)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\bhow (?:many|much|long|often|old|big|large|far|fast|high)\b|\bwhen\b"
    r"|\b(?:what|which) (?:\w+ )?(?:port|number|version|year|date|size|limit|percentage|age)\b"
    r"|\bdefault\b"
    r"|いくら|いつ|何(?:円|日|時|人|個|歳|年|月|回|分|台|本|枚|番)|多少|几|多久|多长|什么时候|多大|몇|얼마|언제",
    re.IGNORECASE,
)
# `When using it, which …` only says on what condition
_WHEN = re.compile(
    r"\A\W*+(?:when\s++(?:is|are|was|were|do|does|did|will|would|can|should|must|has|have)"
    r"|under\s++(?:what|which))\b",
    re.IGNORECASE,
)
# What happens under a condition is told behind it: `When it does, …`
_HAPPENS = re.compile(r"\A\W*+what\s++(?:happens|will\s++happen)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:when|whenever|if|once|until|unless|after|before|as\s++soon\s++as|because)\b",
    re.IGNORECASE,
)
_TIMED = re.compile(rf"{_CONDITION.pattern}|\d", re.IGNORECASE)
# `Which modes are there?`
_SEVERAL = re.compile(
    r"\A\W*+(?:which|what)\s++(?:\w++\s++){0,3}\w++(?<=s)(?<!ss)(?<!is|as|us)\s++(?:are|do|can|does|exist|may|have|will|could)\b",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r":\Z|\b(?:two|three|four|five|six|seven|several|following)\b|,[^,.;]{1,60},?+\s(?:and|or)\s",
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
_TO_DO = re.compile(
    r"\W*+(?:and\s++)?how\s++(?:(?:do|can|should|could|must|would|may)\s++(?:I|you|we|one)|to)\b",
    re.IGNORECASE,
)
_HOW = re.compile(r"\W*+how\s++(?:do|does|is|are|can)\b", re.IGNORECASE)
# A number, also one written out before its unit in Chinese or Japanese
_DIGIT = re.compile(
    r"\d|(?<![一二三四五六七八九十百千万两半])[一二三四五六七八九十百千万两半]++[个か]?(?:円|元|日|天|時|时|点|人|個|歳|岁|年|月|週|周|回|次|分|台|本|枚|倍)"
)


def asks_for_text(question: str) -> bool:
    """Tell whether a text is asked for, rather than what it says."""
    written = _WHERE.search(question) and _WRITTEN.search(question)
    return written is not None or _TEXT.search(question) is not None


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """How an answer looks: `factor` tells of a sentence how well its form fits, 1 for any.

    Where a form is `exact`, a sentence without it adds little to one that has it; where none is
    `known`, all fit.
    """

    factor: Callable[[str], float]
    exact: bool = False
    known: bool = True


# What is asked for, by the question, whether a sentence has it, and whether it has to
_KINDS: tuple[tuple[Search, Search, bool], ...] = (
    (_HAPPENS.match, _CONDITION.match, True),
    (_WHEN.match, _TIMED.search, True),
    (_COUNTED.search, _DIGIT.search, False),
    (_SEVERAL.match, _LISTING.search, False),
)
ANY = AnswerForm(lambda _: 1.0, known=False)


def expectation(question: str, intent: Intent) -> AnswerForm:
    """Return the form of the sentences that answer `question`."""
    if intent is Intent.PROCEDURAL:
        to_do = _TO_DO.match(question) is not None
        return AnswerForm(_instructs if to_do else _introduces, exact=to_do, known=to_do)
    for asks, fits, exact in _KINDS:
        if asks(question):
            return AnswerForm(partial(_having, fits), exact=exact)
    if _WHO.match(question):
        named = terms(question)
        return AnswerForm(lambda text: _FITTING if _has_name(text, named) else 1.0)
    if defined := things(question):
        return AnswerForm(definition(defined), exact=True)
    if _HOW.match(question):
        return AnswerForm(lambda text: _USABLE if _MEANS.search(text) else 1.0)
    return ANY


def is_instruction(text: str) -> bool:
    """Tell whether a sentence says what to do, or begins with what it is done for."""
    return _PURPOSE.match(text) is not None or _IMPERATIVE.match(text) is not None


def _having(fits: Search, text: str) -> float:
    return _FITTING if fits(text) else 1.0


def _introduces(text: str) -> float:
    return _FITTING if text.endswith(":") or _PURPOSE.match(text) else 1.0


def _instructs(text: str) -> float:
    if _PURPOSE.match(text) or (_IMPERATIVE.match(text) and text.endswith(_STOPS)):
        return _FITTING
    if _POSSIBLE.search(text) and not _CONDITION.match(text):
        return _introduces(text) if text.endswith(":") else _USABLE
    return _USABLE if text.endswith(":") else 1.0


def _has_name(text: str, known: frozenset[str]) -> bool:
    return any(word.sort is Sort.NAME and word.term not in known for word in words(text))
