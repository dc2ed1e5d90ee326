"""A style is a heading by its own outline level, else by its name."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.rtf.style_sheet import StyleSheet


@pytest.mark.parametrize(
    ("name", "outline", "level"),
    [
        ("heading 3;", None, 3),
        ("Title;", None, 1),
        ("Normal;", None, 0),
        ("My chapter;", 0, 1),
        ("heading 2;", 9, 0),  # its author wants text that only looks like one
    ],
)
def test_the_outline_level_counts_more_than_the_name(
    name: str, outline: int | None, level: int
) -> None:
    styles = StyleSheet()
    styles.define(7, name, outline)
    assert styles.heading(7, None) == level


def test_what_a_paragraph_says_of_itself_counts_most() -> None:
    styles = StyleSheet()
    styles.define(7, "heading 1;", None)
    assert [styles.heading(7, outline) for outline in (None, 2, 9)] == [1, 3, 0]


def test_the_first_entry_of_a_style_stays_and_one_without_a_name_is_none() -> None:
    styles = StyleSheet()
    styles.define(7, " ", 4)
    styles.define(7, "heading 1;", None)
    styles.define(7, "heading 2;", None)
    assert styles.heading(7, None) == 1
