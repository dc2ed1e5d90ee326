"""Documents as resources: those that changed last are listed, and each is read by its address."""

from __future__ import annotations

from mcp_types import Resource, ResourceTemplate, TextResourceContents

from ragline.contracts.documents import Outcome
from ragline_gateway.access.caller import Caller
from ragline_gateway.documents import routes as documents
from ragline_gateway.mcp.addresses import TEMPLATE, address_of, document_at
from ragline_gateway.mcp.models import StatusArguments
from ragline_gateway.mcp.texts import source_text
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem

_MOST = 100
_TEXT = "text/plain"
_READABLE = (Outcome.INDEXED, Outcome.UNCHANGED)

TEMPLATES = (
    ResourceTemplate(
        name="document",
        title="A document",
        description="The text of a document as it is searched; a citation's `uri` is one.",
        uri_template=TEMPLATE,
        mime_type=_TEXT,
    ),
)


async def listed(caller: Caller, parts: Parts) -> list[Resource]:
    """Return the documents that changed last and can be read by `caller`, newest first.

    Raises:
        Unavailable: the store or Redis is down.
    """
    found = await documents.recent(caller, parts, limit=_MOST)
    return [
        Resource(uri=address_of(each.document_id), name=each.document_id, mime_type=_TEXT)
        for each in found.documents
        if each.status in _READABLE
    ]


async def read(address: str, caller: Caller, parts: Parts) -> TextResourceContents:
    """Return the text of the document at `address`.

    Raises:
        Problem: 404, the caller may not read it, or there is none.
        ValidationError: no document can have this id.
        Unavailable: the store is down.
    """
    if (document_id := document_at(address)) is None:
        raise Problem(
            status=404,
            code="no-such-resource",
            title="There is no such resource",
            detail=f"resources are {TEMPLATE}",
        )
    wanted = StatusArguments(document_id=document_id)
    found = await documents.source(wanted.document_id, caller, parts)
    return TextResourceContents(uri=address, mime_type=_TEXT, text=source_text(found))
