"""Counting by the server's tokenizer: one request, exact counts, and estimates without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.llm.server_tokenizer import ServerTokenizer, open_server_tokenizer
from ragline.adapters.llm.token_positions import SEPARATOR, located
from ragline.errors import Misconfigured
from ragline.model_settings import LlmSettings

TEXTS = ["Queues are durable.", "Wörter 🐇 zählen", "", "Queues are durable."]


def pieces(text: str, size: int = 3) -> list[bytes]:
    """Cut a text into tokens of `size` bytes, in the middle of characters, too."""
    data = text.encode()
    return [data[at : at + size] for at in range(0, len(data), size)]


def llama(text: str) -> dict[str, Any]:
    return {"tokens": [{"id": 1, "piece": _piece(data)} for data in pieces(text)]}


def _piece(data: bytes) -> str | list[int]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return list(data)


def vllm(text: str) -> dict[str, Any]:
    strings = [data.decode("latin-1") for data in pieces(text)]
    return {"count": len(strings), "max_model_len": 1, "tokens": [1] * len(strings)} | {
        "token_strs": strings
    }


class Bench:
    """A tokenizer on a server that answers as told."""

    def __init__(self, answer: Callable[[dict[str, Any]], Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.failures: list[str] = []
        self.now = 0.0

        def handle(request: httpx.Request) -> httpx.Response:
            assert request.url.path == "/tokenize"
            self.asked.append(json.loads(request.content))
            reply = answer(self.asked[-1])
            return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)

        self.tokenizer = ServerTokenizer(
            httpx.AsyncClient(base_url="http://server", transport=httpx.MockTransport(handle)),
            model="m",
            estimate=lambda text: len(text.split()),
            on_failure=self.failures.append,
            clock=lambda: self.now,
        )


@pytest.mark.parametrize(
    "answer", [lambda body: llama(body["content"]), lambda body: vllm(body["prompt"])]
)
async def test_all_texts_are_counted_by_one_request(
    answer: Callable[[dict[str, Any]], Any],
) -> None:
    bench = Bench(answer)

    count = await bench.tokenizer.counter(TEXTS)

    assert count("Queues are durable.") == pytest.approx(len("Queues are durable.") / 3, abs=1)
    assert count("Wörter 🐇 zählen") == pytest.approx(len("Wörter 🐇 zählen".encode()) / 3, abs=1)
    assert count("") == 0
    [body] = bench.asked
    assert body["model"] == "m"
    assert body["content"] == body["prompt"] == "Queues are durable.\nWörter 🐇 zählen"
    assert not any(body[name] for name in ("add_special", "parse_special", "add_special_tokens"))


async def test_slices_are_counted_exactly_and_other_texts_by_the_ratio() -> None:
    count = await Bench(lambda body: llama(body["content"])).tokenizer.counter(TEXTS[:1])

    assert count("Queues are durable.") == 7
    assert count("Queues are ") + count("durable.") == 7
    assert count("D") == 3, "one word, and a word has 7/3 tokens"
    assert count("u") == 1


async def test_texts_of_late_are_not_asked_about_again() -> None:
    bench = Bench(lambda body: llama(body["content"]))

    await bench.tokenizer.counter(["one", "two"])
    await bench.tokenizer.counter(["two", "one"])
    await bench.tokenizer.counter(["two", "three"])

    assert [body["content"] for body in bench.asked] == ["one\ntwo", "three"]


async def test_what_is_remembered_is_bounded() -> None:
    bench = Bench(lambda body: llama(body["content"]))

    for batch in range(30):
        await bench.tokenizer.counter([f"text {batch} {n}" for n in range(100)])

    assert len(bench.tokenizer._kept) == 2_048


async def test_a_tokenizer_that_changes_the_text_still_gives_the_ratio() -> None:
    bench = Bench(lambda body: {"tokens": [{"piece": "▁Queues"}] * 9})

    count = await bench.tokenizer.counter(TEXTS[:1])

    assert count("Queues are durable.") == 9
    assert count("four words of text") == 12


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(404, json={"error": "no such path"}),
        httpx.Response(500, text="oops"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["no object"]),
        httpx.Response(200, json={"error": "no tokens"}),
    ],
)
async def test_without_an_answer_all_is_estimated_and_the_server_left_alone(
    reply: httpx.Response,
) -> None:
    bench = Bench(lambda _: reply)

    for _ in range(3):
        count = await bench.tokenizer.counter(TEXTS)
        assert count("Queues are durable.") == 3
    assert (len(bench.asked), len(bench.failures)) == (1, 1)

    bench.now = 31
    await bench.tokenizer.counter(TEXTS)
    assert len(bench.asked) == 2


async def test_a_server_that_is_slow_or_gone_is_estimated() -> None:
    def slow(_: object) -> None:
        raise httpx.ReadTimeout("slow")

    bench = Bench(slow)

    count = await bench.tokenizer.counter(TEXTS)

    assert count("one two") == 2
    assert bench.failures == ["ReadTimeout slow"]


async def test_nothing_to_count_is_nothing_to_ask() -> None:
    bench = Bench(lambda body: llama(body["content"]))

    assert (await bench.tokenizer.counter([]))("one two") == 2
    assert bench.asked == []


async def test_openai_has_no_tokenizer_to_ask() -> None:
    with pytest.raises(Misconfigured, match="RAGLINE_LLM__BASE_URL"):
        async with open_server_tokenizer(LlmSettings(), estimate=len, on_failure=print):
            pass


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5), st.integers(1, 5))
def test_every_token_that_begins_in_a_text_is_its_own(texts: Sequence[str], size: int) -> None:
    joined = SEPARATOR.join(texts)
    reply = {"tokens": [{"piece": list(data)} for data in pieces(joined, size)]}

    found = located(texts, reply)

    assert found is not None
    assert [each.text for each in found] == texts
    counts = [each.count(each.text) or 0 for each in found]
    separators = len(texts) - 1
    assert len(reply["tokens"]) - separators <= sum(counts) <= len(reply["tokens"])
