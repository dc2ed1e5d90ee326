"""Builds change events from requests. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, Operation
from ragline_gateway.documents.models import AccessBody, DocumentBody
from ragline_gateway.problems import Problem

E = TypeVar("E")


def changed(tenant: str, document_id: str, body: DocumentBody, now_ms: int) -> DocumentChanged:
    """Return the event of a document's new state.

    Raises:
        Problem: 422, the fields contradict each other, or the id is not valid.
    """
    fields = body.model_dump(exclude={"version"})
    version = now_ms if body.version is None else body.version
    return _valid(
        lambda: DocumentChanged(tenant=tenant, document_id=document_id, version=version, **fields)
    )


def deleted(tenant: str, document_id: str, version: int | None, now_ms: int) -> DocumentChanged:
    """Return the event of a document's deletion. Raises as `changed`."""
    return _valid(
        lambda: DocumentChanged(
            tenant=tenant,
            document_id=document_id,
            version=now_ms if version is None else version,
            operation=Operation.DELETE,
        )
    )


def access_changed(
    tenant: str, document_id: str, body: AccessBody, now_ms: int
) -> DocumentAccessChanged:
    """Return the event of a document's new readers. Raises as `changed`."""
    return _valid(
        lambda: DocumentAccessChanged(
            tenant=tenant,
            document_id=document_id,
            version=now_ms if body.version is None else body.version,
            access=body.access,
        )
    )


def _valid(make: Callable[[], E]) -> E:
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(
            status=422,
            code="invalid-document",
            title="This is no document",
            detail=f"{where}: {first['msg']}",
        ) from error
