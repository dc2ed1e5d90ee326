"""How an English question refers to earlier turns."""

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
# A thing after "and": few words, and none of a question's frame
_ADDED = re.compile(
    r"(?i)^(?:and|or|also)\s+(?:for\s+)?(?P<thing>(?:an?\s+)?[^\W_][\w'’/.+#-]*(?:\s+[^\W_][\w'’/.+#-]*){0,3})"
    r"\s*\?\s*$"
)
_NAMES_A_THING = re.compile(r"(?i)^(?:what|who|where|when|how)\s.{0,40}?\ban?\s+\w")
_CIRCUMSTANCE = re.compile(
    r"(?i)^(?P<preposition>on|in|for|with|without|using|from|under|via|at|by|through|inside"
    r"|between|over|across|during|within)\s+"
    r"(?!(?:how|what|which|whom|whose|it|that|this|them|these|those)\b)\S+"
    r"(?:\s+(?!(?:is|are|was|were|do|does|did|can|could|will|would|should|how|what|i|we)\b)\S+){0,4}$"
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
_ARTICLES = frozenset({"a", "an", "the", "my", "our", "your"})
_NOT_OF_THINGS = (_FILLER | {"it", "that", "this", "them", "these", "those", "they"}) - {
    "of", "in", "for", "with", "to", "on", "from", "by", "at", "and", "or",
}  # fmt: skip
_CLAUSE = re.compile(
    r"(?i)[,.;:?!\n]|\b(?:and|but|when|if|because|while|after|before|so|then)\b"
    r"|\b(?:do|does|did|can|could|should|will|would|must)\s+(?:i|we|you)\b"
)
_WORD = re.compile(r"[^\W_][\w'’-]*")
_REFERENCE = re.compile(
    r"\b(?P<pronoun>[Ii]t|[Tt]hey|[Tt]hem|[Ii]ts|[Tt]heir)\b(?!')"
    r"|\b(?P<demonstrative>[Tt]his|[Tt]hese|[Tt]hose)\b"
    r"(?!\s+(?:who|week|month|year|morning|afternoon|evening|time|quarter|spring|summer|fall"
    r"|autumn|winter|way\s+to)\b)"
    r"|\b(?P<that>[Tt]hat)\b(?=\s*(?:[?!.,;]|$)|\s+(?:in|on|with|for|from|to|at|by|without|using"
    r"|again|too|work|works|mean|means|happen|fail|fails|possible|safe)\b|\s+\w+\s*[?!.]*$)"
    r"|(?<=\bis )(?P<that2>that)\b|(?<=\bdoes )(?P<that3>that)\b|(?<=\bif )(?P<that4>that)\b"
    r"|\b(?P<same>[Tt]he\s+same|[Tt]he\s+(?:[Ff]irst|[Ss]econd|[Ll]ast|[Oo]ther)\s+ones?"
    r"|[Tt]he\s+(?:former|latter|others?)|[Ww]hich\s+one|do\s+so)\b(?!\s+(?:as|of)\b)"
    r"|\b(?:get|gets|buy|need|needs|have|order|request|make|create|use|find|add|replace|return|see)"
    r"\s+(?P<one>ones?)\b(?=\s*(?:[?!.,;]|$)|\s+(?:in|on|with|for|from|to|at|by|without|too)\b)"
)
# expletive "it" without a referent: "is it possible to …", "how long does it take to …"
_EXPLETIVE = re.compile(
    r"(?i)(?:\s+(?:is|was|be|been|would|will|can|actually|really|usually|normally|not|still|also))*+"
    r"(?:\s+(?:possible|necessary|safe|worth|better|best|ok(?:ay)?|true|legal|allowed|required"
    r"|mandatory|important|illegal|normal|common|usual|obvious|clear|likely|advisable|useful|hard|easy|difficult"
    r"|recommended|enough|time|(?:a\s+)?(?:good|bad)\s+idea)\s+(?:to|for|if|that)\b"
    r"|\s+(?:take|taking|cost|costs|make\s+sense|matter)(?:\s+(?:so|too|very)\s+\w+)?"
    r"(?:\s+(?:extra|more|less|long))?,?(?:\s+for\s+\w+)?\s+(?:to|if|whether|that|for)\b"
    r"|\s+(?:seems?|seemed|appears?)\b|\s+means?\s+(?:if|when|that|to)\b|\s+that\b)"
)
# So many words that name something, and a text has a subject of its own
_OWN_SUBJECT, _OWN_STORY = 2, 3


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
        asked = core[about.end() :].strip()
        supposed = about[0].lower().startswith("what if") and len(_named(asked)) >= _OWN_STORY
        return None if supposed else Continuation(asked)
    if added := _added(text):
        return Continuation(added)
    if not core or _ALONE.match(rest) or (opening and _says_little(core)):
        return Continuation()
    return None


def is_thing(phrase: str) -> bool:
    """Return whether `phrase` names something, and has no word of a question's frame."""
    words = [word.lower() for word in _WORD.findall(phrase)]
    named = words[1:] if words and words[0] in _ARTICLES else words
    return bool(named) and not (set(named) & _NOT_OF_THINGS)


def _added(text: str) -> str:
    """Return the thing of "and STOMP?"; one word in small letters may be a time or a manner."""
    match = _ADDED.match(text)
    thing = match["thing"] if match else ""
    vague = thing.isalpha() and thing.islower() and not thing.endswith("s")
    aspect = thing.partition(" ")[0].lower() in _ARTICLES - {"a", "an"}  # "and the price?"
    return "" if vague or aspect or not is_thing(thing) else thing


def _says_little(core: str) -> bool:
    return len(_named(core)) <= 1 and not _NAMES_A_THING.match(core)


def _reference(text: str) -> Reference | None:
    for match in _REFERENCE.finditer(text):
        before = text[: match.start()]
        if _EXPLETIVE.match(text, match.end()) or _antecedent(before):
            continue
        if text.startswith(" (", match.end()):  # it was completed before
            return None
        if match["one"]:
            return Reference(match["one"], match.start("one"), match.end("one"), replaceable=True)
        kind = match.lastgroup or ""
        alone = kind == "pronoun" or (kind != "same" and _stands_alone(text, match))
        if _tells_itself(text, match, alone=alone):
            continue
        return Reference(match[0], match.start(), match.end(), alone)
    return None


def _tells_itself(text: str, match: re.Match[str], *, alone: bool) -> bool:
    """Whether what the match means is in the same text, or to be seen by its reader."""
    before = text[: match.start()]
    named = len(_named(before))
    if match["demonstrative"] and not alone:
        return len(_named(text)) >= _OWN_STORY  # "why did this payment fail?"
    if match["same"]:
        return not _stands_alone(text, match) and named >= _OWN_SUBJECT
    if match[0] in {"its", "their"} and any(
        _is_capital(word) for word in _WORD.findall(before)[1:]
    ):
        return True
    return "?" not in text and named >= _OWN_STORY


def _named(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.lower() not in _FILLER]


def _is_capital(word: str) -> bool:
    """Return whether a word begins as a name does."""
    return word[0].isupper() and word != "I"


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    following = _WORD.match(text[match.end() :].lstrip())
    return following is None or following[0].lower() in _FILLER


def _antecedent(before: str) -> bool:
    """Whether an earlier clause of the same question names the pronoun's antecedent."""
    clauses = _CLAUSE.split(before)
    return any(_named(clause) for clause in clauses[:-1])
