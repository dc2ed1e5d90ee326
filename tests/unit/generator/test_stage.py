"""The stage as the pipeline sees it: ranked candidates in, the terminal answer out."""

from __future__ import annotations

from collections import Counter
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

from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered
from ragline.contracts.plan import Intent, Plan, SearchKind, UnsupportedPolicy
from ragline.contracts.queries import CandidatesRanked, Options, Turn
from ragline.errors import Unavailable
from ragline.ladder import Ladder
from ragline.ports.models import Delta
from ragline.settings import LadderSettings
from ragline_generator.passages import ranking
from ragline_generator.rules import Rules
from ragline_generator.stage import GeneratorStage
from ragline_generator.structured.schema_filler import SchemaFiller
from ragline_generator.validation.verdicts import Validator
from ragline_generator.writing import languages, prompts
from ragline_generator.writing.prices import Price, PriceTable
from ragline_generator.writing.writer import Writer

# most tests are about something else than the ladder
PATIENT = Ladder(one_look_s=0, less_rerank_s=0, no_rerank_s=0, keyword_only_s=0, extractive_s=0)

SOURCE = "Exchanges route messages. A durable queue survives a broker restart. Cats sleep."
PASSAGE = make_passage(SOURCE, title="Queues", url="https://docs.example/queues", start=500)
QUESTION = "Does a durable queue survive a restart?"


def make_stage(
    model: ScriptedModel | None = None,
    stream: RecordingStream | None = None,
    rules: Rules | None = None,
    prices: PriceTable | None = None,
    ladder: Ladder = PATIENT,
    clock: Clock | None = None,
    filler: SchemaFiller | None = None,
) -> GeneratorStage:
    clock = clock or Clock()
    writer = Writer(model, limits=ONE_TRY, clock=clock) if model else None
    return GeneratorStage(
        stream=stream or RecordingStream(),
        tokenizer=WordTokenizer(),
        clock=clock,
        ladder=ladder,
        validator=Validator(min_support=0.6),
        writer=writer,
        filler=filler,
        rules=rules or make_rules(),
        prices=prices or PriceTable(),
        prompts=prompts.load(),
        languages=languages.packaged(),
    )


async def ask(event: CandidatesRanked | None = None, **parts: Any) -> QueryAnswered:
    return await make_stage(**parts)(event or make_event(QUESTION, [PASSAGE]))


async def test_without_a_model_the_answer_is_extractive_and_says_so() -> None:
    answer = await ask()

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.text == "A durable queue survives a broker restart. [1]"
    assert answer.models == {"answer": "extractive"}
    assert answer.degradations == ()
    assert answer.answered_at == NOW


WHERE = "Where is it described whether a durable queue survives a restart?"
NAVIGATIONAL = make_event(WHERE, [PASSAGE], intent=Intent.NAVIGATIONAL)


async def test_a_model_that_names_the_page_need_not_write_its_link() -> None:
    text = "A durable queue survives a broker restart, says Queues [1]."
    stream = RecordingStream()

    answer = await ask(NAVIGATIONAL, model=ScriptedModel([[text]]), stream=stream)

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.text == f"{text}\n\n[Queues](https://docs.example/queues) [1]"
    assert answer.validation is not None
    assert answer.validation.support_ratio == 1.0
    assert stream.attempts == [answer.text]


@pytest.mark.parametrize(
    "piece", ["NO_ANSWER", Delta(text="A durable queue [1] surv", cut_off=True)]
)
async def test_a_model_without_a_whole_answer_gets_no_links(piece: str | Delta) -> None:
    stream = RecordingStream()

    answer = await ask(NAVIGATIONAL, model=ScriptedModel([[piece]]), stream=stream)

    assert "](https:" not in f"{answer.text}{stream.attempts[0]}"


async def test_a_fact_gets_no_link_behind_it() -> None:
    text = "A durable queue survives a broker restart [1]."

    assert (await ask(model=ScriptedModel([[text]]))).text == text


TWO = f"{QUESTION} Who sails the yellow submarine?"


async def test_of_two_questions_the_one_that_a_model_leaves_open_is_named() -> None:
    model = ScriptedModel([["A durable queue survives a restart [1]."]])
    stream = RecordingStream()

    answer = await ask(make_event(TWO, [PASSAGE]), model=model, stream=stream)

    assert answer.status is AnswerStatus.ANSWERED
    first, _, last = answer.text.partition("\n\n")
    assert first == "A durable queue survives a restart [1]."
    assert "Who sails the yellow submarine?" in last
    assert QUESTION not in last


