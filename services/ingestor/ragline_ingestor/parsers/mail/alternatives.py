"""Of several forms of the same text of a message, the one to read."""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from ragline_ingestor.parsers.html_nodes import text_length
from ragline_ingestor.parsers.mail.letter import LetterBody


def best_form(forms: Sequence[tuple[LetterBody, ...]]) -> tuple[LetterBody, ...]:
    """Return the form that is HTML, unless it only says that there is more: half of another."""
    sizes = [sum(map(_length, form)) for form in forms]
    most = max(sizes, default=0)
    enough = [form for form, size in zip(forms, sizes, strict=True) if size and 2 * size > most]
    return max(enough, key=lambda form: any(body.is_html for body in form), default=())


def _length(body: LetterBody) -> int:
    if not body.is_html:
        return len("".join(body.text.split()))
    shown = LexborHTMLParser(body.text).body
    return 0 if shown is None else text_length(shown)
