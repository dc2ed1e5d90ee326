"""Builds change events from uploaded files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ragline.contracts import bounds
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.media_types import (
    BY_SUFFIX,
    encode_content,
    named_media_type,
    refusal,
)
from ragline_gateway.documents.events import changed
from ragline_gateway.documents.models import DocumentBody
from ragline_gateway.documents.sub_resources import sub_resource
from ragline_gateway.problems import Problem

# base64 writes three bytes as four characters
_MOST_BINARY_BYTES = bounds.CONTENT_CHARS // 4 * 3
_TOO_LONG = {
    "text": f"it has more than {bounds.CONTENT_CHARS:,} characters",
    "base64": f"a binary file has at most {_MOST_BINARY_BYTES:,} bytes",
}


def file_changed(
    *,
    tenant: str,
    name: str,
    content: bytes,
    declared_type: str | None,
    tags: Sequence[str],
    access: Sequence[str],
    now_ms: int,
) -> DocumentChanged:
    """Return the event of an uploaded file, whose name is the document's id.

    The suffix of the name determines the format first: media types from browsers are less reliable.

    Raises:
        Problem: 413, the file is too large; 415, the format is not supported; 422, the name is not
            a valid id, or the path of something else.
    """
    media_type = named_media_type(PurePosixPath(name).suffix) or declared_type
    if media_type not in set(BY_SUFFIX.values()):
        reason = refusal(media_type) or f"name it with one of {', '.join(sorted(BY_SUFFIX))}"
        raise Problem(
            status=415,
            code="unknown-format",
            title="This format cannot be read",
            detail=f"{name}: {reason}",
        )
    if (part := sub_resource(name)) is not None:
        raise Problem(
            status=422,
            code="reserved-name",
            title="No document can have this name",
            detail=f"{name}: `/{part}` is a part of each document's path: rename the file",
        )
    text, encoding = encode_content(content, media_type)
    if len(text) > bounds.CONTENT_CHARS:
        raise Problem(
            status=413,
            code="file-too-large",
            title="The file is too large",
            detail=f"{name}: {_TOO_LONG[encoding]}; PUT larger ones with a `content_uri`",
        )
    body = DocumentBody(
        content=text,
        content_encoding=encoding,
        media_type=media_type,
        tags=tuple(tags),
        access=tuple(access) or None,
    )
    return changed(tenant, name, body, now_ms)
