"""Merging: what several searches found becomes one list of candidates, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ragline.contracts.queries import Candidate, SearchKind
from ragline_retriever.fusion import Method, fuse

Found = Mapping[SearchKind, Sequence[Candidate]]


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


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sort by fused relevance; equals in reading order, so that a repeat gives the same list."""
    return sorted(candidates, key=lambda c: (-c.fused, c.document_id, c.ordinal, c.chunk_id))


def _current_versions(found: Found) -> dict[SearchKind, list[Candidate]]:
    """Keep each document's highest version.

    Each search sees one version of a document, but a change that lands between two searches lets
    them see different ones, and a reader must never get both.
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
