"""Passages of real text, and new ones recombined from their sentences.

Recombined text keeps the frequencies of words, of words beside each other within a sentence, and of
lengths. It brings no new words: beyond the given corpora, a vocabulary grows no further.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# a chunk is closed at this many characters, as the ingestor's default does
_TARGET = 800
_END_OF_SENTENCE = re.compile(r"[.!?](?=\s)")


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """Consecutive sentences of one document, about as long as a chunk."""

    title: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return " ".join(self.sentences)


def passages_of(documents: Iterable[tuple[str, str]]) -> list[SourcePassage]:
    """Cut documents, given as title and text, into passages in order."""
    return [passage for title, text in documents for passage in _cut(title, text)]


def recombined(passages: Sequence[SourcePassage], first: int, second: int, seed: int) -> str:
    """Return the first passage with about every other sentence from the second one."""
    choice = random.Random(seed)  # noqa: S311  # no secret
    mixed = [
        choice.choice(passages[second].sentences) if choice.random() < 0.5 else sentence
        for sentence in passages[first].sentences
    ]
    return " ".join(mixed)


def _cut(title: str, text: str) -> Iterator[SourcePassage]:
    sentences: list[str] = []
    for sentence in _sentences(text):
        if sentences and sum(map(len, sentences)) + len(sentence) > _TARGET:
            yield SourcePassage(title, tuple(sentences))
            sentences = []
        sentences.append(sentence)
    if sentences:
        yield SourcePassage(title, tuple(sentences))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in _END_OF_SENTENCE.finditer(text):
        yield from _pieces(text[start : match.end()])
        start = match.end()
    yield from _pieces(text[start:])


def _pieces(sentence: str) -> Iterator[str]:
    """Yield a sentence, in pieces if it is longer than a chunk, as tables and code are."""
    words = sentence.split()
    piece: list[str] = []
    length = 0
    for word in words:
        if piece and length + len(word) > _TARGET:
            yield " ".join(piece)
            piece, length = [], 0
        piece.append(word[:_TARGET])
        length += len(word) + 1
    if piece:
        yield " ".join(piece)
