"""Merges the results of several searches into one list of candidates, best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline_retriever.fusion import Method, fuse

Found = Mapping[SearchKind, Sequence[Candidate]]
# a document's best passage and its supporting ones
_SUPPORTERS = 3


def merge(found: Found, weights: Mapping[SearchKind, float], *, method: Method) -> list[Candidate]:
    """Return each chunk once, with its raw scores of all searches and its fused relevance."""
    current = _current_versions(found)
    rankings = {kind: {c.chunk_id: c.scores[kind] for c in hits} for kind, hits in current.items()}
    fused = fuse(rankings, weights, method=method)
    merged = [
        candidate.model_copy(update={"scores": scores, "fused": fused.get(chunk_id, 0.0)})
        for chunk_id, (candidate, scores) in _by_chunk(current).items()
    ]
    return best_first(merged)


def support(candidates: Sequence[Candidate], *, weight: float) -> list[Candidate]:
    """Add to each relevance `weight` times that of the next best two passages of its document.

    Several matching passages are stronger evidence for a document than a single one (Callan,
    "Passage-Level Evidence in Document Retrieval", 1994). The order within a document stays.
    """
    if weight == 0:
        return list(candidates)
    of_document: defaultdict[str, list[float]] = defaultdict(list)
    for candidate in candidates:
        of_document[candidate.document_id].append(candidate.fused)
    added = {
        document: weight * sum(sorted(relevances, reverse=True)[1:_SUPPORTERS])
        for document, relevances in of_document.items()
    }
    most = 1 + weight * (_SUPPORTERS - 1)
    return best_first(
        c.model_copy(update={"fused": min((c.fused + added[c.document_id]) / most, 1.0)})
        for c in candidates
    )


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sort by fused relevance; ties in reading order, so that the result is deterministic."""
    return sorted(candidates, key=lambda c: (-c.fused, c.document_id, c.ordinal, c.chunk_id))


def _current_versions(found: Found) -> dict[SearchKind, list[Candidate]]:
    """Keep each document's highest version.

    Each search sees one version of a document, but if the document changes between two searches,
    they see different ones, and a reader must never get both.
    """
    newest: dict[str, int] = {}
    for hits in found.values():
        for hit in hits:
            newest[hit.document_id] = max(hit.version, newest.get(hit.document_id, hit.version))
    return {
        kind: [hit for hit in hits if hit.version == newest[hit.document_id]]
        for kind, hits in found.items()
    }


def _by_chunk(found: Found) -> dict[str, tuple[Candidate, dict[SearchKind, float]]]:
    chunks: dict[str, tuple[Candidate, dict[SearchKind, float]]] = {}
    for kind, hits in sorted(found.items()):
        for hit in hits:
            _, scores = chunks.setdefault(hit.chunk_id, (hit, {}))
            scores[kind] = hit.scores[kind]
    return chunks
