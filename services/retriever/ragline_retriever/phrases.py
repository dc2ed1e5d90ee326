"""Quoted phrases: candidates with the exact words are ranked higher.

BM25 and embeddings ignore word order, so the text of the candidates is searched for the phrase.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ragline.contracts.plan import Entities
from ragline.contracts.queries import Candidate
from ragline.superscripts import unified
from ragline_retriever.merge import best_first

_LEAST_WORDS = 2
# each phrase needs its own search
_MOST = 3


def phrases_of(entities: Entities) -> tuple[str, ...]:
    """Return the first quoted phrases of two or more words; BM25 covers single words."""
    return tuple(each for each in entities.quoted if len(each.split()) >= _LEAST_WORDS)[:_MOST]


def holds(candidate: Candidate, phrase: str) -> bool:
    """Tell whether `candidate` contains `phrase` in title, headings or text.

    Case, white space and Unicode compatibility forms do not matter.
    """
    parts = (candidate.title, *candidate.heading_path, candidate.text)
    return _normalised(phrase) in _normalised("\n".join(parts))


def lift_exact(candidates: Sequence[Candidate], phrases: Sequence[str]) -> list[Candidate]:
    """Rank candidates that contain all `phrases` above those that contain none.

    The share of phrases in a candidate becomes half of its relevance, so that later re-ranking
    takes it into account. If no candidate contains any phrase, nothing changes.
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
    return " ".join(unicodedata.normalize("NFKC", unified(text)).casefold().split())
