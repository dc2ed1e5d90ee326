"""The topic of an English question, and the noun phrases in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_][\w'’-]*")
_SCAFFOLD = re.compile(
    r"(?i)^(?:(?:hi|hello|hey|please|thanks|so|ok(?:ay)?|and|but)\b[\s,!.]*)*"
    r"(?:(?P<nominal>(?:what|who|where|when)(?:'s|’s|\s+(?:is|are|was|were|does|do|did))"
    r"|(?:tell\s+me\s+(?:more\s+)?about|explain|define|describe|show\s+me|find|open|link\s+to)"
    r"|where\s+can\s+i\s+(?:find|see|read)|do\s+you\s+have)"
    r"|how\s+(?:long|much|often|soon)\s+(?:does|do|did|will|would)\s+it\s+(?:take|cost)"
    r"(?:\s+(?:me|us|you))?(?:\s+to)?"
    r"|how\s+(?:do|can|should|would|could|does|did|to)\b(?:\s+(?:i|we|you|one)\b)?"
    r"|why\s+(?:is|are|was|were|does|do|did|won't|can't|doesn't|don't)\b(?:\s+(?:i|we)\b)?"
    r"|(?:can|could|should|may|must|do|did|will|would)\s+(?:i|we|you)\b"
    r"|(?:i|we)\s+(?:want|need|would\s+like|'d\s+like|am\s+trying|have)(?:\s+to)?"
    r"|is\s+there(?:\s+a\s+way\s+to)?|(?:is|are|does|do|can|which|what|how)\b)\s*"
)
_TRAILING_VERB = re.compile(
    r"(?i)(?<!\s)\s++(?:do|does|mean|means|work|works|used\s++for|for|like|about|cost|last|take)$"
)
ARTICLES = frozenset({"a", "an", "the", "my", "our", "your"})
PREPOSITIONS = frozenset({"in", "on", "for", "with", "from", "to", "at", "by", "over", "via"})
# What ends a noun phrase, so that none reaches over it
_LINKS = frozenset({"of", "in", "on", "for", "with", "from", "to", "at", "by", "and", "or"})
_MOST_WORDS = 5
# The state that a thing is in, of which a next question mostly asks as well
_STATES = frozenset({
    "broken", "damaged", "defective", "faulty", "lost", "stolen", "missing", "expired",
    "new", "old", "used", "spare", "additional", "second", "temporary", "permanent", "free",
    "empty", "full", "forgotten", "cancelled", "late", "returned", "replacement", "unused",
})  # fmt: skip
_AUXILIARIES = frozenset({"does", "do", "did", "can", "could", "will", "would", "should", "must"})
_BOUNDARY = r"(?:of|in|on|for|with|from|to|at|by|and|or|over|via|is|are|was|were|does|do|did|can)"
# Four words after an article are more than a thing: a verb is among them
_ARTICLED = re.compile(
    rf"(?i)\b(?:a|an|the|my|our|your)(?:\s+(?!{_BOUNDARY}\b)[^\W_][\w'’/-]*){{1,3}}"
    rf"(?=\s+{_BOUNDARY}\b|\s*[?.!,;)(]|\s*$)"
)
_NAME = re.compile(
    r"(?<=[\s(])(?![IA]\b)(?=\w*[A-Z0-9])\w[\w.+#/-]*(?:\s(?![IA]\b)[A-Z0-9][\w.+#/-]*)*"
)
_VERBISH = re.compile(r"(?i)\b(?:is|are|was|were|has|have|does|do|can|will|that|which)\b")


@dataclass(frozen=True, slots=True)
class QuestionTopic:
    """The topic of a question; `nominal` if it is a noun phrase that can replace a pronoun."""

    text: str
    nominal: bool


def topic(question: str) -> QuestionTopic:
    """Return the topic of `question`: the text without its interrogative frame."""
    first = question.strip().rstrip(" ?!.")
    frame = _SCAFFOLD.match(first)
    rest = first[frame.end() if frame else 0 :].strip()
    nominal = frame is not None and frame["nominal"] is not None
    rest = _TRAILING_VERB.sub("", rest) if nominal else rest
    short = len(_WORD.findall(rest)) <= 8 and not _VERBISH.search(rest)
    return QuestionTopic(rest, nominal and short and "\n" not in rest)


def last_phrase(question: str) -> str:
    """Return the noun phrase that ends `question`, from its article on; empty if there is none."""
    words = list(_WORD.finditer(question))[-_MOST_WORDS:]
    for word in reversed(words[:-1]):
        if (lower := word[0].lower()) in ARTICLES:
            return question[word.start() :]
        if lower in _LINKS:
            break
    return ""


def state_of(phrase: str) -> str:
    """Return the words before the noun of `phrase` that tell the state of the thing.

    >>> state_of("a broken badge reader")
    'broken'
    """
    found = [word.lower() for word in _WORD.findall(phrase)[:-1]]
    return " ".join(word for word in found if word in _STATES)


def is_definite(phrase: str) -> bool:
    """Return whether `phrase` means one certain thing: it has a definite article or is a name."""
    first = phrase.split(maxsplit=1)[0] if phrase.strip() else ""
    return first.lower() in ARTICLES - {"a", "an"} or is_name(first)


def is_name(word: str) -> bool:
    """Return whether a word has a capital or a digit."""
    return any(letter.isupper() or letter.isdigit() for letter in word)


def alike(phrase: str, question: str) -> tuple[int, int] | None:
    """Return where `question` has its last phrase of the same kind as `phrase`.

    Names take the place of names (those in capitals first of such), "the" that of "the" or else of
    a name, "a" and a plural that of "a".
    """
    names = [match.span() for match in _NAME.finditer(question)]
    articled = [
        match.span() for match in _ARTICLED.finditer(question) if not _has_verb(question, match)
    ]
    if is_name(phrase):
        same = [
            span for span in names if _is_capitals(question[slice(*span)]) == _is_capitals(phrase)
        ]
        return _last(same or names)
    wanted = is_definite(phrase)
    same = [span for span in articled if is_definite(question[slice(*span)]) == wanted]
    return _last(same or (names if wanted else []))


def _last(spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    return spans[-1] if spans else None


def _is_capitals(name: str) -> bool:
    return name.split(maxsplit=1)[0].isupper()


def _has_verb(question: str, match: re.Match[str]) -> bool:
    """Whether a verb ends the phrase: "does a queue expire"."""
    before = question[: match.start()].split()
    return bool(before) and before[-1].lower() in _AUXILIARIES
