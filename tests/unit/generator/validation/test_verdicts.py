"""From a text with markers to verdicts, citations and an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from tests.unit.generator.validation.test_support import RATES, excerpt

from ragline.contracts.answers import AnswerStatus, ClaimProblem, ClaimSupport
from ragline.contracts.plan import UnsupportedPolicy
from ragline.errors import Unavailable
from ragline_generator.outcome import UNSUPPORTED, AnswerOutcome
from ragline_generator.validation.verdicts import Validator, attribute, without_unsupported

CATS = excerpt("Cats sleep for sixteen hours a day.", chunk="c2", start=1_000)
BY_WORDS = Validator(min_support=0.6)
MIXED = "Cats sleep for sixteen hours a day [2]. Cats bark at night [2]."


@dataclass
class Opinion:
    """A second opinion that says `score` of everything, or fails."""

    score: float
    asked_until: float = 0.0
    method: str = "scripted"
    error: Exception | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked += pairs
        if self.error:
            raise self.error
        return [self.score for _ in pairs]


async def judge(
    text: str, policy: UnsupportedPolicy = UnsupportedPolicy.MARK, opinion: Opinion | None = None
) -> AnswerOutcome:
    return await Validator(min_support=0.6, opinion=opinion).judge(
        text, [RATES, CATS], policy=policy
    )


async def test_every_claim_gets_a_verdict_with_its_range_and_markers_and_why() -> None:
    text = (
        "Here is the answer:\n\n- The limit is 500 requests per minute [1].\n- Cats bark [2].\n"
        "- Cats sleep for sixteen hours.\n"
    )

    checked = await BY_WORDS.check(text, [RATES, CATS])

    verdicts = [(c.text, c.support, c.markers, c.problem) for c in checked.validation.claims]
    assert verdicts == [
        ("The limit is 500 requests per minute [1].", ClaimSupport.SUPPORTED, (1,), None),
        ("Cats bark [2].", ClaimSupport.UNSUPPORTED, (2,), ClaimProblem.WORDS),
        ("Cats sleep for sixteen hours.", ClaimSupport.UNSUPPORTED, (), ClaimProblem.UNCITED),
    ]
    assert all(text[c.start : c.end] == c.text for c in checked.validation.claims)
    assert checked.validation.support_ratio == pytest.approx(1 / 3)


async def test_a_claim_is_checked_only_against_what_it_cites() -> None:
    checked = await BY_WORDS.check("Cats sleep for sixteen hours a day [1].", [RATES, CATS])

    assert not checked.supported


async def test_a_citation_is_the_range_of_the_source_that_supports_the_claim() -> None:
    checked = await BY_WORDS.check("Cats sleep sixteen hours [2].", [RATES, CATS])

    [citation] = checked.citations
    assert (citation.marker, citation.document_id, citation.version) == (2, "doc-c2", 3)
    assert (citation.start, citation.end) == (1_000, 1_035)
    assert citation.quote == "Cats sleep for sixteen hours a day."


async def test_code_and_announcements_are_no_claims() -> None:
    assert (
        await BY_WORDS.check("Run this:\n\n```\nrm -r x\n```\n", [RATES])
    ).validation.claims == ()


def test_a_forgotten_marker_is_added_where_a_passage_supports_the_claim() -> None:
    text = "Cats sleep for sixteen hours. Dogs bark. The limit is 500 requests [1]."

    assert attribute(text, [RATES, CATS], min_support=0.6) == (
        "Cats sleep for sixteen hours. [2] Dogs bark. The limit is 500 requests [1]."
    )


async def test_the_mark_policy_keeps_unsupported_claims_with_their_verdict() -> None:
    ended = await judge(MIXED)

    assert ended.status is AnswerStatus.ANSWERED
    assert ended.text == MIXED


async def test_the_drop_policy_removes_them() -> None:
    ended = await judge(MIXED, UnsupportedPolicy.DROP)

    assert ended.text == "Cats sleep for sixteen hours a day [2]."
    assert ended.checked is not None
    assert ended.checked.fully_supported


async def test_the_refuse_policy_refuses_the_whole() -> None:
    ended = await judge(MIXED, UnsupportedPolicy.REFUSE)

    assert ended.status is AnswerStatus.REFUSED
    assert ended.reason is not None
    assert ended.reason.code == "unsupported"


@pytest.mark.parametrize("policy", list(UnsupportedPolicy))
async def test_with_nothing_supported_every_policy_refuses(policy: UnsupportedPolicy) -> None:
    ended = await judge("Cats bark at night [2].", policy)

    assert ended.status is AnswerStatus.REFUSED


async def test_removing_a_list_item_removes_its_mark() -> None:
    text = "1. Cats sleep for sixteen hours [2].\n2. Cats bark [2].\n\nThe limit is 500 [1]."
    checked = await BY_WORDS.check(text, [RATES, CATS])

    assert without_unsupported(checked) == (
        "1. Cats sleep for sixteen hours [2].\n\nThe limit is 500 [1]."
    )


# half of its words are in the source, none is contradicted
DOUBTFUL = "Cats sleep soundly overnight [2]."


async def test_a_second_opinion_decides_where_words_leave_doubt() -> None:
    opinion = Opinion(0.9)
    ended = await judge(f"Cats sleep for sixteen hours [2]. {DOUBTFUL}", opinion=opinion)

    assert opinion.asked == [(CATS.passage.text, "Cats sleep soundly overnight.")]
    assert ended.checked is not None
    assert ended.checked.fully_supported
    assert ended.checked.validation.method == "lexical.v2+scripted"


async def test_without_that_opinion_the_claim_is_not_supported() -> None:
    ended = await judge(DOUBTFUL, opinion=Opinion(0.4))

    assert ended.status is AnswerStatus.REFUSED
    assert ended.checked is not None
    assert ended.checked.validation.claims[0].problem is ClaimProblem.OPINION


async def test_an_opinion_that_is_always_asked_can_overrule_words_but_no_contradiction() -> None:
    lenient, strict = Opinion(1.0, asked_until=1.01), Opinion(0.1, asked_until=1.01)

    assert (await judge("Cats sleep for 17 hours a day [2].", opinion=lenient)).status is (
        AnswerStatus.REFUSED
    )
    assert lenient.asked == []
    assert (await judge("Cats sleep for sixteen hours a day [2].", opinion=strict)).status is (
        AnswerStatus.REFUSED
    )


async def test_a_model_that_fails_leaves_the_verdict_to_the_words() -> None:
    ended = await judge(MIXED, opinion=Opinion(0.0, asked_until=1.01, error=Unavailable("down")))

    assert ended.status is AnswerStatus.ANSWERED
    assert ended.checked is not None
    assert ended.checked.validation.method == "lexical.v2"


@pytest.mark.parametrize(
    "text",
    [
        "[Limits](https://acme.example/limits) [1]",
        "See also [Limits](https://acme.example/limits) [1].",
        "Limits (`doc-c1`) [1]",
    ],
)
async def test_an_answer_that_only_names_a_source_is_none(text: str) -> None:
    only = await judge(text)
    more = await judge(f"{text}\n\nThe rate limit is 500 requests per minute. [1]")

    assert (only.status, only.reason) == (AnswerStatus.REFUSED, UNSUPPORTED)
    assert more.status is AnswerStatus.ANSWERED


@pytest.mark.parametrize(
    "text", ["国内出差每天补贴一百元！ [1]", "病假有十天。[1]", "補助は百円です。 [1]"]
)
async def test_the_marker_behind_a_stop_of_another_script_belongs_to_its_sentence(
    text: str,
) -> None:
    source = excerpt("国内出差每天补贴一百元！病假有十天。補助は百円です。")

    [claim] = (await BY_WORDS.check(text, [source])).validation.claims

    assert (claim.text, claim.support) == (text, ClaimSupport.SUPPORTED)
