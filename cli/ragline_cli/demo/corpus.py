"""The demo's corpus: the Python language reference, which is part of CPython."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragline.contracts.documents import DocumentChanged
from ragline.errors import Misconfigured

TENANT = "demo"
QUESTIONS = (
    "What is the difference between a mutable and an immutable object?",
    "How do I define a context manager class for the with statement?",
    "Why do I get an UnboundLocalError when I assign to a variable inside a function?",
)


# Seven topics are longer than this many characters; they make up two thirds of the reference
_LONG = 12_500
_UNDERLINE = re.compile(r" [*=~-]{3,}$")


@dataclass(frozen=True, slots=True)
class DemoRound:
    """Documents, and what is asked once they are searchable."""

    documents: Sequence[DocumentChanged]
    questions: Sequence[str]


def reference_rounds() -> tuple[DemoRound, ...]:
    """Return the reference in two rounds: the first question does not wait for the long topics.

    Raises:
        Misconfigured: as `python_reference`.
    """
    events = python_reference()
    short = [event for event in events if len(event.content or "") <= _LONG]
    long = [event for event in events if len(event.content or "") > _LONG]
    return DemoRound(short, QUESTIONS[:1]), DemoRound(long, QUESTIONS[1:])


def python_reference() -> list[DocumentChanged]:
    """Return the language reference as change events.

    Raises:
        Misconfigured: this Python was packaged without `pydoc_data`.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise Misconfigured(
            "this Python has no language reference inside (pydoc_data): name a folder of your "
            "own with --docs"
        ) from error
    return list(reference_events(topics, version=sys.hexversion))


def reference_events(topics: Mapping[str, str], *, version: int) -> Iterator[DocumentChanged]:
    """Yield one change per topic; a topic that a longer one fully contains is left out.

    Args:
        topics: name to text, in reStructuredText with the title as first line.
        version: of the documents; it must increase with the corpus, as `sys.hexversion` does.
    """
    kept: list[frozenset[str]] = []
    for name, text in sorted(topics.items(), key=lambda topic: len(topic[1]), reverse=True):
        paragraphs = _paragraphs(text)
        if any(paragraphs <= longer for longer in kept):
            continue
        kept.append(paragraphs)
        yield DocumentChanged(
            tenant=TENANT,
            document_id=f"python-reference/{name}",
            version=version,
            content=text,
            media_type="text/plain",
            title=text.lstrip().partition("\n")[0],
            language="en",
        )


def _paragraphs(text: str) -> frozenset[str]:
    """Return the text below the title, without indents and underlines, which nesting changes."""
    paragraphs = (" ".join(part.split()) for part in text.strip().split("\n\n")[1:])
    return frozenset(_UNDERLINE.sub("", paragraph) for paragraph in paragraphs)
