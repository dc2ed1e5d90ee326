"""Readers never see a hallucinated marker, however the text arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.citation_markers import find_markers
from ragline_generator.validation.marker_filter import MarkerFilter, filter_markers

VALID = range(1, 4)
TEXT = st.lists(
    st.sampled_from(
        [
            "[1]",
            "[9]",
            "[2, 7]",
            "[",
            "]",
            "[1",
            " ",
            "\n",
            "`",
            "```",
            "a",
            "word",
            ",",
            "3",
            "[x]",
            "[[",
            "]]",
            "[^1]",
            "[^2]:",
            "【1",
            "†source",
            "】",
            "(1)",
            "(",
            ")",
            ".",
            "-",
            " and ",
            "Source ",
            "Sources:",
            "## References",
            "- [1]",
        ]
    ),
    max_size=30,
).map("".join)

# What language models write instead of `[1]`
FORMS = [
    ("Durable [1; 3].", "Durable [1][3]."),
    ("Durable [1-3].", "Durable [1][2][3]."),
    ("Durable [1–2].", "Durable [1][2]."),
    ("Durable [1 and 2].", "Durable [1][2]."),
    ("Durable [[1]].", "Durable [1]."),
    ("Durable[^1].", "Durable[1]."),
    ("Durable [Source 1].", "Durable [1]."),
    ("Durable [excerpt 1, excerpt 3].", "Durable [1][3]."),
    ("Durable【1】.", "Durable[1]."),
    ("Durable【2†source】.", "Durable[2]."),
    ("Durable【9†source】.", "Durable."),
    ("Durable［1］。", "Durable[1]。"),
    ("Durable `[1]`.", "Durable [1]."),
    ("Durable (1).", "Durable [1]."),
    ("Durable (1, 2).\nFast (3)", "Durable [1][2].\nFast [3]"),
]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Durable [1].", "Durable [1]."),
        ("Durable [9].", "Durable."),
        ("Durable [9][1].", "Durable [1]."),
        ("Durable [9] [8][1].", "Durable [1]."),
        ("Durable [9], so[1].", "Durable, so[1]."),
        ("Durable[9].", "Durable."),
        ("Durable [1, 9].", "Durable [1]."),
        ("Durable [1][3].", "Durable [1][3]."),
        ("Durable [1, 3].", "Durable [1][3]."),
        ("Durable [1][1].", "Durable [1][1]."),
        ("Durable [0] and [004].", "Durable and."),
        ("In [2024] and [x] and [].", "In [2024] and [x] and []."),
        ("Use `a[9]` here [9].", "Use `a[9]` here."),
        ("```\na[9]\n```\nSo [9].", "```\na[9]\n```\nSo."),
        ("``x`[9]`` [9]", "``x`[9]``"),
        ("A stray ` tick.\n\nSo [9].", "A stray ` tick.\n\nSo."),
    ],
)
def test_only_markers_of_real_excerpts_are_shown(raw: str, shown: str) -> None:
    assert filter_markers(raw, VALID) == shown


@pytest.mark.parametrize(("raw", "shown"), FORMS)
def test_markers_of_other_forms_become_ours(raw: str, shown: str) -> None:
    assert filter_markers(raw, VALID) == shown


@pytest.mark.parametrize(("raw", "shown"), FORMS)
def test_they_do_so_also_where_they_come_letter_by_letter(raw: str, shown: str) -> None:
    markers = MarkerFilter(VALID)

    assert "".join(map(markers.feed, raw)) + markers.flush() == shown


@pytest.mark.parametrize(
    "text",
    [
        "Call f(1).",
        "First (1) declare, then (2) bind.",
        "Durable [1], in chapter (2).",
        "See `queue[1]` and `args[1, 2]`.",
        "```\nx = y[1]\n`[1]`\n```\n",
        "Since 2004 (2024).",
        "It has nine (9).",
        "Use [Enter 1 now] and [see].",
        "## References\n\nA reference is created by name [1].",
    ],
)
def test_what_is_no_marker_stays(text: str) -> None:
    assert filter_markers(text, VALID) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Durable[^1].\n\n[^1]: Queues, page 3", "Durable[1].\n\n"),
        ("Durable [1].\n[1]: a\n[2]: b\nMore [2].", "Durable [1].\n\n\nMore [2]."),
        ("Durable [1].\n\nSources:\n[1] Queues\n[2] Streams", "Durable [1].\n"),
        ("Durable [1].\n\n**References**\n\n- [1] Queues", "Durable [1].\n"),
        ("Haltbar [1].\n\n## Quellen\n[1] Queues", "Haltbar [1].\n"),
    ],
)
def test_lists_of_sources_are_left_out(raw: str, shown: str) -> None:
    assert filter_markers(raw, VALID) == shown


@given(st.one_of(TEXT, st.text()), st.data())
def test_any_cut_into_deltas_gives_the_same_text(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    markers = MarkerFilter(VALID)

    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    streamed = "".join(markers.feed(part) for part in parts) + markers.flush()

    assert streamed == filter_markers(text, VALID)


@given(TEXT, st.data())
def test_no_moment_shows_a_hallucinated_marker(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    markers, shown = MarkerFilter(VALID), ""

    for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True):
        shown += markers.feed(text[a:b])
        if "`" not in shown:
            assert all(marker.number in VALID for marker in find_markers(shown))


def test_text_is_held_back_only_while_it_may_become_a_marker() -> None:
    markers = MarkerFilter(VALID)

    assert markers.feed("So [") == "So"
    assert markers.feed("1") == ""
    assert markers.feed("] it") == " [1] it"
