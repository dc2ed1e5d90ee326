"""Fields: the address of a link among its switches."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.docx.fields import link_target


@pytest.mark.parametrize(
    ("instruction", "target"),
    [
        (' HYPERLINK "https://example.com/a b" ', "https://example.com/a b"),
        ("HYPERLINK https://example.com", "https://example.com"),
        (r'HYPERLINK \o "a tip" "https://example.com"', "https://example.com"),
        (r'HYPERLINK \l "_Toc1"', None),
        ("PAGE", None),
        ("", None),
    ],
)
def test_the_address_of_a_link(instruction: str, target: str | None) -> None:
    assert link_target(instruction) == target
