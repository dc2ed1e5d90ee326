"""Each claim against what it cites."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.contracts.answers import AnswerStatus, Support
from ragline_generator.context import Excerpt
from ragline_generator.support import support
from ragline_generator.units import split
from ragline_generator.validation import check
from ragline_generator.verdicts import Policy, attribute, judge, without_unsupported

from .conftest import make_passage


def excerpt(text: str, **fields: Any) -> Excerpt:
    return Excerpt(make_passage(text, **fields), split(text))


RATES = excerpt(
    "The rate limit is 500 requests per minute. Version 3.12 does not support mirrored queues. "
    "Quorum queues replicate data to several nodes.",
    title="Limits",
)
CATS = excerpt("Cats sleep for sixteen hours a day.", chunk="c2", start=1_000)


@pytest.mark.parametrize(
    "claim",
    [
        "The rate limit is 500 requests per minute.",
        "Per minute, 500 requests are the limit.",
        "Quorum queues replicate their data to several nodes.",
        "Mirrored queues are not supported in version 3.12.",
        "Limits: quorum queues replicate data to nodes.",
    ],
)
def test_what_the_source_says_in_these_or_other_words_is_supported(claim: str) -> None:
    assert support(claim, RATES).score >= 0.6


@pytest.mark.parametrize(
    "claim",
    [
        "The rate limit is 800 requests per minute.",
        "Version 3.13 does not support mirrored queues.",
        "Version 3.12 supports mirrored queues.",
        "Quorum queues do not replicate data to several nodes.",
        "Streams keep messages on disk for a week.",
    ],
)
def test_other_numbers_negation_or_content_are_not(claim: str) -> None:
    assert support(claim, RATES).score < 0.6


def test_a_claim_may_name_the_document_even_where_its_text_negates() -> None:
    negating = excerpt("Nothing here is limited.", title="Limits")

    assert support("Limits", negating).score == 1.0


def test_words_of_the_title_alone_are_weak_support() -> None:
    assert support("Limits of penguins", excerpt("Cats sleep.", title="Limits")).score == 0.5


def test_the_evidence_is_the_sentence_that_says_so() -> None:
    evidence = support("Quorum queues replicate data.", RATES).evidence

    assert [RATES.slice(unit) for unit in evidence] == [
        "Quorum queues replicate data to several nodes."
    ]


def test_every_claim_gets_a_verdict_with_its_range_and_markers() -> None:
    text = "Here is the answer:\n\n- The limit is 500 requests per minute [1].\n- Cats bark [2].\n"

    checked = check(text, [RATES, CATS], min_support=0.6)

    verdicts = [(c.text, c.support, c.markers) for c in checked.validation.claims]
    assert verdicts == [
        ("The limit is 500 requests per minute [1].", Support.SUPPORTED, (1,)),
        ("Cats bark [2].", Support.UNSUPPORTED, (2,)),
    ]
    assert all(text[c.start : c.end] == c.text for c in checked.validation.claims)
    assert checked.validation.support_ratio == 0.5


def test_a_claim_is_checked_only_against_what_it_cites() -> None:
    checked = check("Cats sleep for sixteen hours a day [1].", [RATES, CATS], min_support=0.6)

    assert not checked.supported


def test_a_citation_is_the_range_of_the_source_that_supports_the_claim() -> None:
    checked = check("Cats sleep sixteen hours [2].", [RATES, CATS], min_support=0.6)

    [citation] = checked.citations
    assert (citation.marker, citation.document_id, citation.version) == (2, "doc-c2", 3)
    assert (citation.start, citation.end) == (1_000, 1_035)
    assert citation.quote == "Cats sleep for sixteen hours a day."


def test_code_and_announcements_are_no_claims() -> None:
    assert (
        check("Run this:\n\n```\nrm -r x\n```\n", [RATES], min_support=0.6).validation.claims == ()
    )


def test_a_forgotten_marker_is_added_where_a_passage_supports_the_claim() -> None:
    text = "Cats sleep for sixteen hours. Dogs bark. The limit is 500 requests [1]."

    assert attribute(text, [RATES, CATS], min_support=0.6) == (
        "Cats sleep for sixteen hours. [2] Dogs bark. The limit is 500 requests [1]."
    )


MIXED = "Cats sleep for sixteen hours a day [2]. Cats bark at night [2]."


def test_the_mark_policy_keeps_unsupported_claims_with_their_verdict() -> None:
    ended = judge(MIXED, [RATES, CATS], policy=Policy.MARK, min_support=0.6)

    assert ended.status is AnswerStatus.ANSWERED
    assert ended.text == MIXED


def test_the_drop_policy_removes_them() -> None:
    ended = judge(MIXED, [RATES, CATS], policy=Policy.DROP, min_support=0.6)

    assert ended.text == "Cats sleep for sixteen hours a day [2]."
    assert ended.checked is not None
    assert ended.checked.fully_supported


def test_the_refuse_policy_refuses_the_whole() -> None:
    ended = judge(MIXED, [RATES, CATS], policy=Policy.REFUSE, min_support=0.6)

    assert ended.status is AnswerStatus.REFUSED
    assert ended.reason is not None
    assert ended.reason.code == "unsupported"


@pytest.mark.parametrize("policy", list(Policy))
def test_with_nothing_supported_every_policy_refuses(policy: Policy) -> None:
    ended = judge("Cats bark at night [2].", [RATES, CATS], policy=policy, min_support=0.6)

    assert ended.status is AnswerStatus.REFUSED


def test_removing_a_list_item_removes_its_mark() -> None:
    text = "1. Cats sleep for sixteen hours [2].\n2. Cats bark [2].\n\nThe limit is 500 [1]."
    checked = check(text, [RATES, CATS], min_support=0.6)

    assert without_unsupported(checked) == (
        "1. Cats sleep for sixteen hours [2].\n\nThe limit is 500 [1]."
    )
