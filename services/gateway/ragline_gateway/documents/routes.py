"""`/v1/documents`: put, delete, access, status, source text, uploads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, HTTPException, Path, Query, Request, UploadFile

from ragline.clock import epoch_ms
from ragline.contracts import bounds
from ragline.contracts.base import DocumentId, Group, Tag, Version
from ragline.contracts.cloudevents import Envelope
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged
from ragline.errors import InvalidEvent
from ragline.ports.store import DocumentRef
from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.access.gate import AccessSetter, Asker, Writer, require
from ragline_gateway.api_document import problems
from ragline_gateway.body_kind import DOCUMENT_BODY, FORM_BODY, JSON_BODY
from ragline_gateway.documents import events, visible_statuses
from ragline_gateway.documents.models import (
    Accepted,
    AccessBody,
    DocumentBody,
    DocumentProgress,
    DocumentReport,
    Recent,
    Rejected,
    SourceBody,
    Uploaded,
)
from ragline_gateway.documents.sub_resources import SUB_RESOURCES, sub_resource
from ragline_gateway.documents.uploads import file_changed
from ragline_gateway.limits.allowance import Allowed
from ragline_gateway.parts import Deps, Parts
from ragline_gateway.problems import FieldError, Problem

router = APIRouter(prefix="/v1/documents", tags=["documents"])

_MOST_LISTED = 200
# reasons in one sentence
_MOST_TOLD = 3

Id = Annotated[
    DocumentId, Path(description="the document's id; may contain slashes", examples=["badges.md"])
]
WantedVersion = Annotated[Version | None, Query(description="of the change; the last when null")]


_FORM = ("files", "access", "tags")


async def _check_parts(request: Request) -> None:
    """Refuse a form with parts of other names: `acess` would make a document everybody's.

    Raises:
        Problem: 422, there is one.
    """
    unknown = sorted(set(await request.form()) - set(_FORM))
    if unknown:
        message = f"a form has the parts {', '.join(_FORM)}"
        raise Problem(
            status=422,
            code="invalid-request",
            title="The request cannot be understood",
            detail="correct what `errors` names",
            errors=[FieldError(loc=["body", name[:64]], message=message) for name in unknown],
        )


@router.get("", summary="Documents that changed last")
async def recent(
    caller: Asker, parts: Deps, limit: Annotated[int, Query(ge=1, le=_MOST_LISTED)] = 20
) -> Recent:
    """Return the statuses of the tenant's documents that the caller may read, newest first.

    With the scope `operate` those of all. What has never been searchable is told to operators.
    """
    found = await parts.views.recent_documents(caller.tenant, limit=_MOST_LISTED)
    told = await visible_statuses.listed(found, caller, parts.sources)
    return Recent(documents=tuple(map(DocumentReport.of, told[:limit])))


@router.post(
    "",
    status_code=202,
    summary="Upload files",
    responses=problems(415),
    dependencies=[FORM_BODY, Depends(_check_parts)],
)
async def upload(
    caller: Writer,
    allowance: Allowed,
    parts: Deps,
    files: Annotated[list[UploadFile], File(description="a file's name is its document's id")],
    access: Annotated[
        list[Group] | None, Form(description="groups that may read", max_length=bounds.GROUPS)
    ] = None,
    tags: Annotated[list[Tag] | None, Form(max_length=bounds.TAGS)] = None,
) -> Uploaded:
    """Store each file as a document; files that are refused are listed, the others are stored.

    If all are refused, the answer is a problem whose `errors` name each. Stating `access` needs the
    scope `access` as well. Each file counts as a request.
    """
    _check_access(caller, access or None)
    await allowance.spend(len(files))
    told: list[Accepted | Rejected] = []
    statuses = set[int]()
    for file in files:
        name = file.filename or ""
        try:
            event = file_changed(
                tenant=caller.tenant,
                name=name,
                content=await file.read(),
                declared_type=file.content_type,
                tags=tags or (),
                access=access or (),
                now_ms=_now_ms(parts),
            )
            told.append(await _publish(parts, caller, event))
        except (Problem, InvalidEvent) as error:
            detail = error.detail if isinstance(error, Problem) else None
            told.append(Rejected(document_id=name, detail=detail or str(error)))
            statuses.add(error.status if isinstance(error, Problem) else 422)
    rejected = [each for each in told if isinstance(each, Rejected)]
    if len(rejected) == len(told):
        raise _all_rejected(rejected, statuses)
    return Uploaded(documents=tuple(told))


def _all_rejected(rejected: Sequence[Rejected], statuses: set[int]) -> Problem:
    return Problem(
        status=statuses.pop() if len(statuses) == 1 else 422,
        code="all-rejected",
        title="No file was stored",
        detail="; ".join(each.detail for each in rejected[:_MOST_TOLD]),
        errors=[
            FieldError(loc=["body", "files", place], message=each.detail)
            for place, each in enumerate(rejected)
        ],
    )


@router.put(
    "/{document_id:path}/access",
    status_code=202,
    summary="Who may read",
    responses=problems(415),
    dependencies=[JSON_BODY],
)
async def set_access(
    document_id: Id, body: AccessBody, caller: AccessSetter, parts: Deps
) -> Accepted:
    """Change who may read a document, without parsing or embedding it again.

    This needs the scope `access`.
    """
    event = events.access_changed(caller.tenant, document_id, body, _now_ms(parts))
    return await _publish(parts, caller, event)


@router.get("/{document_id:path}/status", summary="How a change ended", responses=problems(404))
async def status(
    document_id: Id, caller: Asker, parts: Deps, version: WantedVersion = None
) -> DocumentProgress:
    """Return the outcome of the change to `version`, or `pending`.

    A document that the caller may neither read nor change looks as if it were unknown.
    """
    found = await parts.views.document(caller.tenant, document_id)
    report = await visible_statuses.named(found, caller, parts.sources)
    if report is None and version is None:
        raise _no_such_document()
    wanted = version if version is not None else report.version if report else 0
    return DocumentProgress.of(document_id, report, wanted)


@router.get(
    "/{document_id:path}/source", summary="The text that is searched", responses=problems(404)
)
async def source(
    document_id: Id, caller: Asker, parts: Deps, version: WantedVersion = None
) -> SourceBody:
    """Return the text of the document's current version, if the caller may read it."""
    ref = DocumentRef(tenant=caller.tenant, document_id=document_id)
    found = await parts.sources.read(ref, groups=caller.groups)
    if found is None:
        raise _no_such_document()
    return SourceBody.of(document_id, found, version)


