"""What the tools' results say to a model that reads text alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ragline.contracts.answers import AnswerStatus, ClaimSupport
from ragline_gateway.documents.models import SourceBody
from ragline_gateway.mcp.models import AskResult, SourceResult, StatusResult


def answer_text(result: AskResult) -> str:
    """Return an answer with its JSON, its sources, and the claims that they do not support."""
    return "\n".join(_answer_lines(result))


def _answer_lines(result: AskResult) -> Iterator[str]:
    yield result.text
    if result.json_text is not None:
        yield f"\nAs JSON:\n{result.json_text}"
    if result.citations:
        yield "\nSources:"
        for each in result.citations:
            place = " > ".join(each.headings) or each.document_id
            yield f"[{each.marker}] {place} ({each.uri}, version {each.version})"
    unsupported = [each for each in result.claims if each.support is ClaimSupport.UNSUPPORTED]
    if unsupported:
        yield "\nNot supported by the passages that are cited:"
        for claim in unsupported:
            yield f"- {claim.text} ({claim.problem or ClaimSupport.UNSUPPORTED})"
    yield from _lines_of_what_is_missing(result)


def _lines_of_what_is_missing(result: AskResult) -> Iterator[str]:
    if result.missing_versions:
        yield "\nNot searchable yet:"
        for document_id, version in result.missing_versions.items():
            yield f"- {document_id}, version {version}"
    if result.status is AnswerStatus.REFUSED and result.nearest:
        yield "\nThe nearest documents:"
        for near in result.nearest:
            yield f"- {near.title or near.document_id} ({near.document_id})"


def source_text(source: SourceBody) -> str:
    """Return a document's text with its title and with the headings above each part."""
    return "\n\n".join(_source_blocks(source))


def _source_blocks(source: SourceBody) -> Iterator[str]:
    if source.title:
        yield f"# {source.title}"
    above: tuple[str, ...] = ()
    for part in source.parts:
        if part.heading_path and part.heading_path != above:
            above = part.heading_path
            yield f"## {' > '.join(above)}"
        yield part.text.strip()
    if isinstance(source, SourceResult) and source.next_start is not None:
        yield f"(There is more: go on with start={source.next_start}.)"


def status_text(status: StatusResult) -> str:
    """Return how a document's change ended, and why."""
    told = f"{status.document_id}, version {status.version}: {status.status}"
    error = status.report.error if status.report else None
    return f"{told} ({error.code}: {error.message})" if error else told
