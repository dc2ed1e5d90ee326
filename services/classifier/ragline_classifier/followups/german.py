"""German follow-ups. German writes its nouns with a capital, so they are seen without a grammar."""

from __future__ import annotations

import re

from ragline_classifier.followups.grammar import Grammar, Pronoun
from ragline_classifier.followups.pairs import PairWords

_WORD = re.compile(r"[^\W\d_][\w-]*")
_QUESTION_WORDS = (
    r"(?:wie(?:\s+(?:lange|oft|viele?|weit))?|was|wo|wann|wer|wem|wen|wessen|warum|wieso|weshalb"
    r"|woher|wohin|wofür|womit|wozu|welche[rsnm]?|(?:ab|bis|seit)\s+wann)"
)
_ASKING = re.compile(
    r"(?i)^(?:(?:und|aber|oder|also|ok(?:ay)?|danke|gut)\b[\s,.!]*)*"
    rf"(?:{_QUESTION_WORDS}|ab|bis|seit|kann|darf|muss|soll|gilt|ist|sind|hat|gibt|braucht)\b"
)
_PRONOUN = re.compile(
    r"\b(?:er|sie|es|ihn|ihm|ihr|ihnen|der|die|das|den|dem|dieser?|dieses|diesen|diesem)\b"
)
_DONE = re.compile(r"\b(?:das|es|dies)\s++(?:\w+\s++)?(?:tun|machen|erledigen)\b")
_ADVERB = re.compile(
    r"\b(?:dafür|davon|dazu|daran|darauf|darüber|darin|dagegen|dadurch|damit(?=\s*\?))\b(?!\s*,)",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(r"\bes\s++(?:möglich|nötig|erlaubt|verboten|noch|schon|spät)\b")
# Words with a capital that name nothing
_NO_NOUNS = frozenset({"Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ich"})
_ARTICLE = (
    r"(?i:(?:der|die|das|den|dem|des|[mds]?eine?[nmrs]?|unsere?[nmrs]?|ihre?[nmrs]?|keine?[nmrs]?"
    r"|diese[nmrs]?)\s+)"
)
_DETERMINER = re.compile(rf"{_ARTICLE}(?=\S)")
_NOUN_PHRASE = re.compile(rf"\b{_ARTICLE}(?:[a-zäöüß][\w-]*\s+){{0,2}}[A-ZÄÖÜ][\w-]*")
# What belongs to a noun: a genitive, or a place or purpose
_COMPLEMENT = re.compile(
    r"\s(?:der|des|eines|einer|von|vom|im|in|am|an|zum|zur|für|auf)\s(?:[a-zäöüß]\S*\s){0,2}[A-ZÄÖÜ]"
)


def _noun(text: str) -> re.Match[str] | None:
    """Return the first word with a capital that does not begin the text or name the reader."""
    words = list(_WORD.finditer(text))[1:]
    return next((word for word in words if word[0][0].isupper() and word[0] not in _NO_NOUNS), None)


def _topic(text: str) -> str:
    """Return the first noun, with its article and adjectives, and what belongs to it."""
    noun = _noun(text)
    if noun is None:
        return ""
    begin, end = noun.span()
    for phrase in _NOUN_PHRASE.finditer(text):
        if phrase.end() == end:
            begin = phrase.start()
    if complement := _COMPLEMENT.match(text, end):
        last = _WORD.match(text, complement.end() - 1)
        end = last.end() if last else end
    return text[begin:end]


def _pronoun(text: str) -> Pronoun | None:
    """Return the pronoun of a question without a noun, or an adverb that stands for an action."""
    if not _ASKING.match(text):
        return None
    noun, adverb = _noun(text), _ADVERB.search(text)
    if adverb and (noun is None or noun.start() > adverb.start()):
        return Pronoun(adverb.end(), of_action=True)
    if noun or _EXPLETIVE.search(text):
        return None
    pronoun = _PRONOUN.search(text)
    return Pronoun(pronoun.end(), of_action=bool(_DONE.search(text))) if pronoun else None


_ONE = r"(?:der|die|das|den|dem)\s+(?:der\s+)?"
_END = r"(?=\s*(?:[?.!,]|$))"
_WORDS = frozenset({
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "und",
    "oder", "aber", "nicht", "ist", "sind", "wie", "was", "wo", "wann", "wer", "warum", "wieso",
    "welche", "welcher", "welches", "ich", "wir", "sie", "es", "er", "ihn", "ihm", "mit", "ohne",
    "für", "von", "vom", "im", "zu", "zum", "zur", "auf", "unter", "bei", "nach", "kann", "muss",
    "darf", "soll", "hat", "habe", "gibt", "auch", "noch", "nein", "mein", "meine", "meinen",
    "meinte", "andere", "anderen", "man", "dafür", "davon", "dazu", "kostet",
})  # fmt: skip

RULES = Grammar(
    words=_WORDS,
    topic_change=re.compile(
        r"(?i)^(?:(?:noch\s+)?(?:eine\s+)?(?:ganz\s+)?(?:andere|neue|weitere)\s+(?:frage|sache)"
        r"|(?:noch\s+|et)?was(?:\s+ganz)?\s+ander(?:e)?s|noch\s+(?:et)?was|übrigens|apropos"
        r"|themenwechsel|anderes\s+thema)(?:\s*+[:,.!–-])?(?<!\s)\s++\S"
    ),
    correction=re.compile(
        r"(?i)^(?:(?:nein|nee|ne|sorry|entschuldigung|pardon|moment)\b[\s,.!]*)*+"
        r"ich\s+(?:mein(?:t)?e|spreche\s+von|rede\s+von)\b[\s,:]*"
        r"|^(?:(?:nein|nee|sorry|entschuldigung)\b[\s,.!]+)++"
    ),
    opening=re.compile(
        r"(?i)^(?:(?:und|oder|auch)\b[\s,]*)+(?:was\s+ist\s+mit\s+)?|^(?:und\s+)?was\s+ist\s+mit\s+"
    ),
    alone=re.compile(
        r"(?i)(?:und\s+)?(?:warum(?:\s+nicht)?|wieso|weshalb|wie|wann|wo|wer|wie\s+(?:lange|oft|viel"
        r"|viele|genau)|dann|sonst|(?:bis|ab|seit)\s+wann|zum\s+beispiel|mehr(?:\s+dazu)?)"
    ),
    interrogative=re.compile(rf"(?i)(?:(?:und|aber|oder)\s+)?{_QUESTION_WORDS}\b\s*"),
    determiner=_DETERMINER,
    headless=re.compile(
        r"(?i)(?:der|die|das|den|dem)\s+(?P<rest>(?:im|in|am|an|auf|von|vom|aus|für|mit)\s.+)"
    ),
    complement=_COMPLEMENT,
    preposition=re.compile(
        r"(?i)(?:in|im|ins|am|an|auf|unter|bei|beim|mit|ohne|für|nach|vor|aus|von|vom|zum|zur|über"
        r"|per|via|während|seit|ab|bis)\s+(?!(?:wann|welche\w?|wem|wen)\b)(?=\S)"
    ),
    families=(
        frozenset({"in", "im", "ins", "am", "an", "auf", "unter", "bei", "beim"}),
        frozenset({"mit", "ohne"}),
        frozenset({"für"}),
        frozenset({"nach", "zum", "zur"}),
        frozenset({"per", "via", "über"}),
    ),
    pair_words=PairWords(
        compared=re.compile(
            rf"(?i)\bzwischen\s++(?:{_ONE})?(?P<one>[^\s?.!,;]++(?:\s(?!und\b)[^\s?.!,;]++){{0,5}})"
            rf"\s++und\s++(?:{_ONE})?(?P<two>[^\s?.!,;]++(?:\s[^\s?.!,;]++){{0,5}})"
        ),
        first=re.compile(rf"(?i)\b{_ONE}erste(?:re)?[nrsm]?\b{_END}"),
        second=re.compile(rf"(?i)\b{_ONE}(?:zweite|letztere)[nrsm]?\b{_END}"),
        other=re.compile(rf"(?i){_ONE}andere[nrsm]?"),
    ),
    topic=_topic,
    pronoun=_pronoun,
)
