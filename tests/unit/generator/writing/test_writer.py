"""The language model's part: time, retries, refusals, cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tests.patience import PATIENCE_S
from tests.unit.generator.conftest import NOW, Clock, Piece, RecordingStream, ScriptedModel

from ragline.contracts.base import QueryRef
from ragline.errors import DeadlineExceeded, Misconfigured, RateLimited, Unavailable
from ragline.ports.models import ChatMessage, Delta
from ragline_generator.broadcast import Broadcast
from ragline_generator.writing.answer_stream import Written
from ragline_generator.writing.cost import ModelCall
from ragline_generator.writing.writer import Writer, WriterLimits

ASK = [ChatMessage(role="user", content="?")]


class TickingClock(Clock):
    """A clock that goes on by itself, a little whenever somebody looks."""

    def __call__(self) -> datetime:
        self.advance(0.02)
        return self.now


QUERY = QueryRef("acme", "q")


class Bench:
    """A writer with everything around it under control."""

    def __init__(self, *calls: Sequence[Piece], stream: RecordingStream | None = None) -> None:
        self.clock = Clock()
        self.model = ScriptedModel(list(calls))
        self.stream = stream or RecordingStream()
        self.slept: list[float] = []
        self.spent: list[ModelCall] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    async def write(self, *, seconds_left: float = 20.0, poll_s: float = 0.25) -> Written | None:
        writer = Writer(
            self.model,
            limits=WriterLimits(timeout_s=10, reserve_s=1, least_s=2, attempts=2, backoff_s=0.5),
            clock=self.clock,
            sleep=self.sleep,
            jitter=lambda: 0.5,
        )
        return await writer.write(
            ASK,
            markers=range(1, 3),
            max_tokens=50,
            deadline=NOW + timedelta(seconds=seconds_left),
            broadcast=Broadcast(
                self.stream, QueryRef("acme", "q"), wanted=True, poll_s=poll_s, clock=self.clock
            ),
            spent=self.spent,
        )


async def test_text_is_streamed_as_it_comes_and_counted() -> None:
    bench = Bench(["Queues ", "are durable [", "1].", " [7]"])

    written = await bench.write()

    assert written == Written(
        text="Queues are durable [1].",
        call=ModelCall(model="model-a", prompt_tokens=100, completion_tokens=20),
    )
    assert bench.spent == []
    assert bench.stream.attempts == ["Queues are durable [1]."]


@pytest.mark.parametrize(("left", "timeout"), [(5.0, 4.0), (60.0, 10.0), (3.0, 2.0)])
async def test_the_model_gets_the_time_left_less_the_reserve(left: float, timeout: float) -> None:
    bench = Bench(["text"])

    await bench.write(seconds_left=left)

    assert bench.model.timeouts == [timeout]


async def test_with_too_little_time_the_model_is_not_asked() -> None:
    bench = Bench(["text"])

    assert await bench.write(seconds_left=2.5) is None
    assert bench.model.prompts == []


async def test_a_failed_call_is_repeated_and_readers_begin_anew() -> None:
    bench = Bench(["Half an ", Unavailable("gone")], ["A whole answer."])

    written = await bench.write()

    assert written is not None
    assert written.text == "A whole answer."
    assert bench.stream.attempts == ["Half an ".rstrip(), "A whole answer."]
    assert bench.slept == [0.5]


async def test_a_call_that_failed_is_paid_for_where_its_tokens_are_known() -> None:
    stated = Delta(model="model-a", prompt_tokens=70, completion_tokens=5)
    bench = Bench([stated, Unavailable("no text")], ["Half", Unavailable("gone")])

    assert await bench.write() is None
    assert bench.spent == [ModelCall(model="model-a", prompt_tokens=70, completion_tokens=5)]


async def test_the_first_model_is_paid_for_beside_the_fallback() -> None:
    bench = Bench([Delta(model="model-a", prompt_tokens=70, completion_tokens=0), "text"])
    bench.model.answered_by = "model-b"

    written = await bench.write()

    assert written is not None
    assert written.call == ModelCall(model="model-b", prompt_tokens=100, completion_tokens=20)
    assert bench.spent == [ModelCall(model="model-a", prompt_tokens=70, completion_tokens=0)]


async def test_the_wait_that_the_server_asks_for_is_kept() -> None:
    bench = Bench([RateLimited("busy", retry_after=3.0)], ["text"])

    assert await bench.write() is not None
    assert bench.slept == [3.0]


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("busy", retry_after=60.0),
        Misconfigured("wrong key"),
        DeadlineExceeded("no time"),
    ],
)
async def test_a_call_is_not_repeated_when_that_cannot_help(error: Exception) -> None:
    bench = Bench([error], ["never asked for"])

    assert await bench.write() is None
    assert len(bench.model.prompts) == 1
    assert bench.slept == []


async def test_after_the_last_attempt_there_is_no_answer() -> None:
    bench = Bench([Unavailable("1")], [Unavailable("2")], ["never asked for"])

    assert await bench.write() is None
    assert len(bench.model.prompts) == 2


@pytest.mark.parametrize("pieces", [["NO_ANSWER"], ["NO", "_ANS", "WER", "."], ["\nNO_ANSWER\n"]])
async def test_a_model_that_declines_shows_nothing(pieces: list[Piece]) -> None:
    bench = Bench(pieces)

    written = await bench.write()

    assert written is not None
    assert written.declined
    assert bench.stream.attempts == [""]


@pytest.mark.parametrize("pieces", [["NO"], ["N", "O, it is not [1]."], ["NO_", "ONE knows"]])
async def test_an_answer_that_begins_like_a_refusal_is_an_answer(
    pieces: list[Piece],
) -> None:
    bench = Bench(pieces)

    written = await bench.write()

    assert written is not None
    assert not written.declined
    assert written.text == "".join(map(str, pieces))
    assert bench.stream.attempts == [written.text]


async def test_a_cancel_stops_the_model_and_keeps_what_was_said() -> None:
    bench = Bench(
        ["Queues are ", "durable ", "and ", "never shown"], stream=RecordingStream(cancel_after=1)
    )
    bench.model.before_piece = lambda: bench.clock.advance(0.2)

    written = await bench.write()

    assert written is not None
    assert written.cancelled
    assert written.text == "Queues are durable and"
    assert bench.model.closed


async def test_whether_to_stop_is_asked_rarely() -> None:
    bench = Bench(["x "] * 100)
    bench.model.before_piece = lambda: bench.clock.advance(0.01)

    await bench.write()

    assert bench.stream.polls <= 5


async def test_a_cancel_does_not_wait_for_a_model_that_is_silent() -> None:
    bench = Bench(["Queues ", 60.0, "never shown"], stream=RecordingStream(cancel_after=5))
    bench.clock = TickingClock()

    async with asyncio.timeout(PATIENCE_S):
        written = await bench.write(poll_s=0.01)

    assert written is not None
    assert written.cancelled
    assert written.text == "Queues"
    assert bench.model.closed


async def test_a_model_that_never_stops_is_cut_off() -> None:
    bench = Bench(["Queues are durable [1]. ", *["And more of it. "] * 1_000, "never asked for"])

    written = await bench.write()

    assert written is not None
    assert written.cut_off
    assert 900 < len(written.text) <= 50 * 20
    assert bench.stream.attempts[0].rstrip() == written.text
    assert bench.model.closed


async def test_one_piece_that_is_too_large_is_cut_off_too() -> None:
    written = await Bench(["x" * 1_000_000]).write()

    assert written is not None
    assert (written.cut_off, len(written.text)) == (True, 1_000)


@pytest.mark.parametrize("pieces", [[" \n", "\n"], ["[1]", " [2]"], ["[7]"], ["\n[1].", "\n"]])
async def test_text_without_content_is_a_failed_call(pieces: list[Piece]) -> None:
    bench = Bench(pieces, pieces)

    assert await bench.write() is None
    assert len(bench.model.prompts) == 2
    assert len(bench.spent) == 2