async def test_a_question_that_a_model_speaks_of_is_not_named_again() -> None:
    text = "A durable queue survives a restart [1]. Nothing is said of a submarine."
    answer = await ask(make_event(TWO, [PASSAGE]), model=ScriptedModel([[text]]))

    assert answer.status is AnswerStatus.ANSWERED
    assert "Who sails" not in answer.text


async def test_an_answer_names_the_question_of_several_that_no_source_covers() -> None:
    answer = await ask(make_event(TWO, [PASSAGE]))

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.unanswered == ("Who sails the yellow submarine?",)
    assert answer.text.endswith("“Who sails the yellow submarine?”")


async def test_a_single_question_is_answered_or_not() -> None:
    answered = await ask()
    refused = await ask(make_event("Who sails the yellow submarine?", [PASSAGE]))

    assert (answered.status, answered.unanswered) == (AnswerStatus.ANSWERED, ())
    assert (refused.status, refused.unanswered) == (AnswerStatus.REFUSED, ())


async def test_an_answer_and_a_refusal_say_how_probable_an_answer_is() -> None:
    answered = await ask()
    refused = await ask(make_event("Who sails the yellow submarine?", [PASSAGE]))

    assert answered.support is not None
    assert refused.support is not None
    assert 0 <= refused.support < answered.support <= 1


async def test_a_question_that_points_back_is_read_behind_the_one_before() -> None:
    passage = make_passage(
        "Durable queues and transient queues differ in what survives a restart.", chunk="c9"
    )
    question = "Which queues survive a restart of the broker and how do they differ?"

    answer = await ask(make_event(question, [passage]))

    assert answer.unanswered == ()


async def test_the_citation_is_checkable_in_the_source() -> None:
    document = " " * 500 + SOURCE

    [citation] = (await ask()).citations

    assert document[citation.start : citation.end] == citation.quote
    assert citation.quote == "A durable queue survives a broker restart."
    assert (citation.title, citation.url) == ("Queues", "https://docs.example/queues")


async def test_what_the_stages_before_found_is_carried_on() -> None:
    event = make_event(
        QUESTION, [PASSAGE], tenant="acme", degradations=("rerank_skipped", "llm_skipped")
    )

    answer = await ask(event)

    assert (answer.query_id, answer.tenant) == ("q1", "acme")
    assert (answer.intent, answer.plan) == ("factual", "factual")
    assert answer.standalone_text == QUESTION
    assert answer.watermark == event.watermark
    assert answer.degradations == ("rerank_skipped", "llm_skipped")


async def test_a_model_writes_cites_and_costs() -> None:
    model = ScriptedModel([["A durable queue ", "survives a restart [1]", ".", " [5]"]])
    stream = RecordingStream()
    prices = PriceTable({"model-a": Price(prompt=1.0, completion=10.0)})

    answer = await ask(model=model, stream=stream, prices=prices)

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.text == "A durable queue survives a restart [1]."
    assert stream.attempts == [answer.text]
    assert stream.status == "answered"
    assert answer.models == {"answer": "model-a", "prompt": "answer.v4"}
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (100, 20)
    assert answer.usage.cost == pytest.approx(300e-6)
    assert answer.usage.context_tokens_before == answer.usage.context_tokens_after == 12


async def test_a_fallback_model_is_named_and_shown() -> None:
    model = ScriptedModel([["A durable queue survives a restart [1]."]], answered_by="model-b")

    answer = await ask(model=model)

    assert answer.models == {"answer": "model-b", "prompt": "answer.v4"}
    assert answer.degradations == (Degradation.LLM_FALLBACK,)


async def test_each_model_has_its_own_price() -> None:
    prices = PriceTable({"model-b": Price(prompt=2.0, completion=20.0)})
    text = "A durable queue survives a restart [1]."

    own = await ask(model=ScriptedModel([[text]]), prices=prices)
    other = await ask(model=ScriptedModel([[text]], answered_by="model-b"), prices=prices)

    assert own.usage.cost is None
    assert other.usage.cost == pytest.approx(600e-6)


