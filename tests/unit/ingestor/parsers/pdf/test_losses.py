"""Warnings name pages."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.pdf.losses import named


@pytest.mark.parametrize(
    ("pages", "name"),
    [([3], "page 3"), ([3, 7], "pages 3, 7"), ([1, 2, 3, 9], "pages 1-3, 9")],
)
def test_pages_are_named_briefly(pages: list[int], name: str) -> None:
    assert named(pages)[0] == name


def test_many_pages_are_cut() -> None:
    assert named(range(1, 200, 2))[0].endswith("39, …")
