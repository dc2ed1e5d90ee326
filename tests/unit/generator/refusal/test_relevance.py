"""When a question is refused because the passages do not hold what it asks for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.generator.conftest import make_passage

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Passage
from ragline_generator.passages.ranking import rank
from ragline_generator.refusal.relevance import Relevance, assess

TEXT = "A durable queue survives a restart of the broker."
THRESHOLD = 0.4
SHARES = st.floats(0, 1)
SIMILARITIES = st.none() | st.floats(-1, 1)


def assessed(question: str, *passages: Passage) -> Relevance:
    return assess(question, passages, rank(question, passages))


def relevance(
    wording: float, similarity: float | None, rerank: float | None, *, prominence: float | None
) -> Relevance:
    return Relevance(
        words=wording,
        phrases=wording,
        window=wording,
        similarity=similarity,
        prominence=prominence,
        rerank=rerank,
    )


def test_the_best_signal_of_any_passage_counts() -> None:
    cats = make_passage("Cats.", chunk="c2", scores={SearchKind.VECTOR: 0.5}, rerank=0.7)
    queue = make_passage(TEXT, scores={SearchKind.VECTOR: 0.2}, rerank=0.1)

    assert assessed("durable", queue, cats) == relevance(1.0, 0.5, 0.7, prominence=None)


def test_the_verb_that_asks_for_a_meaning_need_not_be_there() -> None:
    found = assessed("What does the durable queue mean?", make_passage(TEXT))

    assert (found.words, found.missing) == (1.0, ())


def test_signals_that_nobody_measured_are_unknown() -> None:
    assert assessed("durable", make_passage(TEXT)) == relevance(1.0, None, None, prominence=None)


@pytest.mark.parametrize(
    ("relevance", "score"),
    [
        (relevance(0.5, None, None, prominence=None), 0.5),
        (relevance(0.5, 0.5, None, prominence=None), 0.5),
        (relevance(0.6, 0.4, None, prominence=None), 0.42 / 0.85),
        (relevance(0.6, 0.4, None, prominence=1.0), 0.57),
        (relevance(0.6, 0.4, None, prominence=0.0), 0.42),
        (relevance(0.0, 0.9, None, prominence=None), 0.6),
        (relevance(0.0, 0.9, None, prominence=0.0), 0.6),
        (relevance(0.2, 0.2, 0.9, prominence=None), 0.9),
        (relevance(0.5, 0.5, 0.0, prominence=None), 0.5),
        (relevance(0.0, -0.3, None, prominence=None), 0.0),
    ],
)
def test_one_good_ground_is_enough(relevance: Relevance, score: float) -> None:
    assert relevance.score == pytest.approx(score)


def asked_about(*passages: Passage, question: str, unknown: tuple[str, ...] = ()) -> Relevance:
    return assess(question, passages, rank(question, passages), unknown=unknown)


def test_a_name_that_no_passage_has_speaks_against_an_answer() -> None:
    pearson = make_passage("The Ada Pearson Show was broadcast on a network.")
    fuller = make_passage("Ada Fuller plays in a series that a network broadcast.")
    question = "On which network was the series of Ada Fuller broadcast?"

    without, found = (asked_about(each, question=question) for each in (pearson, fuller))

    assert (without.lacks_name, found.lacks_name) == (True, False)


def test_an_ordinary_word_that_no_document_has_says_nothing() -> None:
    found = asked_about(
        make_passage("The sky is blue."), question="What colour is the sky?", unknown=("colour",)
    )

    assert not found.unknown_name


def test_a_name_that_no_document_has_speaks_against_an_answer() -> None:
    passage = make_passage(TEXT)
    question = "Does a durable queue survive an Erlang crash?"

    known = asked_about(passage, question=question)
    unknown = asked_about(passage, question=question, unknown=("Erlang",))

    assert unknown.score < known.score


def test_a_word_of_another_question_says_nothing_about_this_one() -> None:
    found = asked_about(
        make_passage(TEXT), question="Does a durable queue survive?", unknown=("Erlang",)
    )

    assert not found.unknown_name


def test_a_passage_that_stands_out_speaks_for_an_answer() -> None:
    def scored(*scores: float) -> Relevance:
        passages = [make_passage(TEXT, chunk=str(n), score=s) for n, s in enumerate(scores)]
        return asked_about(*passages, question="Does a durable queue survive a power cut?")

    assert scored(0.9, 0.1).score > scored(0.9, 0.89).score


def test_equal_scores_tell_nothing() -> None:
    found = asked_about(
        make_passage(TEXT), make_passage(TEXT, chunk="c2"), question="What survives?"
    )

    assert found.margin is None


def test_of_what_does_not_ask_only_wording_and_similarity_count() -> None:
    found = asked_about(
        make_passage(TEXT), question="a queue of Ada Fuller survives", unknown=("Fuller",)
    )

    assert found.score == found.mean


def test_a_relevance_reads_as_a_probability() -> None:
    poor, good = (relevance(share, share, None, prominence=None) for share in (0.1, 0.9))

    assert poor.support < 0.3
    assert good.support > 0.8


@pytest.mark.parametrize("question", ["", "?", "what is it", "🐇🐇"])
def test_a_question_without_words_finds_nothing(question: str) -> None:
    assert assessed(question, make_passage(TEXT)).score == 0.0


def test_a_foreign_question_is_not_on_the_subject() -> None:
    found = assessed(
        "Which penguins of Antarctica dive deepest?",
        make_passage(TEXT, scores={SearchKind.VECTOR: 0.1}),
    )

    assert found.score < THRESHOLD
    assert not found.on_subject
    assert found.missing == ("Antarctica", "penguins", "dive", "deepest")


def on_subject_without_the_answer() -> list[Passage]:
    """Pages about queues, all alike to both searches, none about what is asked."""
    texts = [
        "A queue keeps messages in order. Consumers read from its head.",
        "Declare the queue before use. Messages wait in memory.",
        "Clients may delete a queue. Its messages are lost.",
    ]
    scores = {SearchKind.VECTOR: 0.45, SearchKind.KEYWORD: 6.0}
    return [make_passage(each, chunk=each[:5], scores=scores) for each in texts]


def test_passages_on_the_subject_without_the_answer_are_not_enough() -> None:
    question = "Which policy limits the priority levels of a quorum queue during failover?"

    found = assessed(question, *on_subject_without_the_answer())

    assert found.score < THRESHOLD


def test_the_document_that_answers_turns_the_refusal_into_an_answer() -> None:
    question = "Which policy limits the priority levels of a quorum queue during failover?"
    answer = make_passage(
        "A quorum queue limits its priority levels by the policy `max-priority` during failover.",
        scores={SearchKind.VECTOR: 0.7, SearchKind.KEYWORD: 20.0},
    )

    assert assessed(question, *on_subject_without_the_answer(), answer).score > THRESHOLD


def test_a_question_in_another_language_is_answered_by_likeness_alone() -> None:
    scores = {SearchKind.VECTOR: 0.7, SearchKind.KEYWORD: 1.0}
    passages = [make_passage(TEXT, scores=scores), make_passage(TEXT, chunk="c2", scores=scores)]

    assert assessed("Überlebt eine dauerhafte Warteschlange?", *passages).score > THRESHOLD


@given(
    words=SHARES,
    phrases=SHARES,
    window=SHARES,
    similarity=SIMILARITIES,
    prominence=st.none() | SHARES,
    rerank=st.none() | SHARES,
    signs=st.fixed_dictionaries(
        {"asking": st.booleans(), "titles": SHARES, "margin": st.none() | SHARES}
    ),
)
def test_a_score_is_a_share(
    words: float,
    phrases: float,
    window: float,
    similarity: float | None,
    prominence: float | None,
    rerank: float | None,
    signs: dict[str, Any],
) -> None:
    found = Relevance(
        words=words,
        phrases=phrases,
        window=window,
        similarity=similarity,
        prominence=prominence,
        rerank=rerank,
        **signs,
    )

    assert 0.0 <= found.score <= 1.0 + 1e-9


@given(
    question=st.text(max_size=60),
    texts=st.lists(st.text(max_size=80), max_size=4),
    keyword=st.floats(0, 50),
)
def test_whatever_is_asked_of_whatever_text_gives_a_share(
    question: str, texts: list[str], keyword: float
) -> None:
    scores = {SearchKind.VECTOR: 0.3, SearchKind.KEYWORD: keyword}
    passages = [make_passage(t, chunk=str(n), scores=scores) for n, t in enumerate(texts)]

    assert 0.0 <= assessed(question, *passages).score <= 1.0 + 1e-9


@given(base=SHARES, better=SHARES, similarity=st.floats(0, 1), prominence=SHARES)
def test_a_stronger_signal_never_lowers_the_score(
    base: float, better: float, similarity: float, prominence: float
) -> None:
    low, high = sorted((base, better))

    def score(wording: float) -> float:
        return relevance(wording, similarity, None, prominence=prominence).score

    assert score(low) <= score(high) + 1e-9
