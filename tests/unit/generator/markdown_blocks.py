"""Markdown made of blocks that know which of their lines belong together.

Every line holds a number of its own, so that a test can tell whether it was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from textwrap import indent

from hypothesis import strategies as st

# Most would be something else outside of code
CODE = st.sampled_from(
    [
        "x = call({n})",
        "- item: {n}",
        "1. step {n}",
        "# comment {n}",
        "| a | {n} |",
        "    deeper {n}",
        "Sentence {n}. And another. Queues are durable.",
        "<Tab> {n}",
        "~~~ {n}",
        "",
    ]
)
CELLS = st.sampled_from(["durable {n}", "Yes {n}. Queues are. Always!", "`a. B` {n}", "{n}"])
SENTENCES = st.sampled_from(
    ["Queues are durable {n}.", "Nobody spoke {n} of e.g. anything!", "Line without end {n}"]
)
Lines = st.lists(CODE, min_size=1, max_size=4).filter(any)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of Markdown, and the pieces of it that are kept or left out whole."""

    text: str
    whole: Sequence[str] = ()


Numbered = Callable[[str], str]


@st.composite
def documents(draw: st.DrawFn, numbers: count[int]) -> Block:
    """Draw some blocks with blank lines between them."""

    def numbered(template: str) -> str:
        return template.format(n=f"n{next(numbers)}")

    makers = draw(st.lists(st.sampled_from(_MAKERS), min_size=1, max_size=8))
    blocks = [make(draw, numbered) for make in makers]
    return Block(
        "\n\n".join(block.text for block in blocks), [p for block in blocks for p in block.whole]
    )


def _heading(draw: st.DrawFn, numbered: Numbered) -> Block:
    return Block(numbered(draw(st.sampled_from(["# Queues {n}", "Durable {n}\n----------"]))))


def _prose(draw: st.DrawFn, numbered: Numbered) -> Block:
    lines = draw(st.lists(SENTENCES, min_size=1, max_size=4))
    return Block(draw(st.sampled_from([" ", "\n"])).join(map(numbered, lines)))


def _fence(draw: st.DrawFn, numbered: Numbered) -> Block:
    code = "\n".join(map(numbered, draw(Lines)))
    text = f"```{numbered('{n}')}\n{code}\n```"
    return Block(text, [text])


def _indented(draw: st.DrawFn, numbered: Numbered) -> Block:
    lines = draw(st.lists(st.sampled_from(["call({n})", "  x = {n}", ""]), max_size=4))
    text = indent("\n".join(map(numbered, ["begin({n})", *lines, "end({n})"])), "    ")
    return Block(text, [text.strip()])


def _steps(draw: st.DrawFn, numbered: Numbered) -> Block:
    steps = [
        f"{number}. {numbered(draw(SENTENCES))}{_nested(draw, numbered)}"
        for number in range(1, draw(st.integers(2, 4)))
    ]
    return Block("\n".join(steps), steps)


def _nested(draw: st.DrawFn, numbered: Numbered) -> str:
    """Draw what may stand under a step: code, more text, a list."""
    kind = draw(st.sampled_from(["", "fence", "list", "prose"]))
    if kind == "fence":
        return "\n\n" + indent(_fence(draw, numbered).text, "   ")
    text = {"": "", "list": "\n   - {n}\n   - {n}", "prose": "\n\n   More {n}. And {n}."}[kind]
    return "".join(numbered(part) for part in text.splitlines(keepends=True))


def _items(draw: st.DrawFn, numbered: Numbered) -> Block:
    code = _fence(draw, numbered)
    first = draw(st.sampled_from(["- {n} see:\n\n", "* {n}\n"]))
    text = f"{numbered(first)}{indent(code.text, '  ')}\n- {numbered(draw(SENTENCES))}"
    return Block(text, [indent(code.text, "  ").strip()])


def _table(draw: st.DrawFn, numbered: Numbered) -> Block:
    edge = draw(st.sampled_from(["| {} | {} |", "{} | {}"]))
    pairs = draw(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
    rows = [edge.format(numbered(one), numbered(two)) for one, two in pairs]
    head = edge.format(numbered("name {n}"), "value")
    return Block("\n".join([head, edge.format("---", "---"), *rows]), [head, *rows])


def _grid(draw: st.DrawFn, numbered: Numbered) -> Block:
    border = "+------+------+"
    rows = [
        "\n".join(numbered("| {n} | of |") for _ in range(draw(st.integers(1, 3))))
        for _ in range(draw(st.integers(1, 3)))
    ]
    head = f"{numbered('| {n} | b |')}\n{draw(st.sampled_from(['|===|===|', '+===+===+']))}"
    text = "\n".join([border, head, f"\n{border}\n".join(rows), border])
    return Block(text, [head, *rows])


_MAKERS = (_heading, _prose, _prose, _fence, _indented, _steps, _items, _table, _grid)
