"""The document statuses that a caller may see.

A status reveals a document's id, version and errors, so it is shown only to callers who may read
the document; for everybody else the document looks unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragline.contracts.documents import DocumentStatus
from ragline.ports.sources import DocumentReader
from ragline_gateway.access.caller import Caller, KeyScope

# Callers who change documents need the outcome of the changes that they name; only operators see a
# list of all documents
_TENDS = frozenset({KeyScope.WRITE, KeyScope.ACCESS, KeyScope.OPERATE})


async def listed(
    statuses: Sequence[DocumentStatus], caller: Caller, sources: DocumentReader
) -> list[DocumentStatus]:
    """Return those that a list shows to `caller`.

    Raises:
        Unavailable: the store is down.
    """
    if KeyScope.OPERATE in caller.scopes or not statuses:
        return list(statuses)
    ids = [status.document_id for status in statuses]
    permitted = await sources.permitted(caller.tenant, ids, groups=caller.groups)
    return [status for status in statuses if status.document_id in permitted]


async def named(
    status: DocumentStatus | None, caller: Caller, sources: DocumentReader
) -> DocumentStatus | None:
    """Return the status of a document that `caller` names, or None if it must look unknown.

    Raises:
        Unavailable: the store is down.
    """
    if status is None or not _TENDS.isdisjoint(caller.scopes):
        return status
    ids = [status.document_id]
    permitted = await sources.permitted(caller.tenant, ids, groups=caller.groups)
    return status if permitted else None