async def test_a_call_in_vain_is_in_the_cost_of_the_extractive_answer() -> None:
    stated = Delta(model="model-a", prompt_tokens=1_000, completion_tokens=0)
    prices = PriceTable({"model-a": Price(prompt=1.0, completion=10.0)})

    answer = await ask(model=ScriptedModel([[stated, Unavailable("no text")]]), prices=prices)

    assert answer.models == {"answer": "extractive"}
    assert answer.usage.prompt_tokens == 1_000
    assert answer.usage.cost == pytest.approx(1e-3)


async def test_a_model_that_fails_is_replaced_and_readers_begin_anew() -> None:
    model = ScriptedModel([["A dur", Unavailable("gone")]])
    stream = RecordingStream()

    answer = await ask(model=model, stream=stream)

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.models == {"answer": "extractive"}
    assert answer.degradations == (Degradation.LLM,)
    assert stream.attempts == ["A dur", answer.text]


async def test_short_of_time_the_model_is_skipped() -> None:
    event = make_event(QUESTION, [PASSAGE], deadline=NOW + timedelta(seconds=1))

    answer = await ask(event, model=ScriptedModel([["never asked"]]))

    assert answer.degradations == (Degradation.LLM,)
    assert answer.status is AnswerStatus.ANSWERED


async def test_without_passages_the_answer_is_a_refusal() -> None:
    answer = await ask(make_event(QUESTION))

    assert answer.status is AnswerStatus.REFUSED
    assert answer.error is not None
    assert answer.error.code == "no_passages"
    assert answer.top_score is None
    assert answer.text == answer.error.message
    assert answer.citations == ()


async def test_passages_about_something_else_are_refused_with_the_nearest_sources() -> None:
    cats = make_passage("Cats sleep.", chunk="c2", title="Cats", scores={SearchKind.VECTOR: 0.1})
    dogs = make_passage("Dogs bark.", chunk="c3", title="Dogs")
    model = ScriptedModel([["never asked"]])

    event = make_event(QUESTION, [cats, dogs], unknown_words=("durable", "restart"))
    answer = await ask(event, model=model)

    assert answer.status is AnswerStatus.REFUSED
    assert answer.error is not None
    assert answer.error.code == "not_relevant"
    assert answer.error.message.endswith('None of them mentions: "durable", "restart".')
    assert [source.title for source in answer.nearest] == ["Cats", "Dogs"]
    assert model.prompts == []


async def test_what_a_further_look_found_takes_no_answer_away() -> None:
    question = "How much does a lost badge cost?"
    first = [
        make_passage("A lost badge costs 20 euros.", title="Badges", score=0.9),
        make_passage("Guests wait at the desk.", chunk="c2", score=0.3),
    ]
    # they come so near the first that it stands out less
    further = [
        make_passage(f"Doors of floor {n} are blue.", chunk=f"d{n}", score=0.88, hop=1)
        for n in range(4)
    ]
    strict = make_rules(min_relevance=0.98)

    of_one_look = [passage.model_copy(update={"hop": 0}) for passage in further]
    refused = await ask(make_event(question, [*first, *of_one_look]), rules=strict)
    answer = await ask(make_event(question, [*first, *further]), rules=strict)

    assert refused.status is AnswerStatus.REFUSED
    assert answer.status is AnswerStatus.ANSWERED
    assert "20 euros" in answer.text


async def test_a_refusal_on_the_subject_says_what_no_document_mentions() -> None:
    passages = [
        make_passage(
            "A durable queue keeps messages. Consumers read them.",
            chunk=chunk,
            title="Queues",
            heading_path=("Queues", chunk),
            url=f"https://docs.example/{chunk}",
            score=score,
            scores={SearchKind.VECTOR: 0.3, SearchKind.KEYWORD: 5.0},
        )
        for chunk, score in (("c1", 0.3), ("c2", 0.8))
    ]
    question = (
        "Do consumers read durable queue messages which an Erlang plugin replicates to Paris?"
    )

    answer = await ask(make_event(question, passages, unknown_words=("Paris", "Erlang")))

    assert answer.status is AnswerStatus.REFUSED
    assert answer.error is not None
    assert answer.error.code == "not_covered"
    assert '"Erlang", "Paris"' in answer.error.message
    assert answer.text == answer.error.message
    best = answer.nearest[0]
    assert (best.document_id, best.score) == ("doc-c2", 0.8)
    assert (best.heading_path, best.url) == (("Queues", "c2"), "https://docs.example/c2")
    assert answer.top_score == 0.8


