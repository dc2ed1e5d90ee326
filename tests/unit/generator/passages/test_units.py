"""How passages are split: what may be left out alone, and what must stay whole."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_generator.passages.units import LineKind, split

MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# Title",
            "Some prose. More prose!",
            "Line without end",
            "- item",
            "1. step",
            "   nested",
            "    indented()",
            "code = 1",
            "```",
            "| a | b |",
            "|---|---|",
            "<!-- x",
            "-->",
            "---",
            "",
        ]
    ),
    max_size=25,
).map("\n".join)


def pieces(text: str) -> list[tuple[str, str]]:
    text = dedent(text).strip("\n")
    return [(unit.kind.value, text[unit.start : unit.end]) for unit in split(text)]


def test_prose_is_split_into_sentences() -> None:
    assert pieces("Queues are durable. Are they fast? Yes, e.g. with Dr. Who. Done!") == [
        ("prose", "Queues are durable."),
        ("prose", "Are they fast?"),
        ("prose", "Yes, e.g. with Dr. Who."),
        ("prose", "Done!"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Use version 3.12.1 of the client.",
        "See queue.declare for more.",
        "It costs approx. 5 dollars.",
        "Quoted text (see Fig. 3) stays.",
        "The U.S. Government decides.",
        "Read [1. Start here](https://docs.example/a) first.",
        "Run `a. B` twice.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert [text for _, text in pieces(sentence)] == [sentence]


def test_wrapped_lines_are_one_sentence_but_a_list_of_lines_is_many() -> None:
    wrapped = "A queue keeps messages until a\nconsumer has taken each of them."
    lines = "Task-specific: F1 score, BLEU score, perplexity of the model\nSpeed: fast\nSize: small"

    assert len(pieces(wrapped)) == 1
    assert [text for _, text in pieces(lines)][1:] == ["Speed: fast", "Size: small"]


def test_a_citation_marker_belongs_to_the_sentence_before_it() -> None:
    assert [text for _, text in pieces("It is so. [1] It is not. [2][3] The end [1].")] == [
        "It is so. [1]",
        "It is not. [2][3]",
        "The end [1].",
    ]


def test_sentences_without_spaces_between_them_are_found() -> None:
    assert [text for _, text in pieces("队列是持久的。消息不会丢失！")] == [
        "队列是持久的。",
        "消息不会丢失！",
    ]


def test_a_step_keeps_all_that_is_indented_under_it() -> None:
    found = pieces(
        """
        Do this:

        1. Stop the broker:

           ```
           systemctl stop broker
           ```

           - and wait
        2. Start it.
        """
    )

    assert [kind for kind, _ in found] == ["prose", "step", "step"]
    assert "systemctl stop" in found[1][1]
    assert found[1][1].endswith("- and wait")


def test_code_stays_whole_fenced_or_indented() -> None:
    fenced = pieces("Run:\n```sh\na\n\nb\n```\nThen go.")
    indented = pieces("For example:\n\n    with open(x) as f:\n\n        f.read()\n\nThat is all.")

    assert fenced[1] == ("code", "```sh\na\n\nb\n```")
    assert indented[1][0] == "code"
    assert indented[1][1].endswith("f.read()")


def test_indented_prose_is_prose() -> None:
    assert [k for k, _ in pieces("object.__enter__(self)\n\n   Enter the context.")] == [
        "prose"
    ] * 2


def test_a_table_has_a_head_and_rows() -> None:
    assert [kind for kind, _ in pieces("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |")] == [
        "table_head",
        "table_row",
        "table_row",
    ]


def test_a_table_needs_no_bars_around_it() -> None:
    text = "Limits, as of now:\na | b\n--- | ---\nOne. Two. | 2\n3 | 4\n\nThat | is all. Really."

    assert pieces(text) == [
        ("prose", "Limits, as of now:"),
        ("table_head", "a | b\n--- | ---"),
        ("table_row", "One. Two. | 2"),
        ("table_row", "3 | 4"),
        ("prose", "That | is all."),
        ("prose", "Really."),
    ]


@pytest.mark.parametrize("opening", ["- Write:\n\n  ```yaml", "- ```yaml", "- Write:\n  ~~~"])
def test_an_item_keeps_its_code_whatever_it_looks_like(opening: str) -> None:
    fence = "~~~" if "~" in opening else "```"
    item = f"{opening}\n  - a: 1\n\n  1. b\n  # c\n  {fence}"

    assert pieces(f"{item}\n- Next.") == [("item", item), ("item", "- Next.")]


GRID = """\
Options:

+-----+----------+
| Op  | Meaning  |
|=====|==========|
| "<" | to the   |
|     | left.    |
+-----+----------+
| ">" | to the   |
|     | right.   |
+-----+----------+
That is all."""


def test_a_row_of_a_grid_has_several_lines() -> None:
    assert [piece for piece in pieces(GRID) if piece[0] != "noise"] == [
        ("prose", "Options:"),
        ("table_head", "| Op  | Meaning  |\n|=====|==========|"),
        ("table_row", '| "<" | to the   |\n|     | left.    |'),
        ("table_row", '| ">" | to the   |\n|     | right.   |'),
        ("prose", "That is all."),
    ]


def test_headings_are_marked_or_underlined() -> None:
    assert pieces("# One\nText.\n\nTwo\n===\nText.")[::2] == [
        ("heading", "# One"),
        ("heading", "Two\n==="),
    ]


def test_what_no_reader_sees_is_noise() -> None:
    text = "---\ntitle: T\n---\n<!-- licence\ntext -->\nimport Tabs from '@theme/Tabs';\n\nReal."

    assert [kind for kind, _ in pieces(text)] == ["noise", "noise", "noise", "prose"]


@given(st.one_of(st.text(), MARKDOWN))
def test_units_are_ordered_disjoint_and_leave_out_only_white_space(text: str) -> None:
    units, at = split(text), 0

    for unit in units:
        assert at <= unit.start < unit.end <= len(text)
        assert not text[at : unit.start].strip()
        assert text[unit.start : unit.end] == text[unit.start : unit.end].strip()
        at = unit.end
    assert not text[at:].strip()


@given(MARKDOWN)
def test_a_fence_is_never_cut(text: str) -> None:
    for unit in split(text):
        inside = text[unit.start : unit.end]
        if unit.kind is LineKind.PROSE:
            assert not inside.startswith("```")
