"""When a question is refused because the passages are about something else."""

from __future__ import annotations

import pytest

from ragline.contracts.queries import SearchKind
from ragline_generator.relevance import Relevance, assess, term_weights

from .conftest import make_passage

TEXT = "A durable queue survives a restart of the broker."


def test_words_are_counted_in_one_passage_its_title_included() -> None:
    one = make_passage("A durable queue survives.", title="RabbitMQ")
    other = make_passage("Brokers restart.", chunk="c2")

    whole = assess("Does a durable RabbitMQ queue survive?", [one, other])
    part = assess("Does a durable queue survive broker restarts?", [one, other])

    assert whole.words == 1.0
    assert part.words == pytest.approx(3 / 5)


def test_names_codes_and_numbers_weigh_double() -> None:
    weights = term_weights("How fast is QueueX_7 in version 3.12 for Alice?")

    assert weights["fast"] == weights["version"] == 1.0
    assert weights["queuex"] == weights["12"] == weights["alic"] == 2.0


def test_the_first_word_of_a_sentence_is_no_name() -> None:
    assert set(term_weights("Restart brokers").values()) == {1.0}


def test_the_best_signal_of_any_passage_counts() -> None:
    passages = [
        make_passage(TEXT, scores={SearchKind.VECTOR: 0.2}, rerank=0.1),
        make_passage("Cats.", chunk="c2", scores={SearchKind.VECTOR: 0.5}, rerank=0.7),
    ]

    assert assess("durable", passages) == Relevance(words=1.0, similarity=0.5, rerank=0.7)


def test_signals_that_nobody_measured_are_unknown() -> None:
    assert assess("durable", [make_passage(TEXT)]) == Relevance(
        words=1.0, similarity=None, rerank=None
    )


@pytest.mark.parametrize(
    ("relevance", "score"),
    [
        (Relevance(words=0.5, similarity=None, rerank=None), 0.5),
        (Relevance(words=0.6, similarity=0.4, rerank=None), 0.5),
        (Relevance(words=0.0, similarity=0.9, rerank=None), 0.6),
        (Relevance(words=0.2, similarity=0.2, rerank=0.9), 0.9),
        (Relevance(words=0.6, similarity=0.4, rerank=0.0), 0.5),
        (Relevance(words=0.0, similarity=-0.3, rerank=None), 0.0),
    ],
)
def test_one_good_ground_is_enough(relevance: Relevance, score: float) -> None:
    assert relevance.score == pytest.approx(score)


@pytest.mark.parametrize("question", ["", "?", "what is it", "🐇🐇"])
def test_a_question_without_words_finds_nothing(question: str) -> None:
    assert assess(question, [make_passage(TEXT)]).score == 0.0
