"""Claims made from documents, whose truth is known."""

from __future__ import annotations

from random import Random

import pytest

from ragline.contracts.documents import DocumentChanged
from ragline_evaluation import ingesting
from ragline_evaluation.dataset import Dataset, Document, Question
from ragline_evaluation.validation import alterations, claim_cases
from ragline_evaluation.validation.claim_cases import Making
from ragline_evaluation.validation.passages import passages_of
from ragline_evaluation.validation.rewording import reword

QUEUES = (
    "Quorum queues were introduced in RabbitMQ version 3 as a replacement. "
    "In most deployments, they keep 5 replicas of each message on disk. "
    "Khepri is the metadata store that Mnesia was before the year 2024 came."
)
CATS = "Cats sleep for 16 hours a day on average, as Linnaeus wrote in 1758 to Gmelin."


def events() -> list[DocumentChanged]:
    documents = [
        Document(_id="queues", title="Queues", text=QUEUES),
        Document(_id="cats", title="Cats", text=CATS),
    ]
    return ingesting.events_of(documents)


def data() -> Dataset:
    answer = "Quorum queues keep five replicas of everything on disk. Yes."
    return Dataset(
        name="d",
        documents=[],
        questions=[Question(_id="q", text="How many?", metadata={"answer": answer})],
        judgements={"q": {"queues": 1}},
        origin="",
    )


def built(seed: int = 1) -> list[claim_cases.ClaimCase]:
    passages = passages_of(events(), lambda _: None)
    return claim_cases.build(passages, data(), per_kind=3, seed=seed)


def test_every_making_is_there_and_only_three_of_them_are_true() -> None:
    cases = built()

    assert {case.making for case in cases} == set(Making) - {Making.ROLES} | (
        {case.making for case in cases} & {Making.ROLES}
    )
    for case in cases:
        said = any(case.claim in passage.text for passage in case.cited)
        assert said <= case.supported
        assert case.supported == (
            case.making in (Making.VERBATIM, Making.REWORDED, Making.REFERENCE)
        )


def test_a_reference_answer_cites_all_of_its_documents_and_needs_a_whole_sentence() -> None:
    [reference] = [case for case in built() if case.making is Making.REFERENCE]

    assert reference.claim == "Quorum queues keep five replicas of everything on disk."
    assert {passage.document_id for passage in reference.cited} == {"queues"}


def test_a_foreign_claim_cites_another_document() -> None:
    for case in built():
        if case.making in (Making.FOREIGN, Making.FOREIGN_NEAR):
            assert case.cited[0].document_id != ("cats" if "Cats" in case.claim else "queues")


def test_the_same_seed_gives_the_same_claims() -> None:
    assert built() == built()


def test_a_document_that_cannot_be_parsed_is_left_out() -> None:
    broken = DocumentChanged(document_id="b", version=1, content="%PDF", media_type="x/unknown")

    assert list(passages_of([broken, *events()], lambda _: None)) == ["queues", "cats"]


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("It was 1998.", "It was 2005."),
        ("It has 3 legs.", "It has 5 legs."),
        ("It takes 0.5 seconds.", "It takes 1 seconds."),
        ("It has legs.", None),
    ],
)
def test_another_number_is_never_the_same(sentence: str, changed: str | None) -> None:
    assert alterations.other_number(sentence, sentence, Random(1)) == changed


def test_a_number_may_come_from_the_passage() -> None:
    made = {alterations.other_number("It has 3 legs.", "Of 40 cats", Random(n)) for n in range(9)}

    assert made == {"It has 5 legs.", "It has 40 legs."}


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("Cats can swim.", "Cats can not swim."),
        ("Cats do not swim.", "Cats do swim."),
        ("Cats never swim and are dry.", None),
        ("Cats swim.", None),
    ],
)
def test_negation_is_put_in_or_taken_away(sentence: str, changed: str | None) -> None:
    assert alterations.negation(sentence, Random(1)) == changed


def test_a_name_gives_way_to_one_that_the_sentence_does_not_have() -> None:
    sentence = "The store called Khepri is fast."

    assert alterations.other_name(sentence, "and Mnesia", ["Redis"], Random(1)) in (
        "The store called Mnesia is fast.",
        "The store called Redis is fast.",
    )
    assert alterations.other_name(sentence, "", ["Khepri"], Random(1)) is None
    assert alterations.other_name("it is fast.", "", ["Redis"], Random(1)) is None


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("the API has a stop_reason of its own", "the stop_reason has a API of its own"),
        ("an API and a stop_reason", None),
        ("an API alone", None),
    ],
)
def test_names_are_exchanged_unless_they_are_a_list(sentence: str, changed: str | None) -> None:
    assert alterations.exchanged_names(sentence) == changed


@pytest.mark.parametrize(
    ("sentence", "title", "changed"),
    [
        ("In 2009, it was sold.", "", "It was sold in 2009."),
        ("Cats (small ones) do not swim.", "", "Cats don't swim."),
        ("She is a chemist.", "Marie Curie", "Marie Curie is a chemist."),
        ("The cat, which is old, sleeps.", "", "The cat sleeps."),
        ("Cats sleep.", "", None),
    ],
)
def test_rewording_keeps_what_is_said(sentence: str, title: str, changed: str | None) -> None:
    assert reword(sentence, title) == changed