async def test_a_model_that_finds_no_answer_is_believed() -> None:
    answer = await ask(model=ScriptedModel([["NO_ANSWER"]]))

    assert answer.status is AnswerStatus.REFUSED
    assert answer.error is not None
    assert answer.error.code == "no_answer"
    assert answer.nearest[0].document_id == PASSAGE.document_id


async def test_an_invented_answer_is_refused() -> None:
    answer = await ask(model=ScriptedModel([["Penguins fly over Antarctica [1]."]]))

    assert answer.status is AnswerStatus.REFUSED
    assert answer.error is not None
    assert answer.error.code == "unsupported"
    assert answer.validation is not None
    assert answer.validation.support_ratio == 0.0


async def test_a_cancelled_answer_ends_as_failed_with_what_was_said() -> None:
    """The record agrees with what the reader saw, and nobody takes it for a whole answer."""
    model = ScriptedModel([["A durable queue survives a restart [1].", " And more."]])
    stream = RecordingStream(cancel_after=0)

    answer = await ask(model=model, stream=stream)

    assert answer.status is AnswerStatus.FAILED
    assert answer.error is not None
    assert answer.error.code == "cancelled"
    assert answer.text == "A durable queue survives a restart [1]."
    assert [c.marker for c in answer.citations] == [1]
    assert stream.status == "failed"


async def test_a_stream_that_is_down_costs_nothing_but_the_stream() -> None:
    answer = await ask(stream=RecordingStream(up=False))

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.degradations == (Degradation.STREAM,)


async def test_the_time_to_the_first_text_is_told() -> None:
    clock = Clock()
    model = ScriptedModel([["NO", "W a durable queue ", "survives a restart [1]."]])
    model.before_piece = lambda: clock.advance(0.5)

    answer = await ask(model=model, clock=clock)

    assert answer.first_text_ms == 1_000


async def test_the_first_text_is_that_of_the_attempt_that_became_the_answer() -> None:
    clock = Clock()
    model = ScriptedModel([["A dur", Unavailable("gone")]])
    model.before_piece = lambda: clock.advance(0.5)

    assert (await ask(model=model, clock=clock)).first_text_ms == 1_000


@pytest.mark.parametrize("shown", [{"stream": RecordingStream(up=False)}, {"streamed": False}])
async def test_without_a_stream_no_text_is_first(shown: dict[str, Any]) -> None:
    event = make_event(QUESTION, [PASSAGE], options=Options(stream=shown.pop("streamed", True)))

    assert (await ask(event, **shown)).first_text_ms is None


async def test_an_answer_that_is_cut_off_is_judged_and_says_so() -> None:
    text = "A durable queue survives a restart [1]."
    model = ScriptedModel([[text, *[" And the moon is made of cheese."] * 1_000]])

    answer = await ask(model=model, rules=make_rules(max_answer_tokens=16))

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.degradations == (Degradation.WHOLE_TEXT,)
    assert answer.text.startswith(text)
    assert answer.validation is not None
    assert answer.validation.claims[0].support == "supported"
    assert answer.validation.claims[-1].support == "unsupported"
    assert model.closed


async def test_an_answer_cut_off_by_its_server_says_so_too() -> None:
    end = Delta(model="model-a", prompt_tokens=10, completion_tokens=9, cut_off=True)
    model = ScriptedModel([["A durable queue survives a restart [1]. And", end]])

    answer = await ask(model=model)

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.degradations == (Degradation.WHOLE_TEXT,)
    assert answer.usage.completion_tokens == 9


async def test_nobody_is_streamed_to_who_does_not_want_it() -> None:
    stream = RecordingStream()

    answer = await ask(
        make_event(QUESTION, [PASSAGE], options=Options(stream=False)), stream=stream
    )

    assert answer.degradations == ()
    assert stream.attempts == []


async def test_the_prompt_holds_history_passages_and_the_rewritten_question() -> None:
    model = ScriptedModel([["A durable queue survives a restart [1]."]])
    history = (Turn(role="user", text="Tell me of queues"), Turn(role="assistant", text="Gladly"))
    event = make_event("Does it survive?", [PASSAGE], standalone_text=QUESTION, history=history)

    await ask(event, model=model)

    [messages] = model.prompts
    assert [m.content for m in messages[1:3]] == ["Tell me of queues", "Gladly"]
    assert QUESTION in messages[-1].content
    assert SOURCE in messages[-1].content


