"""Data files that operators edit: TOML, validated against a model; errors name the place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ragline.errors import Misconfigured

_BARE_KEY = re.compile(r"\w+")
Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model], *, kind: str, depths: Mapping[str, int]) -> Model:
    """Read the file at `path` as a `model`.

    Args:
        path: the file.
        model: the model that the content must fit.
        kind: what to call the file in errors.
        depths: for each top-level table that holds tables, how many keys lead to one of them.

    Raises:
        Misconfigured: the file is unreadable or not TOML, or a table or field is wrong; names it.
    """
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Misconfigured(f"cannot read the {kind} {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} is no valid TOML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(_problem(e["loc"], e["msg"], depths) for e in error.errors())
        raise Misconfigured(f"{path}: {problems}") from error


def _problem(location: tuple[int | str, ...], message: str, depths: Mapping[str, int]) -> str:
    """Name table and field as in the file: `[profiles.default.factual] depth: …`."""
    parts = [str(part) for part in location if part != "[key]"]
    if len(parts) == 1:
        return f"{parts[0]}: {message}"
    depth = depths.get(parts[0], 1)
    table, field = map(_key, parts[:depth]), parts[depth:]
    return f"[{'.'.join(table)}] {'.'.join(field)}: {message}".replace("] :", "]:")


def _key(part: str) -> str:
    return part if _BARE_KEY.fullmatch(part) else f'"{part}"'
