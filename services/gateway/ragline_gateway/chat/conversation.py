"""The question of a chat and the turns before it, as many as a question may bring. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragline.contracts import bounds
from ragline.contracts.queries import MAX_QUESTION_CHARS, Turn
from ragline_gateway.chat.models import Message
from ragline_gateway.chat.parameters import refused

_INSTRUCTIONS = ("system", "developer")
_TOOLS = ("tool", "function")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A question and its history, oldest turn first; `notes` say what of the chat was not read."""

    question: str
    history: tuple[Turn, ...]
    notes: tuple[str, ...]


def read_conversation(messages: Sequence[Message], *, field: str = "messages") -> Conversation:
    """Return the last message's text as the question; only instructions may follow it.

    `field` is where the messages are in the request.

    Raises:
        Problem: 400, there is no question, it is too long, or it is not text alone.
    """
    last = max(
        (place for place, each in enumerate(messages) if each.role not in _INSTRUCTIONS),
        default=0,
    )
    text = _question(messages[last], (field, last))
    earlier = messages[:last]
    turns = [each for each in earlier if each.role in ("user", "assistant") and each.text]
    history = _history(turns)
    return Conversation(
        question=text,
        history=history,
        notes=tuple(_notes(messages, earlier, turns, history)),
    )


def _question(message: Message, place: tuple[str | int, ...]) -> str:
    if message.role != "user" or not message.text.strip():
        reason = "the last message must be the user's question, with text"
        raise refused("no-question", "There is no question", reason, *place)
    if foreign := message.foreign:
        reason = f"only text is read, not {foreign[0][1]}: leave it out"
        where = (*place, "content", foreign[0][0], "type")
        raise refused("unsupported-content", "This content cannot be read", reason, *where)
    text = message.text.strip()
    if len(text) > MAX_QUESTION_CHARS:
        reason = f"ask in at most {MAX_QUESTION_CHARS:,} characters"
        raise refused("question-too-long", "The question is too long", reason, *place, "content")
    return text


def _history(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Return the last turns, oldest first, as many and as long as a question may bring."""
    turns: list[Turn] = []
    left = bounds.HISTORY_CHARS
    for each in reversed(messages):
        text = each.text[: bounds.TURN_CHARS]
        left -= len(text)
        if left < 0 or len(turns) == bounds.HISTORY_TURNS:
            break
        turns.append(Turn(role=each.role, text=text))
    return tuple(reversed(turns))


def _notes(
    messages: Sequence[Message],
    earlier: Sequence[Message],
    turns: Sequence[Message],
    history: Sequence[Turn],
) -> list[str]:
    notes = []
    if len(history) < len(turns):
        notes.append(f"of {len(turns)} earlier messages only the last {len(history)} were read")
    shortened = sum(
        len(each.text) > bounds.TURN_CHARS for each in turns[len(turns) - len(history) :]
    )
    if shortened:
        notes.append(f"{shortened} earlier messages were cut at {bounds.TURN_CHARS:,} characters")
    if any(each.role in _INSTRUCTIONS and each.text for each in messages):
        notes.append("system and developer messages were not followed")
    if any(each.role in _TOOLS for each in earlier):
        notes.append("messages of tools were not read")
    if any(each.foreign for each in earlier):
        notes.append("only the text of earlier messages was read")
    return notes
