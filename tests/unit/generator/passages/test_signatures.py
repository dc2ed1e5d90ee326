"""Lines that show how a function is called."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import make_passage

from ragline_generator.passages.ranking import rank
from ragline_generator.passages.signatures import is_signature


@pytest.mark.parametrize(
    "line",
    [
        "box.open(lid, force=False)",
        "class Box(width=(1, 2), height=3)",
        "close()",
        "box.weigh(unit) -> float",
    ],
)
def test_a_call_alone_is_a_signature(line: str) -> None:
    assert is_signature(line)


@pytest.mark.parametrize(
    "line", ["Call open() first.", "open", "x = open()", "open(a)(b)", "open(", "open() close()"]
)
def test_a_sentence_or_other_code_is_none(line: str) -> None:
    assert not is_signature(line)


def test_what_stands_under_a_signature_is_about_it() -> None:
    text = "box.open(lid)\n\nLift the lid.\n\nbox.close(lid)\n\nLower the lid."
    units = rank("What does box.close do?", [make_passage(text)])[0]

    assert units[0].is_title
    assert units[3].score > units[1].score
