"""Prompts: versioned Markdown files filled with passages, history and the question.

Version `answer.v2` is `answer.v2.system.md` (placeholders `$language` and `$shape`),
`answer.v2.user.md` (`$passages` and `$question`), one `answer.v2.<intent>.md` with the shape that
suits the intent, and `answer.v2.example.{user,assistant}.md`, a worked example for base models.

Passages are data. Each is in its own numbered element, and `injection.py` escapes everything that
looks like such an element or a turn ("indirect prompt injection": Greshake et al., 2023).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from xml.sax.saxutils import quoteattr

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Turn
from ragline.errors import Misconfigured
from ragline.ports.models import ChatMessage
from ragline_generator.passages.context import Context, Excerpt, label
from ragline_generator.writing.injection import neutralised

PACKAGED = Path(__file__).with_name("prompts")
DEFAULT = "answer.v2"
NO_ANSWER = "NO_ANSWER"

_ANY_LANGUAGE = "the language of the question"


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

        `language` is the English name of the answer's language, if it is known. `example` adds
        one worked example, which base models need to see the form of an answer.
        """
        passages = "\n".join(_passage(number, e) for number, e in enumerate(context, start=1))
        system = self.system.substitute(
            language=language or _ANY_LANGUAGE, shape=self.shapes[intent]
        )
        user = self.user.substitute(passages=passages, question=neutralised(question))
        turns = (ChatMessage(role=t.role, content=neutralised(t.text)) for t in history)
        return [
            ChatMessage(role="system", content=system),
            *(self.example if example else ()),
            *turns,
            ChatMessage(role="user", content=user),
        ]


def load(name: str = DEFAULT, folder: Path = PACKAGED) -> Prompts:
    """Read version `name` of the prompts in `folder`.

    Raises:
        Misconfigured: a file or a placeholder is missing, or a placeholder is unknown; names it.
    """

    def text(part: str) -> str:
        return _read(folder / f"{name}.{part}.md")

    return Prompts(
        name=name,
        system=_template(folder / f"{name}.system.md", {"language", "shape"}),
        user=_template(folder / f"{name}.user.md", {"passages", "question"}),
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


def _passage(number: int, excerpt: Excerpt) -> str:
    source = _attribute(label(excerpt.passage))
    url = f" url={_attribute(excerpt.passage.url)}" if excerpt.passage.url else ""
    text = neutralised(excerpt.text)
    return f'<passage id="{number}" source={source}{url}>\n{text}\n</passage>'


def _attribute(text: str) -> str:
    return neutralised(quoteattr(text))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"cannot read the prompt {path}: {error}") from error


def _template(path: Path, placeholders: Collection[str]) -> Template:
    template = Template(_read(path))
    found = set(template.get_identifiers())
    if not template.is_valid() or found != set(placeholders):
        wanted = ", ".join(f"${name}" for name in sorted(placeholders))
        has = ", ".join(f"${name}" for name in sorted(found)) or "none"
        raise Misconfigured(
            f"{path} must have the placeholders {wanted} and no other; it has: {has} "
            "(a dollar sign as such is written $$)"
        )
    return template
