"""The training examples: hand-written ones, and patterns filled from each domain's slots."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

_EXAMPLES = Path(__file__).with_name("examples")
_ARTICLE = re.compile(r"^(?:a|an|the)\s+")
_SLOT = re.compile(r"\{(\w+)\}")
# A hand-written question is worth more than a filled pattern
WRITTEN_WEIGHT = 3.0

Slots = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its intent, its domain and its weight in training."""

    text: str
    intent: str
    domain: str
    weight: float


def load(rng: Random) -> list[Example]:
    """Return all examples; `rng` determines the slots of each pattern, and the noise."""
    return [*_written(), *_generated(rng)]


def _written() -> Iterator[Example]:
    for line in (_EXAMPLES / "written.tsv").read_text(encoding="utf-8").splitlines():
        intent, domain, text = line.split("\t")
        yield Example(text, intent, domain, WRITTEN_WEIGHT)


def _generated(rng: Random) -> Iterator[Example]:
    domains: dict[str, Slots] = tomllib.loads((_EXAMPLES / "domains.toml").read_text("utf-8"))
    patterns: Slots = tomllib.loads((_EXAMPLES / "patterns.toml").read_text("utf-8"))
    for domain, slots in domains.items():
        for intent, forms in patterns.items():
            for pattern in forms:
                yield Example(_noisy(_filled(pattern, slots, rng), rng), intent, domain, 1.0)


def _filled(pattern: str, slots: Slots, rng: Random) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "things":
            return _ARTICLE.sub("", rng.choice(slots["thing"]))
        return rng.choice(slots[name])

    return _SLOT.sub(value, pattern)


def _noisy(text: str, rng: Random) -> str:
    """Vary punctuation, apostrophes and capitals as people do."""
    if rng.random() < 0.3:
        text = text.rstrip("?.!")
    if rng.random() < 0.15:
        text = text.replace("'", "")
    return text[:1].upper() + text[1:] if rng.random() < 0.5 else text
