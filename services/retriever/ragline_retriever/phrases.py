"""Quoted phrases: who quotes wants those very words.

BM25 and embeddings know no word order, so candidates are read for the phrase itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ragline.contracts.queries import Candidate, Entities
from ragline_retriever.merge import best_first

_LEAST_WORDS = 2
# each costs a search of its own
_MOST = 3


def phrases_of(entities: Entities) -> tuple[str, ...]:
    """Return the first quoted phrases of two words and more; single words are BM25's."""
    return tuple(each for each in entities.quoted if len(each.split()) >= _LEAST_WORDS)[:_MOST]


def holds(candidate: Candidate, phrase: str) -> bool:
    """Tell whether `candidate` has `phrase` in title, headings or text.

    Case, white space and Unicode compatibility forms do not matter.
    """
    parts = (candidate.title, *candidate.heading_path, candidate.text)
    return _normalised(phrase) in _normalised("\n".join(parts))


def lift_exact(candidates: Sequence[Candidate], phrases: Sequence[str]) -> list[Candidate]:
    """Put those that hold all of `phrases` before those that hold none of them.

    The share of phrases that a candidate holds becomes half of its relevance, so that what ranks
    it again later respects it, too. When no candidate holds any, nothing changes.
    """
    shares = [_share(candidate, phrases) for candidate in candidates]
    if not any(shares):
        return list(candidates)
    return best_first(
        c.model_copy(update={"fused": (share + c.fused) / 2})
        for c, share in zip(candidates, shares, strict=True)
    )


def _share(candidate: Candidate, phrases: Sequence[str]) -> float:
    return sum(holds(candidate, each) for each in phrases) / len(phrases) if phrases else 0.0


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
