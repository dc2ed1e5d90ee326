"""Prompts: versioned Markdown files filled with passages, history and the question.

Passages are data. Each stands in its own numbered element, and whatever in a passage looks like
such an element is escaped, so that no text can close its element and speak as the user
("indirect prompt injection": Greshake et al., 2023).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from string import Template
from xml.sax.saxutils import quoteattr

from ragline.contracts.queries import Intent, Turn
from ragline.ports.models import ChatMessage
from ragline_generator.context import Context, Excerpt, label

PROMPT = "answer.v1"
NO_ANSWER = "NO_ANSWER"

_ELEMENT = re.compile(r"<(?=\s*/?\s*passage\b)", re.IGNORECASE)
_SHAPES = {
    Intent.FACTUAL: "one to three sentences.",
    Intent.NAVIGATIONAL: "name the document and section where it is described, and its link.",
    Intent.PROCEDURAL: "a numbered list of the complete steps, in order.",
    Intent.TROUBLESHOOTING: "the likely cause first, then what to do.",
}
_EXAMPLE = (
    ChatMessage(
        role="user",
        content=(
            '<passage id="1" source="Lights">\nThe lamp turns off after 90 seconds.\n</passage>\n'
            '<passage id="2" source="Doors">\nDoors lock at night.\n</passage>\n\n'
            "Question: When does the lamp turn off?"
        ),
    ),
    ChatMessage(role="assistant", content="The lamp turns off after 90 seconds [1]."),
)


def build(
    question: str,
    intent: Intent,
    context: Context,
    history: Sequence[Turn] = (),
    *,
    example: bool = False,
) -> list[ChatMessage]:
    """Return the messages that ask a model to answer from `context`.

    `example` adds one worked example, which base models need to see the form of an answer.
    """
    passages = "\n".join(_passage(number, e) for number, e in enumerate(context, start=1))
    system = _template(f"{PROMPT}.system").substitute(shape=_SHAPES[intent])
    user = _template(f"{PROMPT}.user").substitute(passages=passages, question=question)
    return [
        ChatMessage(role="system", content=system.strip()),
        *(_EXAMPLE if example else ()),
        *(ChatMessage(role=turn.role, content=turn.text) for turn in history),
        ChatMessage(role="user", content=user.strip()),
    ]


def recent(history: Sequence[Turn], *, budget: int, count: Callable[[str], int]) -> list[Turn]:
    """Return the latest turns that fit into `budget` tokens, oldest first, beginning with a user's.

    Some chat templates refuse a conversation that an assistant begins.
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


def neutralised(text: str) -> str:
    """Return `text` unable to open or close a passage element."""
    return _ELEMENT.sub("&lt;", text)


def _passage(number: int, excerpt: Excerpt) -> str:
    source = quoteattr(neutralised(label(excerpt.passage)))
    url = f" url={quoteattr(excerpt.passage.url)}" if excerpt.passage.url else ""
    text = neutralised(excerpt.text)
    return f'<passage id="{number}" source={source}{url}>\n{text}\n</passage>'


@lru_cache
def _template(name: str) -> Template:
    return Template((files(__package__) / "prompts" / f"{name}.md").read_text("utf-8"))
