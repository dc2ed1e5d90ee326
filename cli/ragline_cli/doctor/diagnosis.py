"""What a check found."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict, field_serializer


class Severity(IntEnum):
    """How bad it is: `NOTICE` needs nothing, `WARNING` will hurt, `ERROR` hurts now."""

    NOTICE = 0
    WARNING = 1
    ERROR = 2


class Diagnosis(BaseModel):
    """One thing that a check found: what it means, and the command that mends it, if there is one.

    `subject` is what it is about: a topic, a group, a server.
    """

    model_config = ConfigDict(frozen=True)

    check: str
    severity: Severity
    subject: str
    meaning: str
    remedy: str = ""

    @field_serializer("severity")
    def _name(self, severity: Severity) -> str:
        return severity.name.lower()


def worst(diagnoses: Iterable[Diagnosis]) -> Severity:
    """Return the highest severity; `NOTICE` if nothing was found."""
    return max((each.severity for each in diagnoses), default=Severity.NOTICE)
