from __future__ import annotations

import pytest
from tests.unit.classifier.followups.conversation import last_of

KEY = "Wie bekomme ich einen Schlüssel für den Keller?"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((KEY, "Was kostet der?"), "Was kostet der (Schlüssel für den Keller)?"),
        ((KEY, "Und im Sommer?"), "Wie bekomme ich einen Schlüssel für den Keller im Sommer?"),
        ((KEY, "Und einen Transponder?"), "Wie bekomme ich einen Transponder?"),
        ((KEY, "Nein, ich meine einen Transponder."), "Wie bekomme ich einen Transponder?"),
        ((KEY, "Was ist mit dem Zweitschlüssel?"), "Wie bekomme ich dem Zweitschlüssel?"),
        ((KEY, "Und den für den Garten?"), "Wie bekomme ich Schlüssel für den Garten?"),
        ((KEY, "Warum?"), f"{KEY} Warum?"),
        (
            (KEY, "Was brauche ich dafür?"),
            "Was brauche ich dafür (bekomme ich einen Schlüssel für den Keller)?",
        ),
        (
            ("Wie sichere ich Daten unter macOS?", "und Linux?"),
            "Wie sichere ich Daten unter Linux?",
        ),
    ],
)
def test_a_follow_up_is_completed(asked: tuple[str, ...], expected: str) -> None:
    assert last_of(*asked) == expected


def test_one_of_a_pair() -> None:
    asked = ("Was unterscheidet sich zwischen Gold und Silber?", "Was kostet das zweite?")
    assert last_of(*asked) == "Was kostet Silber?"
    assert last_of(*asked, "nein, das andere") == "Was kostet Gold?"


@pytest.mark.parametrize(
    "text",
    [
        "Wo ist die Kantine?",
        "Noch was: Wann öffnet sie?",
        "Nein, wie lange gilt der Vertrag?",
        "Wenn ich ein Paket bestelle, was zahle ich dafür?",
        "Ist es möglich, später zu kommen?",
        "und billiger?",
    ],
)
def test_a_question_of_its_own_is_left_alone(text: str) -> None:
    assert last_of(KEY, text) == text
