"""A tenant's documents and who may read them, read from their topics record by record."""

from __future__ import annotations

from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged
from ragline.messaging.record import Record
from ragline_cli.feedback.access import Access
from ragline_cli.feedback.documents import Documents
from ragline_cli.kafka.events import parse


class AccessRecords:
    """Processes the records of `document-access`."""

    def __init__(self, tenant: str, access: Access) -> None:
        self._tenant = tenant
        self._access = access
        self.unreadable = 0

    def see(self, record: Record) -> None:
        """Process a record."""
        event = parse(DocumentAccessChanged, record.value)
        if event is None:
            self.unreadable += 1
            if lost := _document_of(record.key, self._tenant):
                self._access.lose(lost)
        elif event.tenant == self._tenant:
            self._access.state(
                event.document_id, version=event.version, groups=event.access, by_event=True
            )


class DocumentRecords:
    """Processes the records of `documents`: the documents and the access that they state."""

    def __init__(self, tenant: str, documents: Documents, access: Access) -> None:
        self._tenant = tenant
        self._documents = documents
        self._access = access
        self.unreadable = 0

    def see(self, record: Record) -> None:
        """Process a record."""
        if record.value is None:
            # not a change event, but compaction removes all earlier records of its key
            self._documents.drop(_document_of(record.key, self._tenant))
            return
        event = parse(DocumentChanged, record.value)
        if event is None:
            self.unreadable += 1
        elif event.tenant == self._tenant:
            self._documents.put(event)
            self._access.state(
                event.document_id, version=event.version, groups=event.access, by_event=False
            )


def _document_of(key: bytes | None, tenant: str) -> str:
    """Return the document id in a key of `tenant`; empty for other keys."""
    owner, _, document_id = (key or b"").decode("utf-8", "replace").partition("/")
    return document_id if owner == tenant else ""
