"""A question with a JSON schema: the answer is checked first, then the schema is filled from it."""

from __future__ import annotations

import json
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
from tests.unit.generator.test_stage import make_stage

from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered
from ragline.contracts.queries import Options
from ragline.errors import Misconfigured, RaglineError, RateLimited, Unavailable
from ragline.ports.models import Delta
from ragline_generator.rules import Rules
from ragline_generator.structured.schema_filler import SchemaFiller
from ragline_generator.writing.context_window import ContextWindow
from ragline_generator.writing.prices import Price, PriceTable

SCHEMA = {
    "type": "object",
    "properties": {"survives": {"type": "boolean"}},
    "required": ["survives"],
}
QUESTION = "Does a durable queue survive a restart?"
TEXT = "A durable queue survives a broker restart [1]."
PASSAGE = make_passage(
    "Exchanges route messages. A durable queue survives a broker restart. Cats sleep."
)
FITS, MISFIT = ['{"survives": true}'], ['{"survives": "yes"}']
PRICES = PriceTable({"model-a": Price(prompt=1e6, completion=1e6)})


async def ask(
    model: ScriptedModel | None,
    *,
    question: str = QUESTION,
    clock: Clock | None = None,
    rules: Rules | None = None,
    prices: PriceTable | None = None,
    stream: RecordingStream | None = None,
    **fields: Any,
) -> QueryAnswered:
    clock = clock or Clock()
    filler = None
    if model is not None:
        filler = SchemaFiller(
            model,
            limits=ONE_TRY,
            tokenizer=WordTokenizer(),
            rules=rules or make_rules(),
            prices=prices or PriceTable(),
            clock=clock,
        )
    stage = make_stage(model, stream, rules, prices, clock=clock, filler=filler)
    options = Options(json_schema=json.dumps(SCHEMA))
    return await stage(make_event(question, [PASSAGE], options=options, **fields))


async def test_the_json_stands_beside_the_text_and_its_citations() -> None:
    model, stream = ScriptedModel([[TEXT], FITS]), RecordingStream()
    answer = await ask(model, prices=PRICES, stream=stream)

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.json_text == '{"survives": true}'
    assert (answer.text, stream.attempts) == (TEXT, [TEXT])
    assert [citation.marker for citation in answer.citations] == [1]
    assert answer.models == {"answer": "model-a", "prompt": "answer.v4", "json": "model-a"}
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (200, 40)
    assert answer.usage.cost == 240
    assert model.max_tokens == [512, 1_024]


async def test_the_model_is_shown_what_the_check_supports_and_no_more() -> None:
    model = ScriptedModel([[TEXT, " The moon is made of cheese [1]."], FITS])
    answer = await ask(model)

    assert "cheese" in answer.text
    shown = model.prompts[1][-1].content
    assert TEXT in shown
    assert "cheese" not in shown
    assert "Cats sleep" not in shown


async def test_json_that_does_not_fit_goes_back_once_with_the_reason() -> None:
    model = ScriptedModel([[TEXT], MISFIT, FITS])
    answer = await ask(model)

    assert answer.json_text == '{"survives": true}'
    assert answer.usage.prompt_tokens == 300
    reply, wrong = model.prompts[2][-2:]
    assert reply.content == MISFIT[0]
    assert "'yes' is not of type 'boolean'" in wrong.content


async def test_json_that_never_fits_fails_the_answer_which_keeps_its_text() -> None:
    answer = await ask(ScriptedModel([[TEXT], MISFIT, ["no idea"]]))

    assert answer.status is AnswerStatus.FAILED
    assert answer.error is not None
    assert answer.error.code == "schema_not_met"
    assert (answer.text, answer.json_text) == (TEXT, None)
    assert answer.citations
    assert answer.usage.prompt_tokens == 300


async def test_the_place_that_did_not_fit_is_told() -> None:
    answer = await ask(ScriptedModel([[TEXT], MISFIT, MISFIT]))
    assert answer.error is not None
    assert "did not fit last: survives." in answer.error.message


