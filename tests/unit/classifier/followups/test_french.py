from __future__ import annotations

import pytest
from tests.unit.classifier.followups.conversation import last_of

CARD = "Comment obtenir une carte de bus ?"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((CARD, "Combien coûte-t-elle ?"), "Combien coûte-t-elle (carte de bus) ?"),
        ((CARD, "Où la renouveler ?"), "Où la renouveler (carte de bus) ?"),
        ((CARD, "et pour un enfant ?"), "Comment obtenir une carte de bus pour un enfant?"),
        ((CARD, "Et un ticket ?"), "Comment obtenir un ticket ?"),
        ((CARD, "Et celle du tram ?"), "Comment obtenir carte du tram ?"),
        ((CARD, "Non, je parle du train."), "Comment obtenir du train ?"),
        ((CARD, "Pourquoi ?"), f"{CARD} Pourquoi ?"),
        (
            (CARD, "Combien de temps est-ce que cela prend ?"),
            "Combien de temps est-ce que cela prend (obtenir une carte de bus) ?",
        ),
    ],
)
def test_a_follow_up_is_completed(asked: tuple[str, ...], expected: str) -> None:
    assert last_of(*asked) == expected


def test_one_of_a_pair() -> None:
    asked = ("Quelle différence entre le pass Jour et le pass Mois ?", "Que coûte le second ?")
    assert last_of(*asked) == "Que coûte pass Mois ?"
    assert last_of(*asked, "non, l'autre") == "Que coûte pass Jour ?"


@pytest.mark.parametrize(
    "text",
    [
        "La gare est-elle fermée ?",
        "Où est la gare ?",
        "Faut-il un passeport ?",
        "Est-il possible de payer en ligne ?",
        "Autre chose : où est-elle ?",
        "Comment le cuisinier prépare-t-il la sauce ?",
        "et gratuitement ?",
    ],
)
def test_a_question_of_its_own_is_left_alone(text: str) -> None:
    assert last_of(CARD, text) == text
