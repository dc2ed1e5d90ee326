"""What an installation shall stand."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, PositiveFloat

from ragline.settings import StoreKind

_MONTH_S = 365.25 * 24 * 3600 / 12
_DAY_S = 24 * 3600


class Demand(BaseModel):
    """The load of the busiest minutes, the objective, and what is stored.

    `peak_to_mean` is how many times more questions come in the busiest minutes than in the mean of
    a month. `model_seconds` is how long the language model takes for an answer, 0 for extractive
    answers; its tokens are those of a question, prompts included.
    """

    model_config = ConfigDict(frozen=True)

    per_second: PositiveFloat
    p95_ms: PositiveFloat
    peak_to_mean: PositiveFloat
    documents: NonNegativeInt
    document_bytes: NonNegativeInt
    chunks: NonNegativeInt
    store: StoreKind
    model_seconds: NonNegativeFloat
    tokens_in: NonNegativeInt
    tokens_out: NonNegativeInt

    @property
    def questions_a_day(self) -> float:
        """Questions of a mean day."""
        return self.per_second / self.peak_to_mean * _DAY_S

    @property
    def questions_a_month(self) -> float:
        """Questions of a mean month."""
        return self.per_second / self.peak_to_mean * _MONTH_S
