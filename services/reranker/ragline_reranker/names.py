"""The names, titles and codes in a text, as they are written.

A name is a run of capitalised words, with `of`, `the` and their like between them, or what stands
in quotes or backticks; a code is a word with an underscore. Scripts without capitals have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

_SENTENCE = regex.compile(r"(?<=[.!?])\s++(?=[\p{Lu}\"“])|\n++")
_BETWEEN = "of|the|de|von|van|and|for|du|la|le|del|der|in|on|to|&|und|et|y|of the|von der|van der"
_WORD = r"[\p{Lu}\p{N}][\p{L}\p{M}\p{N}'’.&-]*+"
_NAME = regex.compile(
    r"[\"“](?P<quoted>[^\"“”\n]{2,80})[\"”]"
    r"|`(?P<code>[^`\n]{2,80})`"
    r"|(?P<joined>\b[^\W_]++(?:_++[^\W_]++)++)"
    rf"|(?P<name>\p{{Lu}}[\p{{L}}\p{{M}}\p{{N}}'’.&-]*+(?:\s{{1,3}}+(?:(?:{_BETWEEN})\s{{1,3}}+)?{_WORD}){{0,8}}+)"
)
_AROUND = " .,;:'’\"-&"


class Named(NamedTuple):
    """A name, the sentence that it stands in, and whether only its place may capitalise it."""

    name: str
    sentence: str
    begins: bool = False


def names_in(text: str) -> Iterator[Named]:
    """Yield the names of `text` in order, as often as they occur."""
    for sentence in _SENTENCE.split(text):
        for match in _NAME.finditer(sentence):
            name = next(part for part in match.groups() if part).strip(_AROUND)
            if any(map(str.isalpha, name)):
                yield Named(name, sentence, begins=match.start() == 0 and " " not in name)
