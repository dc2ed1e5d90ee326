"""Whether the passages hold what a question asks, by rules, and else what to look for.

Looked at is each single question of several, each side of a comparison, and else whether one
passage has the words of the question and the kind of thing that it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragline.contracts import bounds
from ragline.contracts.hops import Hop, HopReason
from ragline.contracts.queries import Passage
from ragline.questions.comparison import alternatives, compared
from ragline.questions.question_parts import is_asking, question_parts
from ragline.questions.terms import terms
from ragline_reranker.answer_kind import may_hold_answer
from ragline_reranker.bridges import bridges

# passages that are looked at: about as many as an answer is made from
_READ = 12
# shares of a question's terms that one passage has
_ANSWERS = 0.9
_SPEAKS_OF = 0.6
# `how do they differ?` cannot be searched for
_LEAST_TERMS = 2
_QUESTION = re.compile(r"[?？]|\b(?:how|what|when|where|which|who|whom|whose|why)\b", re.IGNORECASE)


def next_hop(question: str, passages: Sequence[Passage], *, hops: Sequence[Hop] = ()) -> Hop | None:
    """Return what to look for, or None if the passages suffice or name nothing to go on with.

    Args:
        question: the standalone question.
        passages: what was found for it, best first.
        hops: the further looks so far; nothing is asked twice.
    """
    if not passages or not terms(question):
        return None
    texts = [f"{passage.title} . {passage.text}" for passage in passages[:_READ]]
    asked = {query for hop in hops for query in hop.queries}
    parts = question_parts(question)
    if len(parts) > 1:
        unheld = [part for part in parts if _is_open(part, texts) and part not in asked]
        if unheld:
            return _hop(HopReason.PARTS, unheld, missing=unheld)
    elif sides := compared(question) or alternatives(question):
        pairs = (sides, sides[::-1])
        absent = [one for one, other in pairs if not _named(one, other, texts) and one not in asked]
        if absent:
            return _hop(HopReason.COMPARISON, absent, missing=absent)
    if not _asks(question):
        return None
    if _best_share(question, texts[:1]) >= _ANSWERS and may_hold_answer(question, texts[0]):
        return None
    latest = [passage for passage in passages if passage.hop == len(hops)] if hops else passages
    found = [bridge for bridge in bridges(question, latest) if bridge.query not in asked]
    found = found[: bounds.SUB_QUERIES]
    names = [bridge.name for bridge in found]
    return _hop(HopReason.BRIDGE, [bridge.query for bridge in found], missing=names)


def _asks(text: str) -> bool:
    """Tell whether `text` asks something: a claim or a few words to look up name no unknown."""
    return is_asking(text) or _QUESTION.search(text) is not None


def _is_open(part: str, texts: Sequence[str]) -> bool:
    """Tell whether no text speaks of a question that says by itself what it is about."""
    return len(terms(part)) >= _LEAST_TERMS and _best_share(part, texts) < _SPEAKS_OF


def _best_share(question: str, texts: Sequence[str]) -> float:
    """Return the greatest share of the terms of `question` that one text has, in [0, 1]."""
    asked = terms(question)
    return max(len(asked & terms(text)) for text in texts) / len(asked) if asked else 1.0


def _named(side: str, other: str, texts: Sequence[str]) -> bool:
    """Tell whether a text has all by which one side of a comparison differs from the other."""
    own = terms(side) - terms(other)
    return any(own <= terms(text) for text in texts)


def _hop(reason: HopReason, queries: Sequence[str], *, missing: Sequence[str]) -> Hop | None:
    asked = [bounds.clip(query, bounds.SUB_QUERY_CHARS) for query in queries[: bounds.SUB_QUERIES]]
    if not asked:
        return None
    return Hop(
        reason=reason,
        queries=tuple(asked),
        missing=tuple(bounds.clip(each, bounds.ENTITY_CHARS) for each in missing),
    )
