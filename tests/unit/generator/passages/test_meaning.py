"""What something means is asked with a verb that no passage needs to have."""

from __future__ import annotations

import pytest

from ragline_generator.passages.meaning import without_frame


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("What does E-4012 mean?", "E-4012"),
        ("what do the 🚦 and 🅿 columns mean??", "the 🚦 and 🅿 columns"),
        ("Was bedeutet der Fehler E-17?", "der Fehler E-17?"),
        ("¿Qué significa SLA?", "SLA?"),
        ("What is the mean of the sample?", "What is the mean of the sample?"),
        ("What does he mean to the team?", "What does he mean to the team?"),
        ("mean", "mean"),
    ],
)
def test_the_thing_whose_meaning_is_asked_for(question: str, thing: str) -> None:
    assert without_frame(question) == thing
