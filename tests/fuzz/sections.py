"""What a generated document says, whatever its format will be: sections of odd words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_WORDS = (
    *("queue", "broker", "topic", "offset", "retention", "the", "a", "of", "is", "every", "30"),
    *(
        "naïve",
        "größer",
        "данные",
        "数据",
        "データ",
        "بيانات",
        "👩‍🚀",
        "e\u0301",
        "\u202eabc",
        "x" * 300,
    ),
)
_SIGNS = ("*", "_", "`", "<", ">", "|", "#", "[", "](", "{{", "{%", "..", "::", "&amp;", "\\", "$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what is below it; `table` are rows of cells."""

    level: int
    heading: str
    paragraphs: Sequence[str]
    items: Sequence[str]
    table: Sequence[Sequence[str]]
    code: str


def sections(dice: Random) -> list[Section]:
    """Return the content of a document, whatever its format will be."""
    return [
        Section(
            level=dice.randint(1, 6),
            heading=_phrase(dice, 6),
            paragraphs=[_phrase(dice, dice.choice((5, 60))) for _ in range(dice.randint(0, 3))],
            items=[_phrase(dice, 8) for _ in range(dice.randint(0, 4))],
            table=[[_phrase(dice, 2) for _ in range(3)] for _ in range(dice.randint(0, 3))],
            code=_phrase(dice, 12),
        )
        for _ in range(dice.randint(1, 5))
    ]


def _phrase(dice: Random, words: int) -> str:
    chosen = [dice.choice(_WORDS) for _ in range(words)]
    if dice.random() < 0.3:
        chosen.insert(dice.randrange(len(chosen) + 1), dice.choice(_SIGNS))
    return " ".join(chosen)
