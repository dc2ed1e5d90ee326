"""What an answer is made from, as a key: equal keys, equally good answers."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

from ragline.contracts.queries import CandidatesRanked, Filters, Passage

# How well a passage fits drifts with its document's age; what it says does not
_FIT = {"scores", "fused", "rerank", "score"}
# What of a plan concerns writing; the rest decided which passages there are
_SHAPE = {"name", "token_budget", "extractive", "unsupported"}


def cache_key(event: CandidatesRanked, *, made_with: str) -> str:
    """Return the digest, 64 hexadecimal digits, of all that decides the answer to `event`.

    `made_with` names what writes and checks answers: model, prompt, rules. Who asks counts by
    groups alone, and when does not.
    """
    stated = json.dumps({"made_with": made_with} | _question(event) | _material(event))
    return hashlib.blake2b(stated.encode(), digest_size=32).hexdigest()


def normalised(question: str) -> str:
    """Return the question in Unicode's composed form, each run of white space as one blank.

    Case stays: it tells codes and names apart.
    """
    return " ".join(unicodedata.normalize("NFC", question).split())


def _question(event: CandidatesRanked) -> dict[str, Any]:
    # earlier turns are in the prompt: without them one conversation would speak in another
    return {
        "tenant": event.tenant,
        "groups": sorted(set(event.principal.groups)),
        "filters": _filters(event.filters),
        "question": normalised(event.standalone_text),
        "asked_as": normalised(event.text) if event.history else None,  # tells the language
        "history": [(turn.role, turn.text) for turn in event.history],
        "intent": event.intent,
        "plan": event.plan.model_dump(include=_SHAPE),
        "max_answer_tokens": event.options.max_answer_tokens,
    }


def _filters(filters: Filters) -> dict[str, Any]:
    stated = filters.model_dump(mode="json").items()
    return {name: sorted(value) if isinstance(value, list) else value for name, value in stated}


def _material(event: CandidatesRanked) -> dict[str, Any]:
    return {"passages": [_content(passage) for passage in event.passages]}


def _content(passage: Passage) -> dict[str, Any]:
    """Return all that an answer may quote: chunk and version, but also text, title and URL."""
    return passage.model_dump(mode="json", exclude=_FIT)
