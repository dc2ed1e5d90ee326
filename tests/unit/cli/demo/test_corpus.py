import sys

import pytest

from ragline.errors import Misconfigured
from ragline_cli.demo.corpus import (
    QUESTIONS,
    TENANT,
    python_reference,
    reference_events,
    reference_rounds,
)

_WITH = 'The "with" statement\n********************\n\nThe "with" statement is used to wrap.'


def test_a_topic_becomes_a_change_with_its_title() -> None:
    (event,) = reference_events({"with": _WITH}, version=7)
    assert event.document_id == "python-reference/with"
    assert event.title == 'The "with" statement'
    assert (event.tenant, event.version, event.content) == (TENANT, 7, _WITH)


def test_a_topic_that_stands_in_a_longer_one_is_left_out() -> None:
    compound = _WITH + "\n\nThe for statement iterates."
    topics = {"with": _WITH, "compound": compound, "del": "Del\n***\n\nDeletion is recursive."}
    events = list(reference_events(topics, version=1))
    assert [event.document_id for event in events] == [
        "python-reference/compound",
        "python-reference/del",
    ]


def test_this_python_carries_its_language_reference() -> None:
    events = python_reference()
    assert len(events) > 50
    assert sum(len(event.content or "") for event in events) > 300_000


def test_a_python_without_the_reference_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(Misconfigured, match="--docs"):
        python_reference()


def test_the_rounds_hold_every_document_and_question_once() -> None:
    rounds = reference_rounds()
    documents = [event.document_id for part in rounds for event in part.documents]
    assert sorted(documents) == sorted(event.document_id for event in python_reference())
    assert tuple(question for part in rounds for question in part.questions) == QUESTIONS
    assert all(part.documents and part.questions for part in rounds)
