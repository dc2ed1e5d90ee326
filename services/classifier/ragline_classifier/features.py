"""Features of a question for the local model: how it is asked, not what it is about.

A model trained on all words learns the domain of its examples ("card" means trouble). Here only
words that occur in many domains are kept (the lexicon, chosen in training); others are replaced by
their class ("fails" is a fault) or by a placeholder. N-grams of that skeleton and a few
structural features are hashed (Weinberger et al., "Feature Hashing for Large Scale Multitask
Learning", 2009).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from zlib import crc32

from ragline.folding import folded
from ragline_classifier.word_classes import class_of

DIMENSIONS = 1 << 14
_MAX_CHARS = 1_000
_MAX_NGRAM = 4
_OTHER, _NUMBER, _CODE, _STOP = "<w>", "<n>", "<c>", "<.>"
_TOKEN = re.compile(
    r"(?P<code>\b[A-Z]\w*(?:Error|Exception|Failure|Fault|Timeout)\b|\b0x[0-9a-fA-F]+\b"
    r"|\b[A-Z]{1,6}-?\d{3,6}\b|\b[A-Z]+_[A-Z_]+\b|\bE[A-Z]{5,}\b|\b[45]\d\d\b)"
    r"|(?P<number>\d[\d.,:/-]*)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<stop>[.?!;:\n]+)"
)
_MISSING_APOSTROPHE = re.compile(
    r"(?i)^(can|don|doesn|isn|won|didn|couldn|aren|wasn|hasn|haven|shouldn|wouldn)t$"
)


def words(text: str) -> list[str]:
    """Return the lower-case words of `text`, with placeholders for codes, numbers and stops."""
    clean = folded(text[:_MAX_CHARS]).replace("`", "'")
    return [_word(match) for match in _TOKEN.finditer(clean)]


def _word(match: re.Match[str]) -> str:
    if match["code"]:
        return _CODE
    if match["number"]:
        return _NUMBER
    if match["stop"]:
        return _STOP
    return _MISSING_APOSTROPHE.sub(r"\1't", match["word"].lower())


@dataclass(frozen=True, slots=True)
class Features:
    """Distinct hashed features, each in [0, DIMENSIONS).

    `spoken` tells whether any word is in the lexicon or a word class; without one, for example in
    another language, the features mean little.
    """

    active: list[int]
    spoken: bool


def extract(text: str, lexicon: Collection[str]) -> Features:
    """Return the features of `text`."""
    tokens = words(text)
    skeleton = _skeleton(tokens, lexicon)
    names = {*_ngrams(skeleton), *_structure(text, tokens, skeleton)}
    active = sorted({crc32(name.encode()) % DIMENSIONS for name in names})
    return Features(active, any(t not in {_OTHER, _NUMBER, _STOP} for t in skeleton))


def _skeleton(tokens: list[str], lexicon: Collection[str]) -> list[str]:
    """Keep lexicon words and marks; replace each run of other tokens by a class or placeholder."""
    kept = [t if t[0] == "<" or t in lexicon else class_of(t) or _OTHER for t in tokens]
    runs = [t for t, before in zip(kept, [None, *kept], strict=False) if t != before]
    return runs[:-1] if runs and runs[-1] == _STOP else runs


def _ngrams(skeleton: list[str]) -> Iterator[str]:
    padded = ["^", *skeleton, "$"]
    for size in range(1, _MAX_NGRAM + 1):
        for start in range(len(padded) - size + 1):
            yield " ".join(padded[start : start + size])


def _structure(text: str, tokens: list[str], skeleton: list[str]) -> Iterator[str]:
    length = len([t for t in tokens if t != _STOP])
    known = sum(t[0] != "<" for t in skeleton)
    yield f"#length {min(length, 8) if length <= 8 else 9 + (length > 16) + (length > 32)}"
    yield f"#known {min(known, 4)}"
    yield f"#question {'?' in text}"
    yield f"#sentences {min(tokens.count(_STOP), 3)}"
    yield f"#code {_CODE in tokens}"
    for name in {class_of(token) for token in tokens} - {None}:
        yield f"#has {name}"
    if not known:
        yield f"#bare {min(length, 6)}"
