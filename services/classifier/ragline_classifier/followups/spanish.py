"""Spanish follow-ups."""

from __future__ import annotations

import re

from ragline_classifier.followups.grammar import Grammar, Pronoun
from ragline_classifier.followups.pairs import PairWords

_ARTICLE = (
    r"(?:el|la|los|las|un|una|unos|unas|al|mis?|tus?|sus?|nuestr[oa]s?|est[ae]s?|es[ae]s?|estos"
    r"|esos)\s+"
)
_DETERMINER = re.compile(rf"(?i){_ARTICLE}(?=\S)")
_NO_NOUN = (
    r"(?:a|al|en|con|sin|por|para|desde|hacia|hasta|entre|sobre|bajo|durante|es|son|está|están|se|y"
    r"|o|que|de|del|no|más|ha|han|hay)"
)
_NOUN = rf"(?!{_NO_NOUN}\b)[^\W\d_][\w-]*"
_PHRASE = re.compile(
    rf"(?i)\b{_ARTICLE}{_NOUN}(?:\s{_NOUN})?(?:\s(?:del|de(?:\s(?:el|la|los|las|un|una|mi|mis))?)\s{_NOUN}){{0,2}}"
)
_ASKING = r"(?:cómo|quién(?:es)?|dónde|cuándo|cuánt[oa]s?|por\s+qué|qué)"
_BEGIN = rf"^[¿\s]*(?:(?:y|pero|o)\s+)?{_ASKING}\s+"
_PREPOSITION = r"(?:a|en|con|sin|por|para|desde|hacia|hasta|sobre|bajo|durante|después|antes|más)"
_OBJECT = re.compile(
    rf"(?i){_BEGIN}(?:(?:no|me|te|se|nos)\s+)*(?:lo|la|los|las)\s+\w+(?=\s*(?:[?.!,]|$)|\s+{_PREPOSITION}\b)"
)
_ENCLITIC = re.compile(
    r"(?i)\b(?!(?:ch|p|b|m|ca|hie)[aeií]r(?:lo|la)s?\b)[^\W\d_]{1,20}?[aeií]r(?:lo|la|los|las)\b"
)
_DONE = re.compile(r"(?i)\bhacerlo\b|\blo\s+hago\b")
_DEMONSTRATIVE = re.compile(r"(?i)(?<!\bpor )\b(?:eso|esto|ello)\b")
# Spanish leaves a subject out that was named before: "¿Cuánto cuesta?"
_NO_SUBJECT = re.compile(
    r"(?i)^[¿\s]*(?:(?:y|pero)\s+)?(?:cuánto|dónde|cuándo|cómo)\s+(?:se\s+)?\w*[^\Ws]\s*[?.!]*$"
)


def _topic(text: str) -> str:
    """Return the first noun with its article, and what belongs to it."""
    found = _PHRASE.search(text)
    return found[0] if found else ""


def _pronoun(text: str) -> Pronoun | None:
    """Return the pronoun of a question, or where the subject belongs that it leaves out."""
    end = len(text.rstrip(" ?!."))
    if _DONE.search(text) or _DEMONSTRATIVE.search(text):
        return Pronoun(end, of_action=True)
    if _OBJECT.search(text) or _ENCLITIC.search(text) or _NO_SUBJECT.match(text):
        return Pronoun(end, of_action=False)
    return None


_END = r"(?=\s*(?:[?.!,]|$))"
_WORDS = frozenset({
    "¿", "el", "la", "los", "las", "un", "una", "del", "al", "y", "o", "cómo", "cuánto", "cuánta",
    "dónde", "cuándo", "quién", "qué", "cuál", "por", "para", "con", "sin", "en", "es", "son",
    "está", "están", "hay", "se", "lo", "mi", "mis", "no", "otro", "otra", "eso", "esto", "puedo",
    "puede", "hacerlo", "quería", "refiero", "me", "su", "sus", "que", "de",
})  # fmt: skip

RULES = Grammar(
    words=_WORDS,
    topic_change=re.compile(
        r"(?i)^(?:(?:una\s+)?(?:otra|nueva)\s+(?:cosa|pregunta)|por\s+cierto|cambiando\s+de\s+tema"
        r"|aparte)\s*+[:,.!–-]\s*+\S"
    ),
    correction=re.compile(
        r"(?i)^(?:(?:no|perdón|perdona|perdone|disculpa|disculpe)\b[\s,.!]*)*+"
        r"(?:me\s+(?:refiero|refería)\s+(?:a\s+|(?=al\s))|quer(?:ía|emos)\s+decir\s+|quise\s+decir\s+)"
        r"|^(?:(?:no|perdón|perdona|perdone)\b[\s,.!]+)++"
    ),
    opening=re.compile(r"(?i)^[¿\s]*(?:(?:y|o|e)\s+)+(?:qué\s+(?:tal|hay|pasa)\s+(?:de|con)\s+)?"),
    alone=re.compile(
        r"(?i)(?:y\s+)?(?:por\s+qué(?:\s+no)?|cómo|cuándo|dónde|quién|cuánto(?:\s+tiempo)?|luego"
        r"|después|entonces|por\s+ejemplo|(?:dime\s+)?más|desde\s+cuándo|hasta\s+cuándo)"
    ),
    interrogative=re.compile(
        rf"(?i)^[¿\s]*+(?:y\s+)?(?:(?:en|a|de|con)\s+)?(?:{_ASKING}|cuál(?:es)?)\b\s*"
        r"(?:(?:puedo|se\s+puede|debo)\s+)?|^[¿\s]*+(?:puedo|se\s+puede|debo|hace\s+falta)\s+"
    ),
    determiner=_DETERMINER,
    headless=re.compile(r"(?i)(?:el|la|los|las)\s+(?P<rest>del?\s.+)"),
    complement=re.compile(r"(?i)\sdel?\s"),
    preposition=re.compile(
        r"(?i)(?:a|en|con|sin|por|para|desde|hacia|hasta|sobre|bajo|durante|según)\s+"
        r"(?!(?:qué|quién|cuándo|cuánto|cuál|eso|esto|ello)\b)(?=\S)"
    ),
    families=(
        frozenset({"en"}),
        frozenset({"a", "hacia", "para"}),
        frozenset({"con", "sin"}),
        frozenset({"por"}),
    ),
    pair_words=PairWords(
        compared=re.compile(
            rf"(?i)\b(?:entre|diferencian)\s++(?:{_ARTICLE})?(?P<one>[^\s?.!,;]++(?:\s(?!y\b)[^\s?.!,;]++){{0,5}})"
            rf"\s++y\s++(?:{_ARTICLE})?(?P<two>[^\s?.!,;]++(?:\s[^\s?.!,;]++){{0,5}})"
        ),
        first=re.compile(rf"(?i)\b(?:el\s+primero|la\s+primera){_END}"),
        second=re.compile(
            rf"(?i)\b(?:el\s+segundo|la\s+segunda|este\s+último|esta\s+última){_END}"
        ),
        other=re.compile(r"(?i)(?:el\s+otro|la\s+otra)"),
    ),
    topic=_topic,
    pronoun=_pronoun,
)
