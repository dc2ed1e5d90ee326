"""Redacts payloads: the structure stays, text that people wrote is replaced by its length.

Values stay readable only at known places and in a known form. For example, an id is shown only in
an id field and only if it looks like an id, so that a malformed record reveals nothing by accident.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, StringConstraints, TypeAdapter, ValidationError

from ragline.contracts.base import DocumentId, QueryId, Tenant
from ragline.contracts.documents import Operation
from ragline.contracts.plan import Intent

_MAX_DEPTH = 40
_MAX_NUMBERS = 16  # a longer list is an embedding, from which text can be guessed
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")
_MediaType = Annotated[
    str, StringConstraints(max_length=127, pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$")
]
_ChunkId = Annotated[str, StringConstraints(max_length=128, pattern=r"^[0-9a-f-]+$")]
_Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
_EACH = None  # in a path: every item of a list
_Path = tuple[str | None, ...]

_SHOWN: Mapping[_Path, TypeAdapter[Any]] = {
    ("query_id",): TypeAdapter(QueryId),
    ("document_id",): TypeAdapter(DocumentId),
    ("tenant",): TypeAdapter(Tenant),
    ("operation",): TypeAdapter(Operation),
    ("content_encoding",): TypeAdapter(Literal["text", "base64"]),
    ("media_type",): TypeAdapter(_MediaType),
    ("language",): TypeAdapter(_Language),
    ("intent",): TypeAdapter(Intent),
    **{(name,): TypeAdapter(AwareDatetime) for name in ("submitted_at", "deadline", "updated_at")},
    **{
        (part, _EACH, name): TypeAdapter(kind)
        for part in ("candidates", "passages")
        for name, kind in (("chunk_id", _ChunkId), ("document_id", DocumentId))
    },
}


def redact(value: bytes | None) -> Any:
    """Return the record value as JSON data in which text is replaced by its length.

    Ids, tenant, operation, media type, language, instants, numbers, booleans and nulls stay.
    Bytes that are not JSON become their length and a digest, by which two values can be compared.
    """
    if value is None:
        return None
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return describe(value)
    return _redacted(parsed, ())


def describe(value: bytes) -> str:
    """Return length and digest (BLAKE2b, 8 bytes) of `value`."""
    return f"‹{len(value)} bytes, blake2b {hashlib.blake2b(value, digest_size=8).hexdigest()}›"


def _redacted(value: Any, path: _Path) -> Any:
    if len(path) > _MAX_DEPTH:
        return "‹nested deeper›"
    match value:
        case str():
            return value if _may_show(value, path) else _length(value)
        case dict():
            return _object(value, path)
        case list():
            return _list(value, path)
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


def _object(value: dict[str, Any], path: _Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, (name, inner) in enumerate(value.items(), start=1):
        # Field names help to see what is wrong; but a name that is a sentence is redacted as text
        shown = name if _NAME.match(name) else f"{_length(name)} #{number}"
        found[shown] = _redacted(inner, (*path, name))
    return found


def _list(value: list[Any], path: _Path) -> Any:
    if len(value) > _MAX_NUMBERS and all(isinstance(item, int | float) for item in value):
        return f"‹{len(value)} numbers›"
    return [_redacted(item, (*path, _EACH)) for item in value]


def _may_show(text: str, path: _Path) -> bool:
    kind = _SHOWN.get(path)
    if kind is None:
        return False
    try:
        kind.validate_python(text)
    except ValidationError:
        return False
    return True


def _length(text: str) -> str:
    return f"‹{len(text)} characters›"
