"""The signals that passages hold what is asked for, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.generator.conftest import make_passage

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Passage
from ragline.questions.terms import sequence, terms
from ragline_generator.passages.ranking import rank
from ragline_generator.refusal.evidence import (
    PassageTerms,
    looking_named,
    margin,
    prominence,
    window,
)

QUEUES = make_passage("A durable queue survives a restart of the broker.", title="RabbitMQ")
CATS = make_passage("Cats sleep. Dogs bark.", chunk="c2")


def scored(*scores: float | None) -> list[Passage]:
    return [
        make_passage("text", chunk=f"c{n}", scores={} if s is None else {SearchKind.KEYWORD: s})
        for n, s in enumerate(scores)
    ]


def test_words_are_counted_in_one_passage_its_title_included() -> None:
    reading = PassageTerms([QUEUES, CATS])

    assert reading.words(terms("Does a durable RabbitMQ queue survive?")) == 1.0
    assert reading.words(terms("durable cats")) == pytest.approx(2 / 3)


def test_a_short_question_that_lacks_a_word_says_less_than_a_long_one() -> None:
    reading = PassageTerms([QUEUES])

    short = reading.words(terms("durable penguin"))
    long = reading.words(terms("durable queue broker penguin glacier iceberg"))

    assert short == pytest.approx(2 / 3)
    assert long == pytest.approx(4 / 7)


def test_no_word_at_all_is_nothing() -> None:
    assert PassageTerms([CATS]).words(terms("durable queue")) == 0.0
    assert PassageTerms([]).words(terms("durable queue")) == 0.0


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("durable queue", 1.0),
        ("queue durability", 1.0),  # either order, by stem
        ("survival durable", 1.0),  # one term between
        ("durable restart", 0.5),  # two terms between
        ("durable durable", None),
        ("durable", None),
    ],
)
def test_phrases_are_terms_close_together(question: str, share: float | None) -> None:
    passage = make_passage("Durability of a queue: it survives every restart.")

    assert PassageTerms([passage]).phrases(sequence(question)) == share


def test_phrases_do_not_run_from_passage_to_passage() -> None:
    assert PassageTerms([QUEUES, CATS]).phrases(sequence("broker cats")) == 0.5


def test_a_window_is_two_neighbouring_sentences_with_their_headings() -> None:
    passage = make_passage("Queues are durable. Cats sleep. Brokers restart.", title="RabbitMQ")
    near, far = "RabbitMQ queues cats", "queues restart"

    assert window(terms(near), [passage], rank(near, [passage])) == 1.0
    assert window(terms(far), [passage], rank(far, [passage])) < 1.0


def test_in_a_window_the_rare_words_weigh_more() -> None:
    passage = make_passage("Queues fill. Queues drain. Queues grow. Queues shrink. Flamingos fly.")

    def held(question: str, text: str) -> float:
        shown = [make_passage(text), passage]
        return window(terms(question), shown, rank(question, shown))

    rare = held("queues flamingos", "Flamingos stand.")
    common = held("queues penguins", "Queues stand.")

    assert rare > common


def test_prominence_is_how_far_the_best_stands_out() -> None:
    assert prominence(scored(10.0, 5.0, 5.0)) == pytest.approx(0.5)
    assert prominence(scored(5.0, 10.0, None, 5.0)) == pytest.approx(0.5)
    assert prominence(scored(4.0, 4.0)) == 0.0


@pytest.mark.parametrize("scores", [(), (3.0,), (None, 3.0), (0.0, 0.0), (3.0, -1.0)])
def test_prominence_needs_scores_to_compare(scores: tuple[float | None, ...]) -> None:
    assert prominence(scored(*scores)) is None


def test_missing_words_are_named_as_written_names_first() -> None:
    question = "When do the flying penguins meet Alice's RabbitMQ about ERR_42-b and queues?"

    assert PassageTerms([QUEUES, CATS]).missing(question) == (
        "Alice's",
        "ERR_42-b",
        "flying",
        "penguins",
        "meet",
    )


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("U\u0308bergabe der queues?", ("der", "U\u0308bergabe")),
        ("AB-1234の交換は？", ("AB-1234", "の交換は")),
        ("the Zu\u00adschuss of queues", ("Zu\u00adschuss",)),
        ("अवकाश queues", ("अवकाश",)),
    ],
)
def test_missing_words_are_whole_in_every_script(question: str, missing: tuple[str, ...]) -> None:
    assert sorted(PassageTerms([QUEUES, CATS]).missing(question)) == sorted(missing)


@pytest.mark.parametrize(
    "private", ["jane.doe@example.org", "+49 30 1234567", "4111-1111-1111-1111", "x" * 41]
)
def test_what_is_private_or_no_word_is_not_repeated(private: str) -> None:
    assert PassageTerms([CATS]).missing(f"Who is {private} again, penguin?") == ("penguin",)


def test_a_title_names_a_share_of_the_question() -> None:
    reading = PassageTerms(
        [
            make_passage("Text.", title="Quorum queues", heading_path=("Quorum queues", "Restart")),
            make_passage("Text.", chunk="c2", title="Streams"),
        ]
    )

    assert reading.titles(terms("restart of quorum queues on ARM")) == 0.75
    assert reading.titles(frozenset()) == 0.0


def test_a_name_is_lacking_where_no_passage_has_all_of_it() -> None:
    reading = PassageTerms(
        [
            make_passage("Ada Pearson plays."),
            make_passage("Samuel Fuller writes.", chunk="c2"),
        ]
    )

    assert reading.lacks_name("Where does Ada Fuller play?")
    assert not reading.lacks_name("Where does Ada Pearson play?")
    assert not reading.lacks_name("Where is it played?")


def test_the_margin_is_how_far_the_best_passage_is_above_the_others() -> None:
    def passages(*scores: float) -> list[Passage]:
        return [make_passage("Text.", chunk=str(n), score=s) for n, s in enumerate(scores)]

    assert margin(passages(0.4, 0.8, 0.2)) == pytest.approx(1 - 0.3 / 0.8)
    assert margin(passages(0.8)) is None
    assert margin(passages(0.8, 0.8)) is None
    assert margin(passages(0.0, 0.0)) is None
    assert margin([]) is None


@given(st.lists(st.floats(0, 1), max_size=6))
def test_a_margin_is_a_share(scores: list[float]) -> None:
    found = margin([make_passage("Text.", chunk=str(n), score=s) for n, s in enumerate(scores)])

    assert found is None or 0.0 <= found <= 1.0


def test_names_codes_and_numbers_look_named() -> None:
    words = ("Erlang", "colour", "E-07", "Which")

    assert looking_named(words, "Which colour has Erlang E-07?") == ["Erlang", "E-07"]
