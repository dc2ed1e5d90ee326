"""From chat messages to a question, and from an answer to a completion. Pure."""

from __future__ import annotations

from ragline.contracts import bounds
from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered
from ragline.contracts.queries import MAX_QUESTION_CHARS, Turn
from ragline_gateway.chat.models import (
    MODEL,
    ChatRequest,
    Choice,
    Completion,
    CompletionUsage,
    Extension,
    Message,
    ReplyMessage,
)
from ragline_gateway.problems import Problem
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


def question(request: ChatRequest) -> AskBody:
    """Return the last message as the question, with the earlier ones as its history.

    System messages and tools are ignored: the pipeline decides how the model behaves.

    Raises:
        Problem: unknown model, no question, or a question that is too long.
    """
    if request.model != MODEL:
        raise _bad(404, "model-not-found", f"The only model is {MODEL!r}", "model")
    *earlier, last = request.messages
    text = last.text.strip()
    if last.role != "user" or not text:
        raise _bad(400, "no-question", "The last message must be the user's question", "messages")
    if len(text) > MAX_QUESTION_CHARS:
        raise _bad(
            400,
            "question-too-long",
            f"The question is longer than {MAX_QUESTION_CHARS:,} characters",
            "messages",
        )
    return AskBody(text=text, history=_history(earlier), options=_options(request))


def _history(messages: list[Message]) -> tuple[Turn, ...]:
    """Return the last turns, oldest first, as many and as long as a question may bring."""
    turns: list[Turn] = []
    left = bounds.HISTORY_CHARS
    for each in reversed(messages):
        text = each.text[: bounds.TURN_CHARS]
        if each.role not in ("user", "assistant") or not text:
            continue
        left -= len(text)
        if left < 0 or len(turns) == bounds.HISTORY_TURNS:
            break
        turns.append(Turn(role=each.role, text=text))
    return tuple(reversed(turns))


def _options(request: ChatRequest) -> AskOptions:
    wanted = request.max_completion_tokens or request.max_tokens
    if wanted is None:
        return AskOptions()
    return AskOptions(max_answer_tokens=min(max(wanted, _LEAST_TOKENS), bounds.ANSWER_TOKENS))


def _bad(status: int, code: str, title: str, param: str) -> Problem:
    return Problem(status=status, code=code, title=title, detail=f"look at `{param}`")


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


def completion(answer: QueryAnswered) -> Completion:
    """Return an answer, or a refusal, as a completion."""
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
        ragline=extension(answer),
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


def extension(answer: QueryAnswered, *, streamed: str | None = None) -> Extension:
    """Return Ragline's fields in addition to OpenAI's; `streamed` is the text already sent."""
    replaces = streamed is not None and streamed != answer.text
    return Extension(
        query_id=answer.query_id,
        status=answer.status,
        intent=answer.intent,
        degradations=answer.degradations,
        support_ratio=answer.validation.support_ratio if answer.validation else None,
        nearest=answer.nearest,
        text=answer.text if replaces else None,
    )
