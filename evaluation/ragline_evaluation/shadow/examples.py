"""The most different pairs of answers of a shadow run, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragline_evaluation.shadow.tally import DifferingPair
from ragline_evaluation.tables import table

_QUOTE_CHARS = 1_000


def examples(found: Sequence[DifferingPair]) -> Iterator[str]:
    """Return a table, followed by the texts if they may be shown."""
    yield table(
        [["query", "tenant", "live", "shadow", "documents live", "documents shadow", "distance"]]
        + [
            [
                cell(each.query_id),
                each.tenant,
                *(_ending(*end) for end in zip(each.statuses, each.reasons, strict=True)),
                *(cell(", ".join(documents)) or "none" for documents in each.documents),
                f"{each.distance:.2f}",
            ]
            for each in found
        ]
    )
    for each in found:
        if each.question is not None and each.texts is not None:
            live, shadow = (_quoted(text) for text in each.texts)
            yield f"**{cell(each.question)}** ({cell(each.query_id)})"
            yield f"live:\n\n{live}\n\nshadow:\n\n{shadow}"


def _ending(status: str, reason: str | None) -> str:
    return f"{status}: {reason}" if reason else status


def _quoted(text: str) -> str:
    lines = text[:_QUOTE_CHARS].splitlines() or ["(no text)"]
    return "\n".join(f"> {line}" for line in lines)


def cell(text: str) -> str:
    """Return text escaped for a table cell."""
    return " ".join(text.replace("|", "\\|").split())
