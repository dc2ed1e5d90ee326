"""Citations as the annotations of a text. Pure."""

from __future__ import annotations

from ragline.citation_markers import CitationMarker, find_markers
from ragline.contracts.answers import Citation
from ragline_gateway.responses.models import Annotations, FileCitation, UrlCitation


def annotations_of(text: str, citations: tuple[Citation, ...]) -> Annotations:
    """Return an annotation for each marker of a text, in its order; positions are code points."""
    cited = {citation.marker: citation for citation in citations}
    return tuple(
        _annotation(cited[marker.number], marker)
        for marker in find_markers(text)
        if marker.number in cited
    )


def annotations_of_all(text: str, citations: tuple[Citation, ...]) -> Annotations:
    """Return an annotation for each citation of JSON: it has no markers, and rests on all."""
    return tuple(_annotation(each, CitationMarker(each.marker, 0, len(text))) for each in citations)


def _annotation(citation: Citation, marker: CitationMarker) -> UrlCitation | FileCitation:
    if citation.url is None:
        return FileCitation(
            index=marker.start, file_id=citation.document_id, filename=citation.document_id
        )
    return UrlCitation(
        start_index=marker.start, end_index=marker.end, title=citation.title, url=citation.url
    )