async def test_the_same_event_gives_the_same_bytes() -> None:
    assert (await ask()).to_json() == (await ask()).to_json()


@pytest.mark.parametrize(
    "question",
    ["🐇" * 50, "\u202eهل قائمة الانتظار دائمة؟", "a\x00b\x1b[31m", "?" * 500, "x" * 8_000],
)
async def test_odd_questions_end_like_others(question: str) -> None:
    answer = await ask(make_event(question, [PASSAGE]))

    assert answer.status in (AnswerStatus.ANSWERED, AnswerStatus.REFUSED)


@pytest.mark.parametrize(
    "short",
    [
        {"deadline": NOW + timedelta(seconds=2.9)},
        {"plan": Plan(name="p", weights={SearchKind.KEYWORD: 1.0}, extractive=True)},
    ],
)
async def test_short_of_time_or_by_plan_the_model_is_not_asked(short: dict[str, Any]) -> None:
    model = ScriptedModel([["never said [1]"]])
    event = make_event(QUESTION, [PASSAGE], **short)
    answer = await ask(event, model=model, ladder=LadderSettings().ladder())
    assert model.prompts == []
    assert answer.models == {"answer": "extractive"}
    assert answer.degradations == (Degradation.LLM,)


async def test_a_refusal_speaks_the_language_of_the_question() -> None:
    stream = RecordingStream()
    event = make_event("Wie lange werden Nachrichten aufbewahrt?")

    answer = await ask(event, stream=stream)

    assert answer.error is not None
    assert answer.error.code == "no_passages"
    assert answer.text.startswith("Kein Dokument")
    assert stream.attempts == [answer.text]


async def test_the_prompt_names_the_language_of_the_question() -> None:
    model = ScriptedModel([["Ja [1]."]])
    question = "Überlebt die durable queue des Brokers einen Neustart?"

    await ask(make_event(question, [PASSAGE]), model=model, rules=make_rules(min_relevance=0.0))

    assert "Answer in German" in model.prompts[0][-1].content


BAD = "A durable queue survives a broker restart [1]. A durable queue survives 12 fires [1]."


@pytest.mark.parametrize(
    ("stated", "status", "kept"),
    [
        (None, AnswerStatus.ANSWERED, "12 fires"),
        (UnsupportedPolicy.MARK, AnswerStatus.ANSWERED, "12 fires"),
        (UnsupportedPolicy.DROP, AnswerStatus.ANSWERED, "survives a broker restart [1]."),
        (UnsupportedPolicy.REFUSE, AnswerStatus.REFUSED, "No answer could be given"),
    ],
)
async def test_the_plan_says_what_becomes_of_unsupported_claims(
    stated: UnsupportedPolicy | None, status: AnswerStatus, kept: str
) -> None:
    plan = Plan(name="own", weights={SearchKind.VECTOR: 1.0}, unsupported=stated)
    event = make_event(QUESTION, [PASSAGE], plan=plan)

    answer = await ask(event, model=ScriptedModel([[BAD]]))

    assert answer.status is status
    assert kept in answer.text
    assert ("12 fires" in answer.text) == (stated in (None, UnsupportedPolicy.MARK))


async def test_quotes_come_from_the_best_passages_and_the_model_reads_all() -> None:
    best = [make_passage(f"Queue {n} is durable.", chunk=f"b{n}") for n in range(6)]
    last = make_passage("A durable queue survives a restart.", chunk="last")
    model = ScriptedModel([["A durable queue survives a restart [7]."]])

    quoted = await ask(make_event(QUESTION, [*best, last]))
    written = await ask(make_event(QUESTION, [*best, last]), model=model)

    assert "last" not in {citation.chunk_id for citation in quoted.citations}
    assert {citation.chunk_id for citation in written.citations} == {"last"}


@pytest.mark.parametrize("answer", ["A durable queue survives a restart [1].", ""])
async def test_passages_are_ranked_once_whoever_answers(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank_passage, ranked = ranking._rank_passage, Counter[int]()

    def counted(index: int, *args: Any) -> list[ranking.Ranked]:
        ranked[index] += 1
        return rank_passage(index, *args)

    monkeypatch.setattr(ranking, "_rank_passage", counted)
    passages = [make_passage(f"Queue {n} is durable.", chunk=f"b{n}") for n in range(6)]

    await ask(make_event(QUESTION, passages), model=ScriptedModel([[answer]]))

    assert ranked == dict.fromkeys(range(6), 1)