@router.put(
    "/{document_id:path}",
    status_code=202,
    summary="Create or replace a document",
    responses=problems(415),
    dependencies=[DOCUMENT_BODY],
)
async def put(document_id: Id, body: DocumentBody, caller: Writer, parts: Deps) -> Accepted:
    """Store a document's whole new state; it is searchable seconds later.

    Stating `access` needs the scope `access` as well. If it is null, who may read stays as it is.
    """
    _check_access(caller, body.access)
    _check_path(document_id)
    event = events.changed(caller.tenant, document_id, body, _now_ms(parts))
    return await _publish(parts, caller, event)


@router.delete("/{document_id:path}", status_code=202, summary="Delete a document")
async def delete(
    document_id: Id, caller: Writer, parts: Deps, version: WantedVersion = None
) -> Accepted:
    """Delete a document; `status` becomes `deleted` once nothing of it is found any more."""
    _check_path(document_id)
    event = events.deleted(caller.tenant, document_id, version, _now_ms(parts))
    return await _publish(parts, caller, event)


def _check_access(caller: Caller, access: Sequence[str] | None) -> None:
    """Require the scope `access` from whoever states who may read a document.

    Membership in the document's current groups is not enough: the store may not know the latest
    statement yet, and before the first version it knows nothing.
    """
    if access is not None:
        require(caller, KeyScope.ACCESS)


def _check_path(document_id: str) -> None:
    """Refuse a path of a sub-resource; a document with such an id can only come through Kafka.

    Otherwise `DELETE …/badges.md/access` would delete a document of that name.
    """
    if (name := sub_resource(document_id)) is not None:
        raise HTTPException(405, headers={"Allow": SUB_RESOURCES[name]})


async def _publish(
    parts: Parts, caller: Caller, event: DocumentChanged | DocumentAccessChanged
) -> Accepted:
    await parts.publisher.publish(event, envelope=Envelope(tenant=caller.tenant))
    return Accepted.of(event.document_id, event.version)


def _now_ms(parts: Parts) -> int:
    return int(epoch_ms(parts.clock()))


def _no_such_document() -> Problem:
    return Problem(
        status=404,
        code="no-such-document",
        title="There is no such document",
        detail="it is unknown, deleted, or not yours to read",
    )
