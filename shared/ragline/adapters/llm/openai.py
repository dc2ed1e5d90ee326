"""Any server that speaks OpenAI's API, through the `openai` client: port `LanguageModel`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import jsonschema
from openai import AsyncOpenAI
from openai.types import CompletionUsage

from ragline.adapters.llm.api import Api, ChatApi, CompletionsApi, Piece, Request
from ragline.adapters.llm.errors import translated
from ragline.adapters.llm.fallback import FallbackModel
from ragline.errors import Misconfigured, Unavailable
from ragline.model_settings import LlmSettings
from ragline.ports.models import ChatMessage, Delta, LanguageModel

Guard = Callable[[LanguageModel], LanguageModel]

_JSON_MAX_TOKENS = 1_024
_TOO_LONG = "length"


def _unguarded(model: LanguageModel) -> LanguageModel:
    return model


@asynccontextmanager
async def open_language_model(
    settings: LlmSettings, *, guard: Guard = _unguarded
) -> AsyncIterator[LanguageModel]:
    """Open a client for the server of `settings`; nothing is sent yet.

    The client's own retries are off: the caller knows the remaining time and decides on retries.

    Args:
        settings: server, model and fallback model.
        guard: what each model is put behind, for example a circuit breaker.

    Raises:
        Misconfigured: neither `base_url` nor `api_key` is set.
    """
    if not settings.configured:
        raise Misconfigured("set RAGLINE_LLM__BASE_URL (ends in /v1) or RAGLINE_LLM__API_KEY")
    key = settings.api_key.get_secret_value() if settings.api_key else "not-needed"
    async with AsyncOpenAI(
        base_url=settings.base_url, api_key=key, max_retries=0, timeout=settings.timeout_s
    ) as client:
        chat = ChatApi(client, official=settings.base_url is None)
        api: Api = chat if settings.api == "chat" else CompletionsApi(client)

        def guarded(model: str) -> LanguageModel:
            return guard(OpenAiModel(api, model=model, temperature=settings.temperature))

        primary, other = guarded(settings.model), settings.fallback_model
        if other is None or other == settings.model:
            yield primary
        else:
            yield FallbackModel(primary, guarded(other))


class OpenAiModel:
    """One model of one server."""

    def __init__(self, api: Api, *, model: str, temperature: float) -> None:
        self._api = api
        self._model = model
        self._temperature = temperature

    @property
    def model_id(self) -> str:
        """The model's name."""
        return self._model

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        timeout: float,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Delta, None]:
        """Stream a completion; the last delta names the model and carries the token counts.

        Raises:
            RateLimited, DeadlineExceeded, Misconfigured: see `errors.translated`.
            Unavailable: the same, and when a stream breaks off or holds no text.
        """
        ends_at = asyncio.get_running_loop().time() + timeout
        request = Request(
            model=self._model,
            messages=messages,
            temperature=self._temperature,
            max_tokens=max_tokens,
            stop=stop,
        )
        last, finished, said = Delta(model=self._model), "", False
        with translated():
            async with aclosing(self._api.pieces(request)) as pieces:
                while piece := await _next_before(pieces, ends_at):
                    finished = piece.finished or finished
                    if piece.usage is not None:
                        last = _counted(self._model, piece.served_as, piece.usage)
                    if piece.text:
                        said = True
                        yield Delta(text=piece.text)
        if last.prompt_tokens is None:
            _check_complete(finished=bool(finished), said=said)
        yield replace(last, cut_off=finished == _TOO_LONG)
        _check_complete(finished=bool(finished), said=said)

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        """Return one JSON object that fits `schema`, at temperature 0.

        Raises:
            RateLimited, DeadlineExceeded, Misconfigured: see `errors.translated`.
            Unavailable: the same, and when the text is not an object that fits `schema`.
        """
        written = await self.write_json(
            messages, schema=schema, max_tokens=_JSON_MAX_TOKENS, timeout=timeout
        )
        return parse_object(written.text, schema)

    async def write_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: dict[str, Any],
        max_tokens: int,
        timeout: float,
    ) -> Delta:
        """Return what the server makes of `schema`, at temperature 0, unread.

        Raises:
            RateLimited, Unavailable, DeadlineExceeded, Misconfigured: see `errors.translated`.
        """
        request = Request(
            model=self._model, messages=messages, temperature=0.0, max_tokens=max_tokens
        )
        with translated():
            async with asyncio.timeout(timeout):
                piece = await self._api.json(request, schema)
        whole = Delta(model=self._model)
        if piece.usage is not None:
            whole = _counted(self._model, piece.served_as, piece.usage)
        return replace(whole, text=piece.text, cut_off=piece.finished == _TOO_LONG)


def parse_object(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return `text` as a JSON object that fits `schema`.

    Raises:
        Unavailable: the text is not such an object; the model may produce one on a retry.
    """
    try:
        value = json.loads(text)
        jsonschema.validate(value, schema)
    except (json.JSONDecodeError, jsonschema.ValidationError) as error:
        raise Unavailable("the language model's JSON does not fit the schema") from error
    if not isinstance(value, dict):
        raise Unavailable("the language model's JSON is no object")
    return value


async def _next_before(pieces: AsyncIterator[Piece], limit: float) -> Piece | None:
    async with asyncio.timeout_at(limit):
        return await anext(pieces, None)


def _check_complete(*, finished: bool, said: bool) -> None:
    if not finished:
        raise Unavailable("the language model's stream ended without a finish reason")
    if not said:
        raise Unavailable("the language model answered without any text")


def _counted(model: str, served_as: str | None, usage: CompletionUsage) -> Delta:
    return Delta(
        model=model,
        served_as=served_as or None,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )
