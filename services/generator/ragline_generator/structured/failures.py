"""Why a question's JSON schema was not filled: told to who wrote the program, so in English."""

from __future__ import annotations

from ragline.contracts import bounds
from ragline.contracts.answers import AnswerError
from ragline.errors import RaglineError, TransientError

NO_MODEL = AnswerError(
    code="no_language_model",
    message="A JSON schema is filled by a language model, and the generator has none: ask without "
    "the schema, or set RAGLINE_LLM__BASE_URL or RAGLINE_LLM__API_KEY of the generator.",
)
SCHEMA_TOO_LONG = AnswerError(
    code="schema_too_long",
    message="The schema does not fit into the language model's context beside the answer: take a "
    "shorter one.",
)
_PLACE_CHARS = 200


def schema_not_met(place: str) -> AnswerError:
    """Return why a schema was not filled; `place` is the JSON path that did not fit, or empty."""
    where = f" What did not fit last: {bounds.clip(place, _PLACE_CHARS)}." if place else ""
    return AnswerError(
        code="schema_not_met",
        message=f"The language model wrote no JSON that fits the schema, in two tries.{where} Take "
        "a simpler schema, or one that allows null.",
    )


def model_failed(error: RaglineError) -> AnswerError:
    """Return the reason where the model did not reply; only the log has the error's own words."""
    wait = error.retry_after if isinstance(error, TransientError) else None
    message = (
        "The text is there, but the language model did not write its JSON: ask again, or without "
        "a JSON schema."
    )
    return AnswerError(code=error.code, message=message, retry_after=wait)
