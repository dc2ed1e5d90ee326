"""What makes two embedders interchangeable."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What is put before each question and each passage."""

    query: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarityScale:
    """Maps a model's cosines to those that all-MiniLM-L6-v2 gives to the same texts.

    Models use the range of cosines differently: unrelated texts are at about 0.1 for
    all-MiniLM-L6-v2, at 0.5 for bge and at 0.7 for e5. Thresholds are stated for the first.
    The map is linear, so that it changes no order.
    """

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, cosine: float) -> float:
        """Return the similarity for a cosine, in [-1, 1]."""
        return max(-1.0, min(1.0, self.slope * cosine + self.offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The model's name with its revision, the vectors' length, and the prefixes."""

    model: str
    dimensions: int
    prefixes: Prefixes = field(default_factory=Prefixes)

    @property
    def fingerprint(self) -> str:
        """The vectors' identity: embedders are interchangeable when these strings are equal."""
        prefixes = json.dumps([self.prefixes.query, self.prefixes.document])
        return f"{self.model} dim={self.dimensions} norm=l2 prefix={prefixes}"
