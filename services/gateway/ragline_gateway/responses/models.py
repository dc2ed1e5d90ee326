"""Requests and responses of the Responses API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from ragline.contracts.answers import Citation
from ragline_gateway.chat.models import MODEL, MOST_MESSAGES, ContentPart, Extension, Message
from ragline_gateway.responses.text_format import TextConfig

Status = Literal["in_progress", "completed", "incomplete", "failed"]


class InputMessage(BaseModel):
    """A message of the conversation."""

    type: Literal["message"] | None = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: str | tuple[ContentPart, ...]

    def as_message(self) -> Message:
        """Return it as a message of a chat."""
        return Message(role=self.role, content=self.content)


class OtherItem(BaseModel):
    """Something else of the conversation, such as a call of a tool; it is not read."""

    type: str

    @field_validator("type")
    @classmethod
    def _is_another(cls, kind: str) -> str:
        if kind == "message":
            raise ValueError("a message needs a `role` and `content`")
        return kind

    def as_message(self) -> Message:
        """Return what it is in a chat: the message of a tool."""
        return Message(role="tool")


InputItem = InputMessage | OtherItem
InputItems = Annotated[tuple[InputItem, ...], Field(min_length=1, max_length=MOST_MESSAGES)]


class ResponseStreamOptions(BaseModel):
    """Options of a stream; nothing is ever added to hide the length of its pieces."""

    model_config = ConfigDict(extra="forbid")

    include_obfuscation: Literal[False] | None = None


class ResponseRequest(BaseModel):
    """A request for a response: the last message is the question, the rest its history.

    OpenAI's other parameters are taken where they cannot change an answer, else refused by name.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"model": MODEL, "input": "How do I get a new badge?", "stream": False}]
        },
    )

    model: str
    input: str | InputItems
    instructions: str | InputItems | None = None
    stream: StrictBool | None = False
    stream_options: ResponseStreamOptions | None = None
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    text: TextConfig | None = None


class UrlCitation(BaseModel):
    """A source with an address; `[start_index, end_index)` of the text is what it belongs to."""

    type: Literal["url_citation"] = "url_citation"
    start_index: int
    end_index: int
    title: str
    url: str


class FileCitation(BaseModel):
    """A source without an address; `index` is where in the text it is cited."""

    type: Literal["file_citation"] = "file_citation"
    index: int
    file_id: str
    filename: str


Annotations = tuple[UrlCitation | FileCitation, ...]


class OutputText(BaseModel):
    """The text of an answer, or its JSON."""

    type: Literal["output_text"] = "output_text"
    text: str
    annotations: Annotations = ()
    logprobs: tuple[()] = ()


class OutputRefusal(BaseModel):
    """Why a question for JSON has no answer."""

    type: Literal["refusal"] = "refusal"
    refusal: str


class OutputMessage(BaseModel):
    """The assistant's message."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: Literal["in_progress", "completed", "incomplete"]
    content: tuple[OutputText | OutputRefusal, ...] = ()


class CachedTokens(BaseModel):
    """Tokens that a cache of OpenAI's would have had."""

    cached_tokens: int = 0
    cache_write_tokens: int = 0


class ReasoningTokens(BaseModel):
    """Tokens of reasoning, which are not told apart here."""

    reasoning_tokens: int = 0


class ResponseUsage(BaseModel):
    """Tokens of one response."""

    input_tokens: int
    input_tokens_details: CachedTokens = CachedTokens()
    output_tokens: int
    output_tokens_details: ReasoningTokens = ReasoningTokens()
    total_tokens: int


class ResponseFailure(BaseModel):
    """Why a streamed response failed."""

    code: Literal["server_error", "invalid_prompt"]
    message: str


class IncompleteDetails(BaseModel):
    """Why a response ends early."""

    reason: Literal["max_output_tokens"] = "max_output_tokens"


class ResponseBody(BaseModel):
    """A response, with `citations` and `ragline` beside OpenAI's fields."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Status
    model: str = MODEL
    output: tuple[OutputMessage, ...] = ()
    error: ResponseFailure | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: None = None
    metadata: dict[str, str] = {}
    parallel_tool_calls: bool = False
    previous_response_id: None = None
    temperature: None = None
    tool_choice: Literal["none"] = "none"
    tools: tuple[()] = ()
    top_p: None = None
    usage: ResponseUsage | None = None
    citations: tuple[Citation, ...] = ()
    ragline: Extension | None = None
