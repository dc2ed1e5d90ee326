"""The prompt that asks a model to fill a schema from a checked answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Template

from ragline.contracts.answers import Citation
from ragline.ports.models import ChatMessage
from ragline_generator.writing.injection import neutralised

NAME = "form.v1"
_FOLDER = Path(__file__).parent


def form_prompt(
    question: str, answer: str, citations: Sequence[Citation], *, schema: str
) -> list[ChatMessage]:
    """Return the messages; `schema` is the text of a JSON Schema, of whoever asks.

    It is shown although servers are told of it: their grammars know nothing of its descriptions.
    """
    user = _template("user").substitute(
        answer=neutralised(answer),
        passages="\n".join(map(_passage, citations)),
        question=neutralised(question),
        schema=neutralised(schema),
    )
    return [
        ChatMessage(role="system", content=_template("system").substitute()),
        ChatMessage(role="user", content=user),
    ]


def correction(reply: str, problem: str) -> list[ChatMessage]:
    """Return the messages that show a model what is wrong with its reply."""
    wrong = f"This does not fit the schema: {problem}. Reply with the corrected JSON alone."
    return [
        ChatMessage(role="assistant", content=reply),
        ChatMessage(role="user", content=neutralised(wrong)),
    ]


def _passage(citation: Citation) -> str:
    place = neutralised(" ".join(" > ".join(citation.headings).split()))
    return f"[{citation.marker}] {place}".rstrip() + f"\n{neutralised(citation.quote)}"


@cache
def _template(part: str) -> Template:
    return Template((_FOLDER / f"{NAME}.{part}.md").read_text("utf-8").strip())
