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
