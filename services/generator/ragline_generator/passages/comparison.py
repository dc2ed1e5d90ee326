"""The two sides of a question that compares, each as a question of its own."""

from __future__ import annotations

import re

from ragline_generator.passages.terms import terms

# Longer names are descriptions: the question is about more than two things
_MOST_TERMS = 3
_SIDE = r"(?P<{name}>[^,;?!]{{1,80}}?)"
_A, _B = _SIDE.format(name="one"), _SIDE.format(name="other")
_AND = r"\s+(?:and|und|et|y|e|with|to|mit|with\s+that\s+of)\s+"
_END = r"\s*[?.!]*\s*$"
_OF = r"(?:of|in|for|between|von|bei|zwischen|de|entre)"
_ASPECT = r"(?P<aspect>[^,;?!]{1,60}?)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^\W*(?:please\s+)?(?:compare|contrast|vergleich\w*|comparez?|compara)\s+(?:the\s+)?{_ASPECT}"
        rf"\s+{_OF}\s+{_A}{_AND}{_B}{_END}",
        rf"^\W*(?:please\s+)?(?:compare|contrast|vergleich\w*|comparez?|compara)\s+{_A}{_AND}{_B}"
        rf"(?:\s+(?:in|by|for|regarding|with\s+respect\s+to|in\s+terms\s+of)\s+{_ASPECT})?{_END}",
        rf"\b(?:difference|differences|unterschied\w*|différence|diferencia)(?:\s+in\s+{_ASPECT})?"
        rf"\s+(?:between|zwischen|entre)\s+{_A}{_AND}{_B}{_END}",
        rf"^\W*how\s+do(?:es)?\s+{_A}(?:\s+(?:and|differ\s+from|compare\s+(?:to|with))\s+){_B}"
        rf"(?:\s+(?:differ|compare))?(?:\s+in\s+{_ASPECT})?{_END}",
        rf"^\W*(?:(?P<aspect>[^,;?!]{{1,40}})[:,]\s+)?{_A}\s+(?:vs\.?|versus)\s+{_B}{_END}",
        rf"^\W*(?:which|who|what)\s+{_ASPECT},\s+{_A}\s+or\s+{_B}{_END}",
    )
)
_FRAME = re.compile(
    r"^(?:(?:is|are|has|have|costs?|does|do|the|more|less|fewer|a|an)\s+)+", re.IGNORECASE
)


def compared(question: str) -> tuple[str, str] | None:
    """Return a question for each of the two things that `question` compares, or None.

    >>> compared("Compare the weight of Alpha and Beta")
    ('weight of Alpha', 'weight of Beta')
    """
    for pattern in _PATTERNS:
        found = pattern.search(question)
        if found is None:
            continue
        sides = found["one"].strip(), found["other"].strip()
        if not all(1 <= len(terms(side)) <= _MOST_TERMS for side in sides):
            continue
        if terms(sides[0]) == terms(sides[1]):
            continue
        aspect = _FRAME.sub("", (found["aspect"] or "").strip())
        if len(terms(aspect)) > _MOST_TERMS:
            continue
        return _asked(aspect, sides[0]), _asked(aspect, sides[1])
    return None


def _asked(aspect: str, side: str) -> str:
    return f"{aspect} of {side}" if terms(aspect) else side
