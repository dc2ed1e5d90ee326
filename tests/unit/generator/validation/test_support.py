"""Each claim against what it cites."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.generator.conftest import make_passage

from ragline.contracts.answers import ClaimProblem
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.units import split
from ragline_generator.validation.support import Support, support


def excerpt(text: str, **fields: Any) -> Excerpt:
    return Excerpt(make_passage(text, **fields), split(text))


RATES = excerpt(
    "The rate limit is 500 requests per minute. Version 3.12 does not support mirrored queues. "
    "Quorum queues replicate data to several nodes. In 2009, Acme Widgets bought Initech for 16MB. "
    "There are limits: `max_rate`, `min_rate`. The burst limit is 900 requests per hour.",
    title="Limits",
)


def supported(claim: str, *excerpts: Excerpt) -> Support:
    return support(claim, dict(enumerate(excerpts or (RATES,), start=1)))


@pytest.mark.parametrize(
    "claim",
    [
        "The rate limit is 500 requests per minute.",
        "Per minute, 500 requests are the limit.",
        "Quorum queues replicate their data to several nodes.",
        "Mirrored queues are not supported in version 3.12.",
        "Mirrored queues aren't supported in v3.12.",
        "Limits: quorum queues replicate data to nodes.",
        "Acme Widgets bought Initech in 2009.",
        "Initech was bought by Acme Widgets.",
        "Acme Widgets bought Initech for 16 MB.",
        "There are two limits: max_rate and min_rate.",
        "1) quorum queues replicate data",
    ],
)
def test_what_the_source_says_in_these_or_other_words_is_supported(claim: str) -> None:
    found = supported(claim)

    assert found.problem is None
    assert found.score >= 0.6


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        ("The rate limit is 800 requests per minute.", ClaimProblem.NUMBER),
        ("The rate limit is 900 requests per minute.", ClaimProblem.NUMBER),
        ("Version 3.13 does not support mirrored queues.", ClaimProblem.NUMBER),
        ("Version 3.12 supports mirrored queues.", ClaimProblem.NEGATION),
        ("Quorum queues do not replicate data to several nodes.", ClaimProblem.NEGATION),
        ("Quorum queues never replicate data to several nodes.", ClaimProblem.NEGATION),
        ("In 2009, Globex bought Initech for 16MB.", ClaimProblem.NAME),
        ("In 2009, Mirrored Widgets bought Initech for 16MB.", ClaimProblem.NAME),
        ("In 2009, Initech bought Acme Widgets for 16MB.", ClaimProblem.ORDER),
        ("Streams keep messages on disk for a week.", None),
    ],
)
def test_other_numbers_names_negation_order_or_content_are_not(
    claim: str, problem: ClaimProblem | None
) -> None:
    found = supported(claim)

    assert found.score < 0.6
    assert found.problem is problem


def test_a_number_counts_only_among_the_words_around_it() -> None:
    two = excerpt("The limit is 500 requests. It may burst to 900 requests for a second.")

    assert supported("The limit is 500 requests; it may burst to 900 requests.", two).score == 1.0
    assert supported("The limit is 900.", two).problem is ClaimProblem.NUMBER


def test_a_claim_may_name_the_document_even_where_its_text_negates() -> None:
    negating = excerpt("Nothing here is limited.", title="Limits")

    assert supported("Limits", negating).score == 1.0


def test_a_name_may_stand_in_title_or_address_alone_but_no_number_does() -> None:
    page = excerpt("It is fast.", title="Tanks", url="https://acme.example/v2/tanks")

    assert supported("Acme Tanks are fast.", page).problem is None
    assert supported("Acme Tanks are 2 fast.", page).problem is ClaimProblem.NUMBER


def test_words_of_the_title_alone_are_weak_support() -> None:
    assert supported("Limits of penguins", excerpt("Cats sleep.", title="Limits")).score == 0.5


def test_the_evidence_is_the_sentence_that_says_so() -> None:
    evidence = supported("Quorum queues replicate data.").evidence

    assert {n: [RATES.slice(unit) for unit in units] for n, units in evidence.items()} == {
        1: ["Quorum queues replicate data to several nodes."]
    }


def test_passages_support_a_claim_together() -> None:
    halves = (
        excerpt("Durable queues survive a restart.", chunk="c2"),
        excerpt("Persistent messages are written to disk.", chunk="c3"),
    )
    claim = "Durable queues survive a restart and persistent messages are written to disk."

    assert supported(claim, halves[0]).score < 0.6
    together = supported(claim, *halves)
    assert together.score == 1.0
    assert set(together.evidence) == {1, 2}


def test_of_units_that_say_the_same_the_plainest_is_the_evidence() -> None:
    text = "```\ncats dogs birds sleep all day and then some more\n```\n\nCats sleep all day."

    [unit] = supported("Cats sleep all day.", excerpt(text)).evidence[1]

    assert text[unit.start : unit.end] == "Cats sleep all day."


_POWERS = excerpt(
    "A Kestrel queue holds 10⁶ messages. The hall has 300 m² and 10<sup>9</sup> bricks."
)


@pytest.mark.parametrize(
    "claim",
    [
        "A Kestrel queue holds 10⁶ messages.",
        "A Kestrel queue holds 10^6 messages.",
        "The hall has 300 m2.",
        "The hall has 300 m² and 10⁹ bricks.",
    ],
)
def test_raised_numbers_are_supported_in_each_spelling(claim: str) -> None:
    assert supported(claim, _POWERS).problem is None


@pytest.mark.parametrize(
    "claim",
    [
        "A Kestrel queue holds 106 messages.",
        "A Kestrel queue holds 10 messages.",
        "A Kestrel queue holds 10⁷ messages.",
        "The hall has 109 bricks.",
    ],
)
def test_no_other_number_is_supported_by_a_raised_one(claim: str) -> None:
    assert supported(claim, _POWERS).problem is ClaimProblem.NUMBER


_SPELLINGS = excerpt(
    "部品ＡＢ－１２３４の交換周期は６か月です。"
    "Das U\u0308bergangs\u00adgeld betra\u0308gt 800\u00a0Euro. The oﬃce opens at 8½."
)


@pytest.mark.parametrize(
    "claim",
    [
        "部品AB-1234の交換周期は6か月です。",
        "Das Übergangsgeld beträgt 800 Euro.",
        "The office opens at 8 1/2.",
    ],
)
def test_a_claim_is_supported_in_each_spelling_of_its_characters(claim: str) -> None:
    found = supported(claim, _SPELLINGS)
    assert (found.score, found.problem) == (1.0, None)


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        ("部品AB-1234の交換周期は7か月です。", ClaimProblem.NUMBER),
        ("部品AB-1235の交換周期は6か月です。", ClaimProblem.NUMBER),
        ("Das Übergangsgeld beträgt 900 Euro.", ClaimProblem.NUMBER),
        ("The office opens at 81/2.", ClaimProblem.NUMBER),
    ],
)
def test_another_number_is_not_supported_in_any_spelling(claim: str, problem: ClaimProblem) -> None:
    assert supported(claim, _SPELLINGS).problem is problem
