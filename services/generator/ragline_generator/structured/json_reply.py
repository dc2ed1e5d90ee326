"""A model's reply read as JSON that fits a schema. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from ragline.contracts import bounds
from ragline_generator.structured.bounded_check import TooCostly, bounded_check

# What servers without grammars let models put around their JSON
_FENCE = re.compile(r"\A```(?:json)?\n|\n```\Z")
_MOST_TOLD = 300


class Misfit(ValueError):
    """The `reply` does not fit, at `place`; the message says why to the model that wrote it."""

    def __init__(self, message: str, *, reply: str, place: str = "") -> None:
        super().__init__(bounds.clip(message, _MOST_TOLD))
        self.reply = reply
        self.place = place


def json_reply(text: str, schema: Mapping[str, Any]) -> str:
    """Return the JSON of a reply that fits `schema`, as text.

    Args:
        text: the reply.
        schema: one that `contracts/answer_schema.py` takes, so it refers to nothing outside of it.

    Raises:
        Misfit: the reply is no JSON object, does not fit, or takes too long to check.
    """
    problem, place = "it is no JSON object", ""
    try:
        value = json.loads(_FENCE.sub("", text.strip()), parse_constant=_no_number)
        if isinstance(value, dict):
            told = _spelt(value)
            error = bounded_check(value, schema)
            if error is None:
                return told
            place = error.json_path.removeprefix("$.").removeprefix("$")
            problem = f"{place or 'the object'}: {error.message}"
    except RecursionError:
        problem = "it is nested too deeply"
    except TooCostly as error:
        problem = str(error)
    except (ArithmeticError, ValueError) as error:
        problem = f"it is no JSON that can be read ({error})"
    raise Misfit(problem, reply=text, place=place)


def _spelt(value: dict[str, Any]) -> str:
    """Return the text of `value`.

    Raises:
        ValueError: half of a surrogate pair, or infinity, has none; or it is too long.
    """
    told = json.dumps(value, ensure_ascii=False, allow_nan=False)
    told.encode()
    if len(told) > bounds.ANSWER_CHARS:
        raise ValueError("too long")
    return told


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
