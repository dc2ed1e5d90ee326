"""Where a passage stands."""

from __future__ import annotations

import pytest

from ragline.contracts.answers import Citation
from ragline.contracts.queries import Candidate


@pytest.mark.parametrize(
    ("title", "heading_path", "names"),
    [
        ("Queues", ("Limits", "Length"), ("Queues", "Limits", "Length")),
        ("Queues", ("Queues", "Limits"), ("Queues", "Limits")),
        ("Queues", ("Limits", "Queues", "Limits"), ("Queues", "Limits")),
        ("", ("", "Limits"), ("Limits",)),
        ("Queues", (), ("Queues",)),
        ("", (), ()),
    ],
)
def test_each_name_is_given_once_from_the_top_down(
    title: str, heading_path: tuple[str, ...], names: tuple[str, ...]
) -> None:
    candidate = Candidate(
        chunk_id="c",
        document_id="d",
        version=1,
        ordinal=0,
        title=title,
        heading_path=heading_path,
        text="t",
        start=0,
        end=1,
    )
    citation = Citation(
        marker=1,
        chunk_id="c",
        document_id="d",
        version=1,
        title=title,
        heading_path=heading_path,
        start=0,
        end=1,
        quote="t",
    )

    assert candidate.headings == citation.headings == names
