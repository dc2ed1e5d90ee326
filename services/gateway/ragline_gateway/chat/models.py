"""Requests and responses of OpenAI clients."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from ragline.contracts.answers import Citation, NearestSource
from ragline_gateway.chat.response_format import ResponseFormat

MODEL = "ragline"
# A body within the size limit could hold half a million
MOST_MESSAGES = 10_000


class ContentPart(BaseModel):
    """A piece of a message; only text is read, and a model's refusal, which is one."""

    type: str
    text: str | None = None
    refusal: str | None = None

    @property
    def said(self) -> str | None:
        """The piece's text; null if it is something else, for example an image."""
        return self.refusal if self.type == "refusal" else self.text


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[ContentPart, ...] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """The message's text; of a refusal to a question for JSON, why there is none."""
        if self.content is None or isinstance(self.content, str):
            return self.content or self.refusal or ""
        return "\n".join(part.said for part in self.content if part.said)

    @property
    def foreign(self) -> list[tuple[int, str]]:
        """The places and types of the pieces that are no text."""
        parts = () if self.content is None or isinstance(self.content, str) else self.content
        return [(place, part.type) for place, part in enumerate(parts) if part.said is None]


class StreamOptions(BaseModel):
    """Options of a streamed completion; nothing is ever added to hide the length of chunks."""

    model_config = ConfigDict(extra="forbid")

    include_usage: StrictBool | None = False
    include_obfuscation: Literal[False] | None = None


class ChatRequest(BaseModel):
    """A chat completion request: the last user message is the question, the rest its history.

    OpenAI's other parameters are taken where they cannot change an answer, else refused by name.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "How do I get a new badge?"}],
                    "stream": False,
                }
            ]
        },
    )

    model: str
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    response_format: ResponseFormat | None = None


class CompletionUsage(BaseModel):
    """Tokens of one completion."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Extension(BaseModel):
    """Ragline's fields in addition to OpenAI's.

    `text` is the final text where it differs from the content: that is JSON made from this text, or
    of the streamed pieces claims were removed, or a second attempt replaced the first. `notes` say
    what of the request was not read or followed.
    """

    query_id: str
    status: str
    intent: str | None = None
    degradations: tuple[str, ...] = ()
    support_ratio: float | None = None
    support: float | None = None
    unanswered: tuple[str, ...] = ()
    nearest: tuple[NearestSource, ...] = ()
    notes: tuple[str, ...] = ()
    text: str | None = None


class ReplyMessage(BaseModel):
    """The assistant's message; a refusal to a question for JSON is no content."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: str | None = None


class Choice(BaseModel):
    """The one choice."""

    index: int = 0
    message: ReplyMessage
    finish_reason: Literal["stop", "length"] = "stop"
    logprobs: None = None


class Completion(BaseModel):
    """A chat completion, with `citations` and `ragline` beside OpenAI's fields."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: tuple[Choice, ...]
    usage: CompletionUsage
    citations: tuple[Citation, ...] = ()
    ragline: Extension


class ChunkDelta(BaseModel):
    """A piece of the assistant's message."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    refusal: str | None = None


class ChunkChoice(BaseModel):
    """The one choice of a chunk."""

    index: int = 0
    delta: ChunkDelta
    finish_reason: Literal["stop", "length"] | None = None


class CompletionChunk(BaseModel):
    """One chunk of a streamed completion; the last one carries `citations` and `ragline`."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str = MODEL
    choices: tuple[ChunkChoice, ...]
    usage: CompletionUsage | None = None
    citations: tuple[Citation, ...] | None = None
    ragline: Extension | None = None

    def as_event(self) -> bytes:
        """Return the chunk as a server-sent event; `finish_reason` is there even when null."""
        data: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        for choice in data["choices"]:
            choice.setdefault("finish_reason", None)
        return f"data: {json.dumps(data)}\n\n".encode()


class Model(BaseModel):
    """One model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "ragline"


class Models(BaseModel):
    """The models."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...] = (Model(),)
