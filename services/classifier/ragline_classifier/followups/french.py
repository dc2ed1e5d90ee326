"""French follow-ups."""

from __future__ import annotations

import re

from ragline_classifier.followups.grammar import Grammar, Pronoun
from ragline_classifier.followups.pairs import PairWords

_ARTICLE = (
    r"(?:(?:le|la|les|une?|des?|du|aux?|[mts](?:on|a|es)|notre|nos|votre|vos|leurs?|cet?|cette|ces)"
    r"\s+|l['’])"
)
_DETERMINER = re.compile(rf"(?i){_ARTICLE.replace('des?', 'des')}(?=\S)")
_SUBJECTS = r"(?:ils?|elles?|on|je|tu|nous|vous|ce)"
# A word that is not the verb of an inversion: "fait-elle"
_NOUN = rf"[^\W\d_]\w*(?:-(?!(?:t-)?{_SUBJECTS}\b)\w+)*\b(?!-)"
_NO_NOUN = (
    r"(?:à|au|aux|en|dans|sur|sous|pour|par|avec|sans|chez|vers|est|sont|a|ont|fait|font|peut|et|ou"
    r"|que|qui|plus|se|ne|n['’]|s['’]|y|pendant|depuis|entre|de|du|des|d['’])"
)
_THING = rf"(?!{_NO_NOUN}\b){_NOUN}"
_OF = rf"(?:\s(?:de|du|des)\s|\sd['’])(?:{_ARTICLE})?{_THING}(?:\s{_THING})?"
_PHRASE = re.compile(
    rf"(?i)(?<![\w'’]){_DETERMINER.pattern.removeprefix('(?i)')}{_THING}"
    rf"(?:\s{_THING})?(?:\sà\s(?!{_ARTICLE}){_NOUN})?(?:{_OF}){{0,2}}"
)
_IMPERSONAL = (
    r"(?:faut|a|s['’]agit|pleut|est\s+(?:possible|permis|interdit|nécessaire)|reste|existe)"
)
_INVERTED = re.compile(
    r"(?i)(?<!faut)(?<!\ba)(?<!\ba-t)(?<!agit)(?<!pleut)-(?:t-)?(?:ils?|elles?)\b"
)
_EXPLETIVE = re.compile(r"(?i)est-il\s+(?:possible|permis|interdit|nécessaire|obligatoire|utile)")
_SUBJECT = re.compile(rf"(?i)\bqu['’](?:ils?|elles?)\s+(?!{_IMPERSONAL}\b)")
_AFTER = (
    r"(?=\s*(?:[?.!,]|$)"
    r"|\s+(?:en|à|au|aux|sur|sous|par|dans|sans|avec|pour|chez|plus|après|avant)\b)"
)
_OBJECT = re.compile(
    rf"(?i)(?:\b(?:qui|comment|où|quand|pourquoi)|-{_SUBJECTS})\s+(?:(?:le|la|les|lui|leur)\s+|l['’])"
    rf"\w+(?:er|ir|re|oir){_AFTER}"
    r"|^(?:et\s+)?(?:qui|comment|où|quand|pourquoi)\s+(?:(?:le|la|les)\s+|l['’])\w+\s*+\?*+\s*+$"
)
_DONE = re.compile(r"(?i)\b(?:le|l['’])\s*faire\b")
_DEMONSTRATIVE = re.compile(r"(?i)\b(?:cela|ça|ceci)\b(?!\s+(?:va|alors)\b)")


def _topic(text: str) -> str:
    """Return the first noun with its article, and what belongs to it."""
    found = _PHRASE.search(text)
    return found[0] if found else ""


def _pronoun(text: str) -> Pronoun | None:
    """Return the pronoun of a question that names no subject of its own."""
    end = len(text.rstrip(" ?!."))
    if _DEMONSTRATIVE.search(text):
        return Pronoun(end, of_action=True)
    if _OBJECT.search(text):
        return Pronoun(end, of_action=bool(_DONE.search(text)))
    subject = _INVERTED.search(text) or _SUBJECT.search(text)
    if subject is None or _EXPLETIVE.search(text) or _PHRASE.search(text[: subject.start()]):
        return None
    return Pronoun(end, of_action=False)


