"""A question in the documents' own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_retriever import wording
from ragline_retriever.wording import reworded, unheard

TEXTS = [
    "Onboarding\nThe probation period lasts six months. The SLA is told on the first day.",
    "Paid time off\nPaid time off is 28 days a year.",
    "Machines\nA virtual machine (VM) has 8 GB.",
]


@pytest.mark.parametrize(
    ("question", "unknown", "understood"),
    [
        ("how long is teh probaton peroid", ("probaton", "peroid"),
         "how long is teh probation period"),
        ("How much PTO do I get?", ("PTO",), "How much paid time off do I get?"),
        ("What does the service level agreement promise?", ("level", "agreement"),
         "What does the SLA promise?"),
        ("How much memory has a VM?", (), "How much memory has a VM (virtual machine)?"),
        ("How much has a virtual machine?", (), "How much has a virtual machine (VM)?"),
        ("How long is the probation period?", (), "How long is the probation period?"),
        ("Where is Zanzibar?", ("Zanzibar",), "Where is Zanzibar?"),
        ("What is E-4012?", ("4012",), "What is E-4012?"),
        ("What is API?", ("API",), "What is API?"),
    ],
)  # fmt: skip
def test_what_no_document_has_is_put_as_the_documents_put_it(
    question: str, unknown: tuple[str, ...], understood: str
) -> None:
    assert reworded(question, unknown=unknown, texts=TEXTS) == understood


def test_words_that_the_passages_lack_are_told_but_not_those_that_only_ask() -> None:
    question = "What does the probation period of Zanzibar mean to ACME in May?"

    assert unheard(question, TEXTS) == ("Zanzibar", "mean", "ACME", "May")


WORDS = [
    "limit",
    "Limit",
    "limits",
    "don't",
    "don",
    "t",
    "Straße",
    "STRASSE",
    "İzmir",
    "x-31",
    "31",
]
pieces = st.lists(st.sampled_from([*WORDS, ".", "_", "'", "-"]) | st.text(max_size=3), max_size=8)


@given(pieces.map(" ".join), st.lists(pieces.map(" ".join), max_size=4))
def test_a_word_is_heard_only_as_a_word_of_its_own(question: str, texts: list[str]) -> None:
    heard = {word.casefold() for text in texts for word in wording._WORD.findall(text)}

    assert unheard(question, texts) == tuple(
        word for word in unheard(question, []) if word.casefold() not in heard
    )


def test_words_with_the_initials_of_a_short_form_are_no_name_beside_one_that_only_joins() -> None:
    question = "What is this equivalent to since May?"
    texts = ["The call starts at 9:00 ET."]
    assert reworded(question, unknown=["equivalent"], texts=texts) == question
