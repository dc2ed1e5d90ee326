"""From chat messages to a question, and from an answer to a completion. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ragline.contracts import bounds
from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered
from ragline_gateway.chat.conversation import read_conversation
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
from ragline_gateway.problems import FieldError, Problem
from ragline_gateway.queries.models import AskBody, AskOptions

_LEAST_TOKENS = 16
# HTTP statuses of questions that end without an answer
_FAILED = {
    "overloaded": 503,
    "rate_limited": 503,
    "unavailable": 503,
    "circuit_open": 503,
    "deadline_exceeded": 504,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatQuestion:
    """The question of a chat; `notes` say what of the request was not read or followed."""

    body: AskBody
    notes: tuple[str, ...]


def question(request: ChatRequest) -> ChatQuestion:
    """Return the last message as the question, with the earlier ones as its history.

    System messages are not followed: the pipeline decides how the model behaves.

    Raises:
        Problem: unknown model, no question, one that is too long, or a parameter that is refused.
    """
    if request.model != MODEL:
        raise Problem(
            status=404,
            code="model-not-found",
            title=f"The only model is {MODEL!r}",
            detail="look at `model`",
            errors=[FieldError(loc=["body", "model"], message=f"use {MODEL!r}")],
        )
    check_parameters(request.model_extra or {})
    if request.stream_options is not None and not request.stream:
        reason = "it is of use only with `stream`: leave it out"
        raise refused("unsupported-parameter", "This is not supported", reason, "stream_options")
    conversation = read_conversation(request.messages)
    options, notes = _options(request)
    return ChatQuestion(
        body=AskBody(text=conversation.question, history=conversation.history, options=options),
        notes=(*conversation.notes, *notes),
    )


def _options(request: ChatRequest) -> tuple[AskOptions, list[str]]:
    wanted = request.max_completion_tokens or request.max_tokens
    if wanted is None:
        return AskOptions(), []
    taken = min(max(wanted, _LEAST_TOKENS), bounds.ANSWER_TOKENS)
    notes = [] if taken == wanted else [f"an answer may have {taken:,} tokens, not {wanted:,}"]
    return AskOptions(max_answer_tokens=taken), notes


def check_answered(answer: QueryAnswered) -> None:
    """Check that the question has an answer or a refusal.

    Raises:
        Problem: the question failed or expired: 503, 504 or 500.
    """
    if answer.status in (AnswerStatus.ANSWERED, AnswerStatus.REFUSED):
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
        headers={"Retry-After": str(max(1, round(wait)))} if wait else None,
    )


def completion(answer: QueryAnswered, *, notes: tuple[str, ...] = ()) -> Completion:
    """Return an answer, or a refusal, as a completion; `notes` are the question's."""
    return Completion(
        id=completion_id(answer.query_id),
        created=int(answer.answered_at.timestamp()),
        choices=(
            Choice(
                message=ReplyMessage(content=answer.text),
                finish_reason=finish_reason(answer),
            ),
        ),
        usage=usage(answer),
        citations=answer.citations,
        ragline=extension(answer, notes=notes),
    )


def completion_id(query_id: str) -> str:
    """Return the id of a question's completion."""
    return f"chatcmpl-{query_id}"


def finish_reason(answer: QueryAnswered) -> str:
    """Return `length` for a truncated answer, else `stop`."""
    return "length" if Degradation.WHOLE_TEXT in answer.degradations else "stop"


def usage(answer: QueryAnswered) -> CompletionUsage:
    """Return the tokens that the answer cost."""
    used = answer.usage
    return CompletionUsage(
        prompt_tokens=used.prompt_tokens,
        completion_tokens=used.completion_tokens,
        total_tokens=used.prompt_tokens + used.completion_tokens,
    )


def extension(
    answer: QueryAnswered, *, notes: tuple[str, ...], streamed: str | None = None
) -> Extension:
    """Return Ragline's fields in addition to OpenAI's; `streamed` is the text already sent."""
    replaces = streamed is not None and streamed != answer.text
    return Extension(
        query_id=answer.query_id,
        status=answer.status,
        intent=answer.intent,
        degradations=answer.degradations,
        support_ratio=answer.validation.support_ratio if answer.validation else None,
        nearest=answer.nearest,
        notes=notes,
        text=answer.text if replaces else None,
    )
