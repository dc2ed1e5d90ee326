"""From the input of a request to a question, and from an answer to a response. Pure."""

from __future__ import annotations

from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.conversation import read_conversation
from ragline_gateway.chat.models import Message
from ragline_gateway.chat.parameters import check_parameters, refused
from ragline_gateway.chat.translation import (
    AnswerContent,
    ChatQuestion,
    chat_question,
    check_model,
    extension,
    is_cut_off,
    usage,
)
from ragline_gateway.problems import Problem
from ragline_gateway.responses.annotations import annotations_of, annotations_of_all
from ragline_gateway.responses.models import (
    IncompleteDetails,
    InputItem,
    OutputMessage,
    OutputRefusal,
    OutputText,
    ResponseBody,
    ResponseFailure,
    ResponseRequest,
    ResponseUsage,
)
from ragline_gateway.responses.parameters import LIMITED, WITHOUT_EFFECT

_REFERENCE = "item_reference"


def question(request: ResponseRequest) -> ChatQuestion:
    """Return the last message of the input as the question, with the earlier ones as its history.

    Instructions are not followed, like a chat's: the pipeline decides how the model behaves.

    Raises:
        Problem: unknown model, no question, one that is too long, or a parameter that is refused.
    """
    check_model(request.model)
    check_parameters(request.model_extra or {}, without_effect=WITHOUT_EFFECT, limited=LIMITED)
    if request.stream_options is not None and not request.stream:
        reason = "it is of use only with `stream`: leave it out"
        raise refused("unsupported-parameter", "This is not supported", reason, "stream_options")
    messages = _messages(request.input)
    if request.instructions:
        messages.append(Message(role="developer", content="instructions"))
    return chat_question(
        read_conversation(messages, field="input"),
        tokens=request.max_output_tokens,
        schema=request.text.schema_text() if request.text else None,
    )


def _messages(given: str | tuple[InputItem, ...]) -> list[Message]:
    if isinstance(given, str):
        return [Message(role="user", content=given)]
    for place, item in enumerate(given):
        if item.type == _REFERENCE:
            reason = "answers are not kept for later calls: send the message itself"
            raise refused("unsupported-input", "This is not supported", reason, "input", place)
    return [item.as_message() for item in given]


def response(
    answer: QueryAnswered, content: AnswerContent, *, created_at: int, notes: tuple[str, ...] = ()
) -> ResponseBody:
    """Return an answer, or a refusal, as a response; `notes` are the question's."""
    used, cut = usage(answer), is_cut_off(answer)
    message = OutputMessage(
        id=message_id(answer.query_id),
        status="incomplete" if cut else "completed",
        content=(part(answer, content),),
    )
    return ResponseBody(
        id=response_id(answer.query_id),
        created_at=created_at,
        status=message.status,
        output=(message,),
        incomplete_details=IncompleteDetails() if cut else None,
        usage=ResponseUsage(
            input_tokens=used.prompt_tokens,
            output_tokens=used.completion_tokens,
            total_tokens=used.total_tokens,
        ),
        citations=answer.citations,
        ragline=extension(answer, notes=notes, said=content.said),
    )


def part(answer: QueryAnswered, content: AnswerContent) -> OutputText | OutputRefusal:
    """Return the one part of the message."""
    if content.refusal is not None:
        return OutputRefusal(refusal=content.refusal)
    text = content.text or ""
    annotate = annotations_of if answer.json_text is None else annotations_of_all
    return OutputText(text=text, annotations=annotate(text, answer.citations))


def failure(problem: Problem) -> ResponseFailure:
    """Return a problem as the error of a response whose stream has begun."""
    code = "server_error" if problem.status >= 500 else "invalid_prompt"
    return ResponseFailure(code=code, message=problem.text())


def response_id(query_id: str) -> str:
    """Return the id of a question's response."""
    return f"resp_{query_id}"


def message_id(query_id: str) -> str:
    """Return the id of the message in a question's response."""
    return f"msg_{query_id}"
