"""What of a folder is not published, and why, by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_FEW = 3


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is not published."""

    path: Path
    reason: str

    @property
    def kind(self) -> str:
        """The suffix, by which people know a format; empty where it says nothing."""
        return "" if self.path.name.startswith(".") else self.path.suffix.lower()


class SkippedKind(BaseModel):
    """How many files of a suffix are skipped for a reason, and the first of them."""

    model_config = ConfigDict(frozen=True)

    suffix: str
    reason: str
    count: int
    examples: tuple[str, ...]


def skipped_kinds(skipped: Iterable[Skipped]) -> tuple[SkippedKind, ...]:
    """Return the kinds, the most frequent first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in skipped:
        # a file name may be invalid UTF-8, but a report must be valid
        name = str(each.path).encode("utf-8", "replace").decode()
        groups.setdefault((each.kind, each.reason), []).append(name)
    kinds = (
        SkippedKind(suffix=suffix, reason=reason, count=len(names), examples=tuple(names[:_FEW]))
        for (suffix, reason), names in groups.items()
    )
    return tuple(sorted(kinds, key=lambda kind: (-kind.count, kind.suffix, kind.reason)))


def skipped_text(skipped: Sequence[Skipped]) -> str:
    """Return the kinds on one line: `3 .png (no format that Ragline reads)`."""
    return ", ".join(map(kind_text, skipped_kinds(skipped)))


def kind_text(kind: SkippedKind) -> str:
    """Return a kind in a few words."""
    return f"{kind.count} {kind.suffix}".rstrip() + f" ({kind.reason})"