async def test_without_a_model_the_answer_fails_and_says_what_to_do() -> None:
    answer = await ask(None)

    assert answer.status is AnswerStatus.FAILED
    assert answer.error is not None
    assert answer.error.code == "no_language_model"
    assert "RAGLINE_LLM__BASE_URL" in answer.error.message


async def test_a_refusal_has_no_json() -> None:
    model = ScriptedModel([["NO_ANSWER"]])
    answer = await ask(model)

    assert (answer.status, answer.json_text) == (AnswerStatus.REFUSED, None)
    assert len(model.prompts) == 1


async def test_an_extractive_answer_is_filled_as_well() -> None:
    answer = await ask(ScriptedModel([[Unavailable("gone")], FITS]))

    assert answer.models == {"answer": "extractive", "json": "model-a"}
    assert answer.degradations == (Degradation.LLM,)
    assert answer.json_text == '{"survives": true}'


@pytest.mark.parametrize(
    ("error", "code", "wait"),
    [
        (Unavailable("gone"), "unavailable", None),
        (RateLimited("slowly", retry_after=3), "rate_limited", 3),
        (Misconfigured("the key sk-1 is wrong"), "misconfigured", None),
    ],
)
async def test_a_model_that_fails_is_the_answers_failure(
    error: RaglineError, code: str, wait: float | None
) -> None:
    answer = await ask(ScriptedModel([[TEXT], [error]]))

    assert answer.status is AnswerStatus.FAILED
    assert answer.error is not None
    assert (answer.error.code, answer.error.retry_after) == (code, wait)
    assert "sk-1" not in answer.error.message
    assert answer.text == TEXT


async def test_the_text_leaves_time_for_the_json() -> None:
    model = ScriptedModel([[TEXT], FITS])
    await ask(model, deadline=NOW + timedelta(seconds=20))
    assert model.timeouts == [11, 19]  # 60 % and all of it, but for the reserve


async def test_with_too_little_time_left_the_model_is_not_asked() -> None:
    clock = Clock()
    model = ScriptedModel([[TEXT]], before_piece=lambda: clock.advance(8))
    answer = await ask(model, clock=clock, deadline=NOW + timedelta(seconds=10))

    assert answer.error is not None
    assert answer.error.code == "deadline_exceeded"
    assert len(model.prompts) == 1


async def test_a_reader_stops_the_model_while_it_fills_the_schema() -> None:
    stream = RecordingStream()
    model = ScriptedModel([[TEXT], [60.0]])

    def stop_the_second_call() -> None:
        stream.cancel_after = 0 if len(model.prompts) > 1 else None

    model.before_piece = stop_the_second_call
    rules = make_rules(cancel_poll_s=0.01)
    answer = await ask(model, stream=stream, rules=rules, clock=TickingClock())

    assert (answer.status, answer.error and answer.error.code) == ("failed", "cancelled")
    assert model.closed


class TickingClock(Clock):
    """A second passes with each look, so that each look-up is due."""

    def __call__(self) -> Any:
        self.advance(0.1)
        return self.now


async def test_a_schema_that_does_not_fit_the_context_is_told() -> None:
    rules = make_rules(window=ContextWindow(60))
    answer = await ask(ScriptedModel([[TEXT]]), rules=rules)

    assert answer.error is not None
    assert answer.error.code == "schema_too_long"


async def test_the_fallback_model_is_told_and_tokens_are_estimated_where_none_are_stated() -> None:
    fills = [Delta(text=FITS[0]), Delta(model="model-b")]
    model = ScriptedModel([[TEXT], fills])
    answer = await ask(model)
    assert answer.models["json"] == "model-a"
    assert answer.usage.prompt_tokens == 200

    fell_back = await ask(ScriptedModel([[TEXT], FITS], answered_by="model-b"))
    assert fell_back.models["json"] == "model-b"
    assert Degradation.LLM_FALLBACK in fell_back.degradations
