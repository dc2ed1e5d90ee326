"""What is embedded of a chunk, and so what its vector is cached under."""

from __future__ import annotations

from collections.abc import Sequence


def embedded_text(title: str, heading_path: Sequence[str], text: str) -> str:
    """Return the text that is embedded for a chunk: title, heading path, text.

    A first heading that repeats the title is included once.
    """
    path = heading_path[1:] if heading_path[:1] == (title,) else heading_path
    return "\n".join(part for part in (title, " > ".join(path), text) if part)
