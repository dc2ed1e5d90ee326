"""Quoted phrases: whoever holds those very words comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ragline.contracts.plan import Entities, SearchKind
from ragline.contracts.queries import Candidate
from ragline_retriever.phrases import holds, lift_exact, phrases_of
from ragline_retriever.searcher import Searcher

Make = Callable[..., Candidate]
KEYWORD = SearchKind.KEYWORD


def test_phrases_are_what_is_quoted_in_two_words_and_more_at_most_three() -> None:
    quoted = ("vhost", "access refused", "a b", "c d", "e f")
    assert phrases_of(Entities(quoted=quoted)) == ("access refused", "a b", "c d")


def test_in_a_script_without_spaces_a_phrase_has_more_than_two_characters() -> None:
    quoted = ("索引", "全文検索", "ทดลองงาน", "AB-12")
    assert phrases_of(Entities(quoted=quoted)) == ("全文検索", "ทดลองงาน")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("その全文検索エンジン", "全文検索"),
        ("ｻｰﾊﾞｰ設定", "サーバー設定"),
        ("die U\u0308ber\u00adgabe der Schlüssel", "Übergabe der"),
        ("the oﬃce\u00a0key", "office key"),
        ("don’t panic", "don't panic"),
    ],
)
def test_a_phrase_is_found_in_each_spelling(candidate: Make, text: str, phrase: str) -> None:
    assert holds(candidate("a", text=text), phrase)
    assert holds(candidate("a", text=phrase), phrase)


@pytest.mark.parametrize("place", ["title", "heading_path", "text"])
def test_a_phrase_is_found_in_title_headings_and_text(candidate: Make, place: str) -> None:
    words = "Login was\n  REFUSED using"
    given: dict[str, Any] = {place: (words,) if place == "heading_path" else words}
    assert holds(candidate("a", **given), "login was refused")
    assert not holds(candidate("a", **given), "refused login was")


def test_who_holds_the_phrase_comes_first_and_the_order_among_equals_stays(candidate: Make) -> None:
    found = [
        candidate("none", fused=1.0),
        candidate("exact", fused=0.2, text="the login was refused"),
        candidate("better", fused=0.4, text="login was refused, again"),
    ]
    lifted = lift_exact(found, ["login was refused"])
    assert [c.chunk_id for c in lifted] == ["better", "exact", "none"]
    assert all(0 <= c.fused <= 1 for c in lifted)


def test_when_nobody_holds_it_nothing_changes(candidate: Make) -> None:
    found = [candidate("a", fused=0.9), candidate("b", fused=0.5)]
    assert lift_exact(found, ["login was refused"]) == found
    assert lift_exact(found, []) == found


async def test_a_phrase_of_common_words_in_a_long_question_is_searched_for_itself(
    candidate: Make, event: Callable[..., Any], embedder: Any
) -> None:
    crowd = [candidate(f"c{n}", scores={KEYWORD: 9.0 - n}) for n in range(3)]
    exact = candidate("exact", text="it is on the way", scores={KEYWORD: 30.0})
    near = candidate("near", text="on it is the way", scores={KEYWORD: 29.0})

    class Store:
        async def keyword(self, text: str, **_: Any) -> list[Candidate]:
            return [exact, near, crowd[0]] if text == "it is on the way" else crowd

    question = event(
        entities=Entities(quoted=("it is on the way",)), plan={"weights": {KEYWORD: 1.0}}
    )
    searcher = Searcher(search=Store(), embedder=embedder())  # type: ignore[arg-type]
    searches = await searcher.run(question, limit=3, timeout=None)
    scores = {c.chunk_id: c.scores[KEYWORD] for c in searches.found[KEYWORD]}
    assert scores == {"c0": 9.0, "c1": 8.0, "c2": 7.0, "exact": 7.0}
