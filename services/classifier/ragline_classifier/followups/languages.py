"""Which language's rules complete a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragline_classifier.followups import english, french, german, spanish
from ragline_classifier.followups.rules import FollowUpRules

# English first: where no word decides, its rules are used
_ALL: Sequence[FollowUpRules] = (english.RULES, german.RULES, french.RULES, spanish.RULES)
_WORD = re.compile(r"[^\W\d_]+|¿")


def rules_of(text: str, previous: str) -> FollowUpRules:
    """Return the rules of the language that `text` is in, or else the question before it."""
    best = _most(_ALL, text)
    return best[0] if len(best) == 1 else _most(best, previous)[0]


def _most(among: Sequence[FollowUpRules], text: str) -> Sequence[FollowUpRules]:
    """Return the rules with the most words of `text`."""
    words = [word.lower() for word in _WORD.findall(text)]
    counts = [sum(word in rules.words for word in words) for rules in among]
    return [rules for rules, count in zip(among, counts, strict=True) if count == max(counts)]
