"""What a question is, whatever its id: a digest that tells a repeat from another question."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ragline.contracts.queries import Filters, QuerySubmitted


def question_digest(query: QuerySubmitted) -> str:
    """Return 32 hexadecimal digits of all that the publisher states and that changes the answer.

    Neither times nor the user's name are part of it, nor whether the answer is streamed. A question
    must be digested as it was submitted: the classifier adds filters that depend on the time.
    """
    options = query.options
    stated: dict[str, Any] = {
        "text": query.text,
        "history": [(turn.role, turn.text) for turn in query.history],
        "groups": sorted(set(query.principal.groups)),
        "filters": _stated(query.filters),
        "top_k": options.top_k,
        "max_answer_tokens": options.max_answer_tokens,
        "min_versions": options.min_versions,
    }
    if options.json_schema is not None:
        stated["json_schema"] = options.json_schema
    return _digest(json.dumps(stated, sort_keys=True).encode())


def unreadable_digest(value: bytes) -> str:
    """Return the digest of a record that is no question: only the same bytes are a repeat."""
    return _digest(value)


def _stated(filters: Filters) -> dict[str, Any]:
    # without defaults, so that a field that a later release adds changes no other question's digest
    dumped = filters.model_dump(mode="json", exclude_defaults=True)
    return {name: sorted(v) if isinstance(v, list) else v for name, v in dumped.items()}


def _digest(stated: bytes) -> str:
    return hashlib.blake2b(stated, digest_size=16, person=b"ragline-question").hexdigest()
