"""Detects whether a question refers to earlier turns, and finds their topic."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(
    r"(?i)^(?:(?:ok(?:ay)?|so|and|but|or|also|then|now|well|thanks|great|hm+)\b[\s,.!]*)+"
)
_ABOUT = re.compile(
    r"(?i)^(?:what|how)\s+about\s+(?:for\s+)?|^(?:what\s+if|same\s+for|why\s+not)\b"
)
_ALONE = re.compile(
    r"(?i)^(?:why|how|when|where|who|which(?:\s+one)?|how\s+(?:so|come|much|many|long|often)"
    r"|since\s+when|for\s+example|like\s+what|an?\s+example|examples?|what\s+else|anything\s+else"
    r"|(?:tell\s+me\s+|explain\s+)?more(?:\s+details?)?|really|are\s+you\s+sure|go\s+on|continue"
    r"|elaborate|and|so|for\s+how\s+long|by\s+when)(?:\s+please)?[\s?!.]*$"
)
_CIRCUMSTANCE = re.compile(
    r"(?i)^(?P<preposition>on|in|for|with|without|using|from|under|via|at|by|through|inside)\s+"
    r"(?!(?:how|what|which|whom|whose|it|that|this|them|these|those)\b)\S+(?:\s+\S+){0,4}$"
)
_FILLER = frozenset({
    "a", "an", "the", "i", "we", "you", "he", "she", "my", "our", "your", "me", "us", "do", "does",
    "did", "is", "are", "was", "were", "be", "been", "am", "can", "could", "should", "would",
    "will", "may", "might", "must", "have", "has", "had", "get", "got", "how", "what", "why",
    "when", "where", "who", "which", "whose", "whom", "to", "of", "in", "on", "at", "for", "with",
    "from", "by", "about", "as", "if", "then", "than", "so", "too", "also", "not", "no", "and",
    "or", "but", "please", "exactly", "really", "actually", "just", "still", "even", "there",
    "any", "some", "tell", "show", "explain", "mean", "work", "make", "let", "need", "want", "use",
    "used", "happen", "happens",
})  # fmt: skip
_CLAUSE = re.compile(r"(?i)[,.;:?!\n]|\b(?:and|but|when|if|because|while|after|before|so|then)\b")
_WORD = re.compile(r"[^\W_][\w'’-]*")
_REFERENCE = re.compile(
    r"\b(?P<pronoun>[Ii]t|[Tt]hey|[Tt]hem|[Ii]ts|[Tt]heir)\b(?!')"
    r"|\b(?P<demonstrative>[Tt]his|[Tt]hese|[Tt]hose)\b"
    r"(?!\s+(?:who|week|month|year|morning|afternoon|evening|time|quarter|spring|summer|fall"
    r"|autumn|winter|way\s+to)\b)"
    r"|\b(?P<that>[Tt]hat)\b(?=\s*(?:[?!.,;]|$)|\s+(?:in|on|with|for|from|to|at|by|without|using"
    r"|again|too|work|works|mean|means|happen|fail|fails|possible|safe)\b|\s+\w+\s*[?!.]*$)"
    r"|(?<=\bis )(?P<that2>that)\b|(?<=\bdoes )(?P<that3>that)\b|(?<=\bif )(?P<that4>that)\b"
    r"|\b(?P<same>[Tt]he\s+same|(?:[Tt]he\s+)?(?:[Ff]irst|[Ss]econd|[Ll]ast|[Oo]ther)\s+ones?"
    r"|[Tt]he\s+(?:former|latter|others?)|[Ww]hich\s+one|do\s+so)\b(?!\s+(?:as|of)\b)"
    r"|\b(?:get|gets|buy|need|needs|have|order|request|make|create|use|find|add|replace|return|see)"
    r"\s+(?P<one>ones?)\b(?=\s*(?:[?!.,;]|$)|\s+(?:in|on|with|for|from|to|at|by|without|too)\b)"
)
# expletive "it" without a referent: "is it possible to …", "how long does it take to …"
_EXPLETIVE = re.compile(
    r"(?i)\s+(?:(?:be\s+)?(?:possible|necessary|safe|worth|better|best|ok(?:ay)?|true|legal|allowed"
    r"|required|mandatory|normal|common|hard|easy|difficult|recommended|enough|time)\s+(?:to|for|if|that)\b"
    r"|(?:take|cost|make\s+sense|matter)\s+(?:for\s+\w+\s+)?(?:to|if|whether|that)\b|that\b)"
)
_SCAFFOLD = re.compile(
    r"(?i)^(?:(?:hi|hello|hey|please|thanks|so|ok(?:ay)?|and|but)\b[\s,!.]*)*"
    r"(?:(?P<nominal>(?:what|who|where|when)(?:'s|’s|\s+(?:is|are|was|were|does|do|did))"
    r"|(?:tell\s+me\s+(?:more\s+)?about|explain|define|describe|show\s+me|find|open|link\s+to)"
    r"|where\s+can\s+i\s+(?:find|see|read)|do\s+you\s+have)"
    r"|how\s+(?:long|much|often|soon)\s+(?:does|do|did|will|would)\s+it\s+(?:take|cost)"
    r"(?:\s+(?:me|us|you))?(?:\s+to)?"
    r"|how\s+(?:do|can|should|would|could|does|did|to)(?:\s+(?:i|we|you|one))?"
    r"|why\s+(?:is|are|was|were|does|do|did|won't|can't|doesn't|don't)(?:\s+(?:i|we))?"
    r"|(?:can|could|should|may|must|do|did|will|would)\s+(?:i|we|you)"
    r"|(?:i|we)\s+(?:want|need|would\s+like|'d\s+like|am\s+trying|have)(?:\s+to)?"
    r"|is\s+there(?:\s+a\s+way\s+to)?|(?:is|are|does|do|can|which|what|how)\b)\s*"
)
_TRAILING_VERB = re.compile(
    r"(?i)(?<!\s)\s++(?:do|does|mean|means|work|works|used\s++for|for|like|about|cost|last|take)$"
)
ARTICLES = frozenset({"a", "an", "the", "my", "our", "your"})
# What ends a noun phrase, so that none reaches over it
_LINKS = frozenset({"of", "in", "on", "for", "with", "from", "to", "at", "by", "and", "or"})
_MOST_WORDS = 5
# The state that a thing is in, of which a next question mostly asks as well
_STATES = frozenset({
    "broken", "damaged", "defective", "faulty", "lost", "stolen", "missing", "expired",
    "new", "old", "used", "spare", "additional", "second", "temporary", "permanent", "free",
    "empty", "full", "forgotten", "cancelled", "late", "returned", "replacement", "unused",
})  # fmt: skip
_VERBISH = re.compile(r"(?i)\b(?:is|are|was|were|has|have|does|do|can|will|that|which)\b")


@dataclass(frozen=True, slots=True)
class Reference:
    """A word at `[start, end)` that refers to the topic; `replaceable` if no noun follows it."""

    word: str
    start: int
    end: int
    replaceable: bool


@dataclass(frozen=True, slots=True)
class Variation:
    """The earlier question with another condition: "and on Windows?"."""

    preposition: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Continuation:
    """A question without a meaning of its own: "why?". `about` is what it asks about instead."""

    about: str = ""


@dataclass(frozen=True, slots=True)
class QuestionTopic:
    """The topic of a question; `nominal` if it is a noun phrase that can replace a pronoun."""

    text: str
    nominal: bool


def detect(text: str) -> Reference | Variation | Continuation | None:
    """Return how `text` refers to earlier turns, or None if it is standalone."""
    opening = _OPENING.match(text)
    rest = text[opening.end() if opening else 0 :]
    core = rest.rstrip(" ?!.")
    about = _ABOUT.match(core)
    circumstance = _CIRCUMSTANCE.match(core[about.end() if about else 0 :])
    if circumstance and (about or opening or text.rstrip().endswith("?")):
        return Variation(circumstance["preposition"], circumstance[0])
    if reference := _reference(text):
        return reference
    if about:
        return Continuation(core[about.end() :].strip())
    if not core or _ALONE.match(rest) or (opening and _says_little(core)):
        return Continuation()
    return None


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


def _says_little(core: str) -> bool:
    return sum(word.lower() not in _FILLER for word in _WORD.findall(core)) <= 1


def _reference(text: str) -> Reference | None:
    for match in _REFERENCE.finditer(text):
        if match["one"]:
            return Reference(match["one"], match.start("one"), match.end("one"), replaceable=True)
        if _EXPLETIVE.match(text, match.end()) or _antecedent(text[: match.start()]):
            continue
        kind = match.lastgroup or ""
        alone = kind == "pronoun" or (kind != "same" and _stands_alone(text, match))
        return Reference(match[0], match.start(), match.end(), alone)
    return None


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    following = _WORD.match(text[match.end() :].lstrip())
    return following is None or following[0].lower() in _FILLER


def _antecedent(before: str) -> bool:
    """Whether an earlier clause of the same question names the pronoun's antecedent."""
    clauses = _CLAUSE.split(before)
    named = [
        w for clause in clauses[:-1] for w in _WORD.findall(clause) if w.lower() not in _FILLER
    ]
    return bool(named)