_END = r"(?=\s*(?:[?.!,]|$))"
_WORDS = frozenset({
    "le", "la", "les", "un", "une", "des", "du", "de", "et", "ou", "est", "sont", "comment",
    "combien", "où", "quand", "qui", "quoi", "pourquoi", "quel", "quelle", "quels", "quelles", "je",
    "il", "elle", "ils", "elles", "on", "nous", "vous", "mon", "ma", "mes", "ce", "cette", "cela",
    "ça", "à", "au", "aux", "dans", "sur", "sous", "avec", "sans", "pour", "par", "l", "d", "qu",
    "ne", "pas", "non", "autre", "celui", "celle", "puis", "peut", "faut", "voulais",
})  # fmt: skip

RULES = Grammar(
    words=_WORDS,
    topic_change=re.compile(
        r"(?i)^(?:(?:une\s+)?(?:autre|nouvelle)\s+(?:chose|question)|au\s+fait|sinon|à\s+propos"
        r"|rien\s+à\s+voir|changeons\s+de\s+sujet)\s*+[:,.!–-]\s*+\S"
    ),
    correction=re.compile(
        r"(?i)^(?:(?:non|pardon|désolée?|oh)\b[\s,.!]*)*+je\s+(?:parl(?:e|ais)\s+(?:de\s+|d['’])?"
        r"|(?:voulais|veux)\s+dire\s+|pensais\s+à\s+)"
        r"|^(?:(?:non|pardon|désolée?)\b[\s,.!]+)++"
    ),
    opening=re.compile(r"(?i)^(?:(?:et|ou)\b[\s,]*)+(?:qu['’]en\s+est-il\s+(?:de\s+|d['’]))?"),
    alone=re.compile(
        r"(?i)(?:et\s+)?(?:pourquoi(?:\s+pas)?|comment|quand|où|qui|combien(?:\s+de\s+temps)?"
        r"|ensuite|après|par\s+exemple|(?:dis-m['’]en\s+)?plus|depuis\s+quand|jusqu['’]à\s+quand)"
    ),
    interrogative=re.compile(
        r"(?i)(?:et\s+)?(?:comment|combien(?:\s+de\s+\w+)?|où|quand|pourquoi|qui|que|quoi|quels?"
        r"|quelles?|qu['’]est-ce\s+qu[e'’]|est-ce\s+qu[e'’]|peut-on|puis-je|dois-je|faut-il)(?:\b|(?<=['’]))\s*"
    ),
    determiner=_DETERMINER,
    headless=re.compile(r"(?i)(?:celui|celle|ceux|celles)\s+(?P<rest>(?:de\s|du\s|des\s|d['’]).+)"),
    complement=re.compile(r"(?i)\s(?:de\s|du\s|des\s|d['’])"),
    preposition=re.compile(
        r"(?i)(?:à|au|aux|en|dans|sur|sous|pour|par|avec|sans|chez|vers|depuis|pendant|après|avant"
        r"|entre)\s+(?!(?:quoi|qui|quel\w*|combien|cela|ça)\b)(?=\S)"
    ),
    families=(
        frozenset({"à", "au", "aux", "en", "dans", "chez", "vers"}),
        frozenset({"sur", "sous"}),
        frozenset({"avec", "sans"}),
        frozenset({"par"}),
        frozenset({"pour"}),
    ),
    pair_words=PairWords(
        compared=re.compile(
            rf"(?i)\bentre\s++(?:{_ARTICLE})?(?P<one>[^\s?.!,;]++(?:\s(?!et\b)[^\s?.!,;]++){{0,5}})"
            rf"\s++et\s++(?:{_ARTICLE})?(?P<two>[^\s?.!,;]++(?:\s[^\s?.!,;]++){{0,5}})"
        ),
        first=re.compile(rf"(?i)\b(?:le\s+premier|la\s+première){_END}"),
        second=re.compile(rf"(?i)\b(?:le\s+(?:second|deuxième)|la\s+(?:seconde|deuxième)){_END}"),
        other=re.compile(r"(?i)l['’]autre"),
    ),
    topic=_topic,
    pronoun=_pronoun,
)
