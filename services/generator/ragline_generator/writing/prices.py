"""Prices of language models: the packaged `prices.toml`, overridden by the operator's own file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ragline.toml_files import read_toml

PACKAGED = Path(__file__).with_name("prices.toml")

# 2024-07-18, 20241022, 0613, 2411, latest
_DATED = re.compile(r"\d{4,8}(?:-\d{2}-\d{2})?|latest")

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Table(BaseModel):
    """A table of the file; unknown names are refused as typing errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Table):
    """US dollars per million tokens."""

    prompt: Dollars
    completion: Dollars

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return what the tokens cost, in US dollars."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


class _PricesFile(_Table):
    as_of: date | None = None
    note: str = ""
    models: dict[str, Price]


class PriceTable:
    """Prices by model name."""

    def __init__(self, models: Mapping[str, Price] | None = None) -> None:
        self._models = dict(models or {})

    def price(self, model: str) -> Price | None:
        """Return the price of `model`: its own, else that of the name without its date, else None.

            Only a date or `latest` may follow a `-`, because other members of a family
        (`gpt-4o-audio`) have other prices, and a wrong cost is worse than none.
        """
        if model in self._models:
            return self._models[model]
        at = model.find("-")
        families = []
        while at != -1:
            if _DATED.fullmatch(model, at + 1):
                families.append(model[:at])
            at = model.find("-", at + 1)
        known = (self._models[name] for name in reversed(families) if name in self._models)
        return next(known, None)


def load(own: str | None = None) -> PriceTable:
    """Return the packaged prices, overridden by those of the file `own`.

    Raises:
        Misconfigured: `own` is unreadable or not TOML, or a table or field is wrong; names it.
    """
    models = dict(_read(PACKAGED).models)
    if own is not None:
        models |= _read(Path(own)).models
    return PriceTable(models)


def _read(path: Path) -> _PricesFile:
    return read_toml(path, _PricesFile, kind="prices file", depths={"models": 2})
