"""From chat messages to a question, and from an answer to a completion. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ragline.contracts import bounds
from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered
from ragline_gateway.chat.conversation import Conversation, read_conversation
from ragline_gateway.chat.models import (
    MODEL,
    ChatRequest,
    Choice,
    Completion,
    CompletionUsage,
    Extension,
    ReplyMessage,
)
from ragline_gateway.chat.parameters import check_parameters, refused
from ragline_gateway.problems import FieldError, Problem, retry_after_header
from ragline_gateway.queries.models import AskBody, AskOptions

_LEAST_TOKENS = 16
# HTTP statuses of questions that end without an answer. Only the generator knows whether it has a
# language model, so that too comes as the reason of a failed answer. OpenAI's clients ask again by
# themselves after 5xx: not what somebody has stopped
_FAILED = {
    "cancelled": 422,
    "overloaded": 503,
    "rate_limited": 503,
    "unavailable": 503,
    "circuit_open": 503,
    "deadline_exceeded": 504,
    "no_language_model": 422,
    "schema_not_met": 422,
    "schema_too_long": 422,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatQuestion:
    """The question of a chat; `notes` say what of the request was not read or followed."""

    body: AskBody
    notes: tuple[str, ...]

    @property
    def for_json(self) -> bool:
        """Whether the content of the answer is to be JSON."""
        return self.body.options.json_schema is not None


def question(request: ChatRequest) -> ChatQuestion:
    """Return the last message as the question, with the earlier ones as its history.

    System messages are not followed: the pipeline decides how the model behaves.

    Raises:
        Problem: unknown model, no question, one that is too long, or a parameter that is refused.
    """
    check_model(request.model)
    check_parameters(request.model_extra or {})
    if request.stream_options is not None and not request.stream:
        reason = "it is of use only with `stream`: leave it out"
        raise refused("unsupported-parameter", "This is not supported", reason, "stream_options")
    conversation = read_conversation(request.messages)
    return chat_question(
        conversation,
        tokens=request.max_completion_tokens or request.max_tokens,
        schema=request.response_format.schema_text() if request.response_format else None,
    )


def check_model(name: str, *, within: str = "body") -> None:
    """Check that a request is for the only model; `within` is the part of it that names one.

    Raises:
        Problem: 404, it is not.
    """
    if name != MODEL:
        raise Problem(
            status=404,
            code="model-not-found",
            title=f"The only model is {MODEL!r}",
            detail="look at `model`",
            errors=[FieldError(loc=[within, "model"], message=f"use {MODEL!r}")],
        )


def chat_question(
    conversation: Conversation, *, tokens: int | None, schema: str | None
) -> ChatQuestion:
    """Return the question of a conversation; `tokens` is how long an answer is wanted."""
    notes = list(conversation.notes)
    taken = tokens and min(max(tokens, _LEAST_TOKENS), bounds.ANSWER_TOKENS)
    if tokens and taken != tokens:
        notes.append(f"an answer may have {taken:,} tokens, not {tokens:,}")
    options = AskOptions(max_answer_tokens=taken, json_schema=schema)
    return ChatQuestion(
        body=AskBody(text=conversation.question, history=conversation.history, options=options),
        notes=tuple(notes),
    )


def check_answered(answer: QueryAnswered, *, for_json: bool = False) -> None:
    """Check that the question has an answer or a refusal.

    Raises:
        Problem: the question failed or expired: 503, 504 or 500; 422, its schema was not filled
            or somebody stopped it.
    """
    if answer.status in (AnswerStatus.ANSWERED, AnswerStatus.REFUSED):
        if for_json and answer.status is AnswerStatus.ANSWERED and answer.json_text is None:
            raise _NO_JSON
        return
    error = answer.error
    code = error.code if error else str(answer.status)
    if answer.status is AnswerStatus.EXPIRED:
        code = "deadline_exceeded"
    wait = error.retry_after if error and error.retry_after else None
    raise Problem(
        status=_FAILED.get(code, 500),
        code=code.replace("_", "-"),
        title=f"The question {answer.status}",
        detail=error.message if error else None,
        headers=retry_after_header(wait) if wait else None,
    )


# While services are upgraded: a generator of an earlier release knows no schemas
_NO_JSON = Problem(
    status=503,
    code="no-json",
    title="The answer came without its JSON",
    detail="ask again when all services are of one release",
    headers={"Retry-After": "30"},
)


def completion(
    answer: QueryAnswered, *, for_json: bool = False, notes: tuple[str, ...] = ()
) -> Completion:
    """Return an answer, or a refusal, as a completion; `notes` are the question's."""
    content = content_of(answer, for_json=for_json)
    return Completion(
        id=completion_id(answer.query_id),
        created=int(answer.answered_at.timestamp()),
        choices=(
            Choice(
                message=ReplyMessage(content=content.text, refusal=content.refusal),
                finish_reason=finish_reason(answer),
            ),
        ),
        usage=usage(answer),
        citations=answer.citations,
        ragline=extension(answer, notes=notes, said=content.said),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContent:
    """What an answer says in OpenAI's fields: a text, JSON too, or a refusal; the other is None."""

    text: str | None = None
    refusal: str | None = None

    @property
    def said(self) -> str:
        """Whichever of them there is."""
        return self.text or self.refusal or ""


def content_of(answer: QueryAnswered, *, for_json: bool) -> AnswerContent:
    """Return the content of an answer.

    Who asks for JSON parses the content, so a refusal is none; others show it to people.
    """
    if not for_json:
        return AnswerContent(text=answer.text)
    if answer.status is AnswerStatus.REFUSED:
        return AnswerContent(refusal=answer.text)
    return AnswerContent(text=answer.json_text)


def completion_id(query_id: str) -> str:
    """Return the id of a question's completion."""
    return f"chatcmpl-{query_id}"


def is_cut_off(answer: QueryAnswered) -> bool:
    """Tell whether the text ends at its limit; JSON is always whole."""
    return Degradation.WHOLE_TEXT in answer.degradations and answer.json_text is None


def finish_reason(answer: QueryAnswered) -> str:
    """Return `length` for a truncated answer, else `stop`."""
    return "length" if is_cut_off(answer) else "stop"


def usage(answer: QueryAnswered) -> CompletionUsage:
    """Return the tokens that the answer cost."""
    used = answer.usage
    return CompletionUsage(
        prompt_tokens=used.prompt_tokens,
        completion_tokens=used.completion_tokens,
        total_tokens=used.prompt_tokens + used.completion_tokens,
    )


def extension(answer: QueryAnswered, *, notes: tuple[str, ...], said: str | None) -> Extension:
    """Return Ragline's fields in addition to OpenAI's; `said` is what stands in those."""
    return Extension(
        query_id=answer.query_id,
        status=answer.status,
        intent=answer.intent,
        degradations=answer.degradations,
        support_ratio=answer.validation.support_ratio if answer.validation else None,
        support=answer.support,
        unanswered=answer.unanswered,
        nearest=answer.nearest,
        notes=notes,
        text=answer.text if said != answer.text else None,
    )
