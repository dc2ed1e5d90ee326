"""Citations become annotations where their markers are."""

from __future__ import annotations

from ragline.contracts.answers import Citation
from ragline_gateway.responses.annotations import annotations_of, annotations_of_all
from ragline_gateway.responses.models import FileCitation, UrlCitation

ONE = Citation(
    marker=1,
    chunk_id="c",
    document_id="badges.md",
    version=1,
    title="Badges",
    url="https://docs.test/badges",
    start=0,
    end=5,
    quote="Badge",
)
TWO = ONE.model_copy(update={"marker": 2, "url": None})


def test_each_marker_has_the_annotation_of_its_source() -> None:
    text = "😀 Doors [1]. Desks [2][1], `x[1]` and [3]."
    assert annotations_of(text, (ONE, TWO)) == (
        UrlCitation(start_index=8, end_index=11, title="Badges", url="https://docs.test/badges"),
        FileCitation(index=19, file_id="badges.md", filename="badges.md"),
        UrlCitation(start_index=22, end_index=25, title="Badges", url="https://docs.test/badges"),
    )
    assert text[8:11] == text[22:25] == "[1]"


def test_json_has_no_markers_and_rests_on_all_sources() -> None:
    assert annotations_of_all('{"a": 1}', (ONE, TWO)) == (
        UrlCitation(start_index=0, end_index=8, title="Badges", url="https://docs.test/badges"),
        FileCitation(index=0, file_id="badges.md", filename="badges.md"),
    )
