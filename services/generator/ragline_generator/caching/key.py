"""The cache key of an answer: a digest of all its inputs."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

from ragline.contracts.queries import CandidatesRanked, Filters, Passage

# Scores change with the age of a document; the content of its passages does not
_FIT = {"scores", "fused", "hop_fused", "rerank", "score"}
# The fields of a plan that concern generation; the others determined the passages
_SHAPE = {"name", "token_budget", "extractive", "unsupported"}


def cache_key(event: CandidatesRanked, *, made_with: str) -> str:
    """Return the digest, 64 hexadecimal digits, of all that determines the answer to `event`.

    `made_with` identifies what writes and checks answers: model, prompt, rules. Of the caller only
    the groups are part of the key; the time of the question is not.
    """
    stated = json.dumps({"made_with": made_with} | _question(event) | _material(event))
    return hashlib.blake2b(stated.encode(), digest_size=32).hexdigest()


def normalised(question: str) -> str:
    """Return the question in Unicode form NFC, with each run of white space as one blank.

    Case is kept, because it distinguishes codes and names.
    """
    return " ".join(unicodedata.normalize("NFC", question).split())


def _question(event: CandidatesRanked) -> dict[str, Any]:
    # earlier turns are in the prompt: without them, one conversation's answer would serve another
    return {
        "tenant": event.tenant,
        "groups": sorted(set(event.principal.groups)),
        "filters": _filters(event.filters),
        "question": normalised(event.standalone_text),
        "asked_as": normalised(event.text) if event.history else None,  # for its language
        "history": [(turn.role, turn.text) for turn in event.history],
        "intent": event.intent,
        "plan": event.plan.model_dump(include=_SHAPE),
        "max_answer_tokens": event.options.max_answer_tokens,
        "json_schema": event.options.json_schema,
    }


def _filters(filters: Filters) -> dict[str, Any]:
    stated = filters.model_dump(mode="json").items()
    return {name: sorted(value) if isinstance(value, list) else value for name, value in stated}


def _material(event: CandidatesRanked) -> dict[str, Any]:
    return {"passages": [_content(passage) for passage in event.passages]}


def _content(passage: Passage) -> dict[str, Any]:
    """Return all that an answer may quote: chunk and version, but also text, title and URL."""
    return passage.model_dump(mode="json", exclude=_FIT)
