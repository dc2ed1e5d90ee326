"""Quoted phrases: candidates with the exact words are ranked higher.

BM25 and embeddings ignore word order, so the text of the candidates is searched for the phrase.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragline.contracts.plan import Entities
from ragline.contracts.queries import Candidate
from ragline.folding import folded, folded_case
from ragline.unspaced import is_unspaced, pairs
from ragline_retriever.merge import best_first

_LEAST_WORDS = 2
# each phrase needs its own search
_MOST = 3


def phrases_of(entities: Entities) -> tuple[str, ...]:
    """Return the first quoted phrases of two or more words; BM25 covers single words.

    In scripts without spaces that is any of more than two characters, which BM25 takes apart.
    """
    return tuple(filter(_is_phrase, entities.quoted))[:_MOST]


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


def _is_phrase(quoted: str) -> bool:
    words = folded(quoted).split()
    return len(words) >= _LEAST_WORDS or any(is_unspaced(w) and len(pairs(w)) > 1 for w in words)


def _share(candidate: Candidate, phrases: Sequence[str]) -> float:
    return sum(holds(candidate, each) for each in phrases) / len(phrases) if phrases else 0.0


def _normalised(text: str) -> str:
    return " ".join(folded_case(text).split())
