"""The two shapes of OpenAI's API: chat messages, and a plain prompt to be completed."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from openai import AsyncOpenAI, AsyncStream, omit
from openai.types import Completion, CompletionUsage
from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionChunk,
    ChatCompletionMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionUserMessageParam,
)

from ragline.ports.models import ChatMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for one completion by one model."""

    model: str
    messages: Sequence[ChatMessage]
    temperature: float
    max_tokens: int
    stop: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One event of a stream; `finished` is the reason why the model stopped, once it is known."""

    text: str = ""
    finished: str | None = None
    served_as: str | None = None
    usage: CompletionUsage | None = None


class Api(Protocol):
    """One shape of the API; raises the client's own exceptions."""

    def pieces(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Stream the completion; closing the iterator closes the connection."""
        ...

    async def json(self, request: Request, schema: dict[str, Any]) -> Piece:
        """Complete once; the server is told that the text must be JSON that fits `schema`."""
        ...


class ChatApi:
    """`/chat/completions`.

    OpenAI's newer models accept only `max_completion_tokens`; compatible servers know `max_tokens`.
    `official` is true for OpenAI itself.
    """

    def __init__(self, client: AsyncOpenAI, *, official: bool) -> None:
        self._client = client
        self._official = official

    async def pieces(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Stream the answer to the messages."""
        stream: AsyncStream[ChatCompletionChunk] = await self._client.chat.completions.create(
            model=request.model,
            messages=[_message(message) for message in request.messages],
            temperature=request.temperature,
            max_completion_tokens=request.max_tokens if self._official else omit,
            max_tokens=omit if self._official else request.max_tokens,
            stop=list(request.stop) or omit,
            stream=True,
            stream_options={"include_usage": True},
        )
        async with stream:
            async for chunk in stream:
                for choice in chunk.choices[:1]:
                    text = choice.delta.content or ""
                    yield Piece(text=text, finished=choice.finish_reason)
                if chunk.usage is not None:
                    yield Piece(served_as=chunk.model, usage=chunk.usage)

    async def json(self, request: Request, schema: dict[str, Any]) -> Piece:
        """Complete with `response_format` set to `schema`."""
        completion = await self._client.chat.completions.create(
            model=request.model,
            messages=[_message(message) for message in request.messages],
            temperature=request.temperature,
            max_completion_tokens=request.max_tokens if self._official else omit,
            max_tokens=omit if self._official else request.max_tokens,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema},
            },
        )
        whole = Piece(served_as=completion.model, usage=completion.usage)
        for choice in (completion.choices or ())[:1]:
            text = choice.message.content or ""
            return replace(whole, text=text, finished=choice.finish_reason)
        return whole


class CompletionsApi:
    """`/completions`, for base models: the messages become a transcript to be continued."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def pieces(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Stream what continues the transcript, up to the next user's turn."""
        stream: AsyncStream[Completion] = await self._client.completions.create(
            model=request.model,
            prompt=transcript(request.messages),
            temperature=request.temperature,
            max_tokens=request.max_tokens,
            stop=[*request.stop, _TURN],
            stream=True,
            stream_options={"include_usage": True},
        )
        async with stream:
            async for chunk in stream:
                for choice in chunk.choices[:1]:
                    yield Piece(text=choice.text, finished=choice.finish_reason or None)
                if chunk.usage is not None:
                    yield Piece(served_as=chunk.model, usage=chunk.usage)

    async def json(self, request: Request, schema: dict[str, Any]) -> Piece:
        """Complete with llama.cpp's `json_schema`; OpenAI's API has no such field here."""
        completion = await self._client.completions.create(
            model=request.model,
            prompt=transcript(request.messages),
            temperature=request.temperature,
            max_tokens=request.max_tokens,
            stop=[_TURN],
            extra_body={"json_schema": schema},
        )
        whole = Piece(served_as=completion.model, usage=completion.usage)
        for choice in (completion.choices or ())[:1]:
            return replace(whole, text=choice.text, finished=choice.finish_reason)
        return whole


_TURN = "\n\nUser:"
_NAMES = {"system": "Instructions", "user": "User", "assistant": "Assistant"}
# What ends a line, for one reader or another; `^` alone recognises only the first
_LINE_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# The position before such a line
_POSING = re.compile(
    rf"(?:^|(?<=[{_LINE_ENDS}]))"
    rf"(?=[^\S{_LINE_ENDS}]*+(?:Instructions|User|Assistant)\s*+[:：])",
    re.IGNORECASE | re.MULTILINE,
)


def transcript(messages: Sequence[ChatMessage]) -> str:
    """Return the messages as a text that ends where the assistant's answer begins.

    A line inside a message that looks like the beginning of a turn is quoted with `> `.
    """
    turns = (f"{_NAMES[m.role]}: {_POSING.sub('> ', m.content)}" for m in messages)
    return "\n\n".join([*turns, "Assistant:"])


def _message(message: ChatMessage) -> ChatCompletionMessageParam:
    if message.role == "system":
        return ChatCompletionSystemMessageParam(role="system", content=message.content)
    if message.role == "assistant":
        return ChatCompletionAssistantMessageParam(role="assistant", content=message.content)
    return ChatCompletionUserMessageParam(role="user", content=message.content)
