"""Prompts: versioned Markdown files filled with passages, history and the question.

Version `answer.v4` is `answer.v4.system.md`, `answer.v4.user.md` (placeholders `$passages`,
`$question`, `$language` and `$shape`), one `answer.v4.<intent>.md` with the shape that suits the
intent, and `answer.v4.example.{user,assistant}.md`, a worked example for base models.

What never changes comes first, so that a server can keep what it has read of it: the packaged
system text has no placeholder. One of your own may have `$language` and `$shape` in either file.

Passages are data. They stand in one element, each below its number, and `injection.py` escapes
everything that looks like the element, such a number or a turn ("indirect prompt injection":
Greshake et al., 2023).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, starmap
from operator import attrgetter
from pathlib import Path
from string import Template

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Turn
from ragline.errors import Misconfigured
from ragline.ports.models import ChatMessage
from ragline_generator.passages.context import Context, Excerpt, label
from ragline_generator.writing.injection import neutralised

PACKAGED = Path(__file__).with_name("prompts")
DEFAULT = "answer.v4"
NO_ANSWER = "NO_ANSWER"

_ANY_LANGUAGE = "the language of the question"
_CONTENT = frozenset({"passages", "question"})
_FORM = frozenset({"language", "shape"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """One version of the prompts; `name` is what answers report."""

    name: str
    system: Template
    user: Template
    shapes: Mapping[Intent, str]
    example: Sequence[ChatMessage]

    def build(
        self,
        question: str,
        intent: Intent,
        context: Context,
        history: Sequence[Turn] = (),
        *,
        language: str | None = None,
        example: bool = False,
    ) -> list[ChatMessage]:
        """Return the messages that ask a model to answer from `context`.

        After the system's, users and assistant take turns: turns of one role after each other are
        one message, because some chat templates refuse two. `language` is the English name of the
        answer's language, if it is known. `example` adds one worked example, which base models need
        to see the form of an answer.
        """
        form = {"language": language or _ANY_LANGUAGE, "shape": self.shapes[intent]}
        user = self.user.substitute(
            form,
            passages="\n".join(starmap(_passage, enumerate(context, start=1))),
            question=neutralised(question),
        )
        told = _alternating(ChatMessage(role=turn.role, content=turn.text) for turn in history)
        turns = (replace(each, content=neutralised(each.content)) for each in told)
        asked = ChatMessage(role="user", content=user)
        return [
            ChatMessage(role="system", content=self.system.substitute(form)),
            *_alternating((*(self.example if example else ()), *turns, asked)),
        ]


def load(name: str = DEFAULT, folder: Path = PACKAGED) -> Prompts:
    """Read version `name` of the prompts in `folder`.

    Raises:
        Misconfigured: a file or a placeholder is missing, or a placeholder is unknown; names it.
    """

    def text(part: str) -> str:
        return _read(folder / f"{name}.{part}.md")

    system = _template(folder / f"{name}.system.md", needs=frozenset(), may_have=_FORM)
    stated = frozenset(system.get_identifiers())
    return Prompts(
        name=name,
        system=system,
        user=_template(folder / f"{name}.user.md", needs=_CONTENT | _FORM - stated, may_have=_FORM),
        shapes={intent: text(intent) for intent in Intent},
        example=(
            ChatMessage(role="user", content=text("example.user")),
            ChatMessage(role="assistant", content=text("example.assistant")),
        ),
    )


def recent(history: Sequence[Turn], *, budget: int, count: Callable[[str], int]) -> list[Turn]:
    """Return the latest turns that fit into `budget` tokens, oldest first, starting with a user's.

    Some chat templates refuse a conversation that starts with an assistant's turn.
    """
    kept: list[Turn] = []
    for turn in reversed(history):
        budget -= count(turn.text)
        if budget < 0:
            break
        kept.insert(0, turn)
    while kept and kept[0].role != "user":
        kept.pop(0)
    return kept


def _alternating(messages: Iterable[ChatMessage]) -> Iterator[ChatMessage]:
    for role, same in groupby(messages, key=attrgetter("role")):
        yield ChatMessage(role=role, content="\n\n".join(each.content for each in same))


def _passage(number: int, excerpt: Excerpt) -> str:
    place = _on_one_line(label(excerpt.passage))
    return f"[{number}] {place}".rstrip() + f"\n{neutralised(excerpt.text)}"


def _on_one_line(text: str) -> str:
    return neutralised(" ".join(text.split()))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"cannot read the prompt {path}: {error}") from error


def _template(path: Path, *, needs: frozenset[str], may_have: frozenset[str]) -> Template:
    template = Template(_read(path))
    found = frozenset(template.get_identifiers())
    if not template.is_valid() or not needs <= found <= needs | may_have:
        raise Misconfigured(
            f"{path} must have the placeholders {_listed(needs)}, may have {_listed(may_have)} and "
            f"no other; it has: {_listed(found)} (a dollar sign as such is written $$)"
        )
    return template


def _listed(placeholders: frozenset[str]) -> str:
    return ", ".join(f"${name}" for name in sorted(placeholders)) or "none"
