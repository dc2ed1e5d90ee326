"""Judged conversations: what each turn means, in words that its standalone form has or has not.

The files in `conversations/judged/` are ours: English on the RabbitMQ pages, German, French and
Spanish on subjects of daily life. The first turn of a conversation opens it; all others are judged.
Every third conversation of a file is held back: rules are written looking at the others only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ragline.contracts.queries import Turn
from ragline.errors import Misconfigured

SHIPPED: Traversable = files(__package__) / "judged"
_HELD_BACK_EACH = 3
# A shorter word has to end where it is found: "Go" is not in "goes"
_STEM_CHARS = 4


class TurnKind(StrEnum):
    """How a turn depends on those before it."""

    STANDALONE = "standalone"
    PRONOUN = "pronoun"
    ELLIPSIS = "ellipsis"
    CORRECTION = "correction"
    TOPIC_CHANGE = "topic change"


class SetPart(StrEnum):
    """Whether rules were written looking at a conversation."""

    TUNED = "tuned"
    HELD_BACK = "held back"


class _Opening(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1)


class _FollowUp(_Opening):
    kind: TurnKind
    gold: str = Field(min_length=1)
    holds: tuple[str, ...] = Field(min_length=1)
    lacks: tuple[str, ...] = ()
    relevant: tuple[str, ...] = ()


class _Conversation(BaseModel):
    turns: Annotated[list[_FollowUp | _Opening], Field(min_length=2)]


class _File(BaseModel):
    conversations: list[_Conversation]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTurn:
    """A turn with the user's turns before it, and what its standalone form must be.

    Each of `holds` has to be in it (one of several, where `|` parts them), none of `lacks` may be.
    `relevant` are the pages that answer it; none where there are no pages.
    """

    id: str
    language: str
    part: SetPart
    kind: TurnKind
    text: str
    history: tuple[Turn, ...]
    gold: str
    holds: tuple[str, ...]
    lacks: tuple[str, ...]
    relevant: tuple[str, ...]

    def is_right(self, standalone: str) -> bool:
        """Return whether a standalone form has the words that it must have, and no other's."""
        held = all(any(_has(standalone, word) for word in words.split("|")) for words in self.holds)
        return held and not any(_has(standalone, word) for word in self.lacks)


def read(folder: Traversable = SHIPPED) -> Sequence[JudgedTurn]:
    """Return the judged turns of all files of `folder`, which are named by their language.

    Raises:
        Misconfigured: there are none, or a file is wrong.
    """
    found = [
        turn
        for file in sorted(folder.iterdir(), key=lambda each: each.name)
        if file.name.endswith(".toml")
        for turn in _turns(file)
    ]
    if not found:
        raise Misconfigured(f"{folder} holds no conversations")
    return found


def _turns(file: Traversable) -> list[JudgedTurn]:
    language = file.name.removesuffix(".toml")
    try:
        stated = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{file}: {error}") from error
    return [
        JudgedTurn(
            id=f"{language}-{number}-{place}",
            language=language,
            part=SetPart.TUNED if number % _HELD_BACK_EACH else SetPart.HELD_BACK,
            history=tuple(
                Turn(role="user", text=before.text) for before in conversation.turns[:place]
            ),
            **dict(turn),
        )
        for number, conversation in enumerate(stated.conversations, start=1)
        for place, turn in enumerate(conversation.turns)
        if isinstance(turn, _FollowUp)
    ]


def _has(text: str, word: str) -> bool:
    end = "" if len(word) >= _STEM_CHARS else r"(?!\w)"
    return re.search(rf"(?<!\w){re.escape(word)}{end}", text, re.IGNORECASE) is not None
