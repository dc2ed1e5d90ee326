"""The answer cache around the stage: who gets a stored answer, what it says, what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.generator.conftest import (
    NOW,
    ONE_TRY,
    Clock,
    RecordingStream,
    ScriptedModel,
    WordTokenizer,
    make_event,
    make_passage,
    make_rules,
)

from ragline.contracts.answers import AnswerStatus, Cached, Degradation, QueryAnswered, Usage
from ragline.contracts.queries import (
    CandidatesRanked,
    Filters,
    Options,
    Principal,
    Turn,
)
from ragline.errors import Unavailable
from ragline.ladder import Ladder
from ragline.settings import LadderSettings
from ragline.testing.answer_cache import MemoryAnswerCache
from ragline_generator.caching.stage import CachingStage, LookUp
from ragline_generator.stage import GeneratorStage
from ragline_generator.validation.verdicts import Validator
from ragline_generator.writing import languages, prompts
from ragline_generator.writing.prices import Price, PriceTable
from ragline_generator.writing.writer import Writer

QUESTION = "Does a durable queue survive a restart?"
PASSAGE = make_passage("A durable queue survives a broker restart. Cats sleep.", title="Queues")
SAID = "A durable queue survives a restart [1]."
EVENT = make_event(QUESTION, [PASSAGE], tenant="acme", principal=Principal(groups=("staff",)))


@dataclass
class World:
    """A generator behind a cache, and all that is around it."""

    calls: list[Any] = field(default_factory=lambda: [[SAID] for _ in range(9)])
    stream: RecordingStream = field(default_factory=RecordingStream)
    clock: Clock = field(default_factory=Clock)
    ladder: Ladder = field(default_factory=lambda: LadderSettings(extractive_s=3.0).ladder())
    answered_by: str | None = None
    made_with: str = "release 1"
    look_ups: list[LookUp] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cache = MemoryAnswerCache(ttl_s=60, clock=lambda: 0.0)
        self.model = ScriptedModel(self.calls, answered_by=self.answered_by)

    async def ask(self, event: CandidatesRanked = EVENT, **changes: Any) -> QueryAnswered:
        stage = GeneratorStage(
            stream=self.stream,
            tokenizer=WordTokenizer(),
            clock=self.clock,
            ladder=self.ladder,
            writer=Writer(self.model, limits=ONE_TRY, clock=self.clock),
            validator=Validator(min_support=0.6),
            rules=make_rules(),
            prices=PriceTable(models={"model-a": Price(prompt=1.0, completion=10.0)}),
            prompts=prompts.load(),
            languages=languages.packaged(),
        )
        caching = CachingStage(
            stage,
            cache=self.cache,
            made_with=self.made_with,
            covers=lambda tenant: tenant != "uncovered",
            stream=self.stream,
            clock=self.clock,
            on_look_up=self.look_ups.append,
        )
        return await caching(event.model_copy(update=changes))

    @property
    def model_calls(self) -> int:
        return len(self.model.prompts)


@pytest.fixture
def world() -> World:
    return World()


async def test_the_same_question_again_costs_no_call_and_says_so(world: World) -> None:
    first = await world.ask()
    world.clock.advance(5)
    second = await world.ask(query_id="q2", watermark=1_700_000_005_000)

    assert world.model_calls == 1
    assert world.look_ups == [LookUp.MISS, LookUp.HIT]
    assert first.cached is None
    assert second.cached == Cached(answered_at=NOW)
    assert (second.text, second.citations) == (first.text, first.citations)
    assert (second.validation, second.models) == (first.validation, first.models)
    assert first.usage.cost == pytest.approx(300e-6)
    assert second.usage == Usage(cost=0.0, context_tokens_before=9, context_tokens_after=9)


async def test_what_belongs_to_the_question_is_the_question_s_own(world: World) -> None:
    await world.ask(
        standalone_text=f"{QUESTION} ", missing_versions={"doc-c1": 9}, principal=Principal()
    )
    world.clock.advance(5)
    answer = await world.ask(
        query_id="q2",
        principal=Principal(user="bob"),
        watermark=7,
        degradations=("rerank_skipped",),
    )

    assert answer.cached
    assert (answer.query_id, answer.tenant, answer.attempt) == ("q2", "acme", 1)
    assert answer.standalone_text == QUESTION
    assert (answer.watermark, answer.missing_versions) == (7, {})
    assert answer.degradations == ("rerank_skipped",)
    assert answer.answered_at == NOW + timedelta(seconds=5)


async def test_nothing_of_who_asked_first_is_kept(world: World) -> None:
    await world.ask(query_id="secret-q", principal=Principal(user="ann", groups=("staff",)))
    [(_, stored)] = world.cache.entries.values()
    for personal in (b"secret-q", b"ann", b"staff", QUESTION.encode()):
        assert personal not in stored


async def test_readers_get_the_whole_text_and_the_status(world: World) -> None:
    await world.ask()
    world.stream.status = None
    await world.ask(query_id="q2")
    assert world.stream.attempts == [SAID, SAID]
    assert world.stream.status == "answered"


async def test_nobody_is_streamed_to_who_does_not_want_it(world: World) -> None:
    await world.ask()
    await world.ask(query_id="q2", options=Options(stream=False))
    assert world.model_calls == 1
    assert len(world.stream.attempts) == 1


async def test_a_stream_that_is_down_is_told_and_stored_nowhere(world: World) -> None:
    world.stream.up = False
    first = await world.ask()
    second = await world.ask(query_id="q2")
    world.stream.up = True
    third = await world.ask(query_id="q3")

    assert first.degradations == second.degradations == (Degradation.STREAM,)
    assert second.cached
    assert (third.degradations, third.cached) == ((), second.cached)


async def test_a_refusal_by_the_model_is_given_again_with_this_question_s_nearest() -> None:
    world = World(calls=[["NO_ANSWER"]])
    first = await world.ask()
    farther = PASSAGE.model_copy(update={"score": 0.5})
    second = await world.ask(query_id="q2", passages=(farther,))

    assert (first.status, second.status) == (AnswerStatus.REFUSED, AnswerStatus.REFUSED)
    assert (second.error, second.text) == (first.error, first.text)
    assert [source.score for source in second.nearest] == [0.5]
    assert second.top_score == 0.5
    assert second.cached
    assert world.model_calls == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant": "other"},
        {"principal": Principal(groups=("board",))},
        {"principal": Principal(groups=("board", "staff"))},
        {"principal": Principal()},
        {"history": (Turn(role="user", text="My password is hunter2"),)},
        {"filters": Filters(tags=("v3",))},
        {"options": Options(max_answer_tokens=16)},
        {"standalone_text": f"{QUESTION} Always?"},
        {"passages": (PASSAGE.model_copy(update={"version": 4, "chunk_id": "doc-c1@4#0"}),)},
        {"passages": (PASSAGE, make_passage("Durable queues.", chunk="c2"))},
    ],
)
async def test_any_other_question_is_answered_for_itself(
    world: World, changes: dict[str, Any]
) -> None:
    await world.ask()
    assert (await world.ask(query_id="q2", **changes)).cached is None
    assert world.model_calls == 2


async def test_a_new_version_of_a_cited_document_is_answered_anew_and_the_old_one_kept() -> None:
    world = World(calls=[[SAID], ["A durable queue does not survive a restart [1]."]])
    first = await world.ask()
    changed = make_passage(
        "A durable queue does not survive a restart any more.", chunk="doc-c1@4#0", version=4
    )

    second = await world.ask(query_id="q2", passages=(changed,))
    late = await world.ask(query_id="q3")

    assert "does not survive" in second.text
    assert second.cached is None
    # its search was made before the change, as if it had been a little faster
    assert late.text == first.text


async def test_after_an_upgrade_answers_are_made_anew(world: World) -> None:
    await world.ask()
    world.made_with = "release 2"
    assert (await world.ask(query_id="q2")).cached is None


async def test_a_tenant_that_is_not_covered_never_meets_the_cache(world: World) -> None:
    for query_id in ("q1", "q2"):
        answer = await world.ask(query_id=query_id, tenant="uncovered")
        assert answer.cached is None
    assert world.look_ups == []
    assert world.cache.entries == {}


async def test_no_passages_are_looked_up_nowhere(world: World) -> None:
    assert (await world.ask(passages=())).status is AnswerStatus.REFUSED
    assert world.look_ups == []


@pytest.mark.parametrize(
    ("parts", "changes"),
    [
        pytest.param({"calls": [[Unavailable("gone")]]}, {}, id="extractive because it failed"),
        pytest.param({}, {"deadline": NOW + timedelta(seconds=2)}, id="short of time"),
        pytest.param({"answered_by": "model-b"}, {}, id="by the fallback model"),
        pytest.param({"stream": RecordingStream(cancel_after=0)}, {}, id="cancelled"),
        pytest.param({}, {"passages": (make_passage("Dogs bark."),)}, id="refused for nothing"),
        pytest.param(
            {"calls": [[Unavailable("gone")]]},
            {"degradations": ("llm_skipped",)},
            id="degraded before, too",
        ),
    ],
)
async def test_an_answer_that_lacks_something_is_not_stored(
    parts: dict[str, Any], changes: dict[str, Any]
) -> None:
    world = World(**parts)
    await world.ask(**changes)
    assert world.cache.entries == {}


async def test_what_earlier_stages_went_without_does_not_keep_an_answer_from_being_stored(
    world: World,
) -> None:
    first = await world.ask(degradations=("rerank_skipped",))
    second = await world.ask(query_id="q2")
    assert first.degradations == ("rerank_skipped",)
    assert (second.degradations, second.cached) == ((), Cached(answered_at=NOW))


async def test_short_of_time_a_stored_answer_is_better_than_an_extractive_one(world: World) -> None:
    first = await world.ask()
    hurried = await world.ask(query_id="q2", deadline=NOW + timedelta(seconds=1))
    assert hurried.text == first.text
    assert hurried.degradations == ()


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\x00",
        b"null",
        b"{}",
        b'{"query_id": "q1", "status": "answered", "answered_at": "2025-03-01T12:00:00Z"}',
        b'{"version": 0, "answer": "in the form of another release"}',
    ],
)
async def test_an_entry_that_cannot_be_read_is_a_miss_and_replaced(
    world: World, damaged: bytes
) -> None:
    await world.ask()
    [key] = world.cache.entries
    await world.cache.put(key, damaged)

    answer = await world.ask(query_id="q2")
    again = await world.ask(query_id="q3")

    assert answer.cached is None
    assert again.cached is not None
    assert world.look_ups == [LookUp.MISS, LookUp.UNREADABLE, LookUp.HIT]


async def test_an_entry_that_was_moved_to_another_key_is_not_believed(world: World) -> None:
    await world.ask()
    [entry] = world.cache.entries.values()
    await world.ask(tenant="other")
    [_, other] = world.cache.entries
    world.cache.entries[other] = entry

    assert (await world.ask(query_id="q3", tenant="other")).cached is None


async def test_a_stored_answer_is_never_stored_again(world: World) -> None:
    await world.ask()
    before = dict(world.cache.entries)
    world.clock.advance(1)
    assert (await world.ask(query_id="q2")).cached == Cached(answered_at=NOW)
    assert world.cache.entries == before
