"""Reads the plans from `plans.toml` and chooses one by intent and confidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.errors import Misconfigured
from ragline.toml_files import read_toml
from ragline_classifier.intent import Prediction

PACKAGED = Path(__file__).with_name("plans.toml")
_NAMES = ("balanced", *Intent)

Probability = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    """A table of the file; unknown names are refused as typing errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _PlanTable(Plan):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _can_find_something(self) -> Self:
        if not self.searches:
            raise ValueError("at least one of weights must be above zero")
        if self.passages > self.candidates:
            raise ValueError(f"passages ({self.passages}) exceed candidates ({self.candidates})")
        return self


class _Profile(_Table):
    balanced: _PlanTable
    factual: _PlanTable
    navigational: _PlanTable
    procedural: _PlanTable
    troubleshooting: _PlanTable

    @model_validator(mode="before")
    @classmethod
    def _name_plans(cls, tables: object) -> object:
        """Store its table's name in each plan, so that answers can report it."""
        if not isinstance(tables, dict):
            return tables
        return {
            name: {"name": name, **table} if isinstance(table, dict) else table
            for name, table in tables.items()
        }


class _Confidence(_Table):
    minimum: Probability
    skip_vector: Probability


class _PlansFile(_Table):
    profile: str
    confidence: _Confidence
    profiles: dict[str, _Profile]


class PlanBook:
    """Chooses the plan for a prediction.

    Args:
        plans: one plan for each intent, and `balanced`, by name.
        minimum: confidence below which the plan is `balanced`.
        skip_vector: minimum confidence for a plan without vector search.
    """

    def __init__(self, *, plans: dict[str, Plan], minimum: float, skip_vector: float) -> None:
        self._plans = plans
        self._minimum = minimum
        self._skip_vector = skip_vector

    @property
    def balanced(self) -> Plan:
        """The plan of a question whose intent is unsure."""
        return self._plans["balanced"]

    def choose(self, prediction: Prediction) -> Plan:
        """Return the plan of the predicted intent, or `balanced` when it is too unsure."""
        plan = self._plans[prediction.intent]
        by_vector = SearchKind.VECTOR in plan.searches
        needed = self._minimum if by_vector else max(self._minimum, self._skip_vector)
        return plan if prediction.confidence >= needed else self.balanced


def load(path: Path = PACKAGED, *, profile: str | None = None) -> PlanBook:
    """Read a plans file and return the plans of `profile` (default: the one the file names).

    Raises:
        Misconfigured: unreadable, not TOML, or an invalid table or field; names it.
    """
    content = read_toml(path, _PlansFile, kind="plans file", depths={"profiles": 3})
    name = profile or content.profile
    if name not in content.profiles:
        known = ", ".join(sorted(content.profiles)) or "none"
        raise Misconfigured(f"{path}: no table [profiles.{name}]; it has: {known}")
    tables = content.profiles[name]
    return PlanBook(
        plans={plan: Plan(**getattr(tables, plan).model_dump()) for plan in _NAMES},
        minimum=content.confidence.minimum,
        skip_vector=content.confidence.skip_vector,
    )
