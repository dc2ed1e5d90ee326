"""Tombstones on `documents`: which records they are, and what they say."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from pydantic import ValidationError

from ragline.contracts import bounds
from ragline.contracts.cloudevents import VERSION, last_header
from ragline.contracts.dead_letters import Cause
from ragline.contracts.documents import DocumentStatus, DocumentTombstone, Outcome
from ragline.contracts.topics import DOCUMENTS
from ragline.errors import InvalidEvent
from ragline.messaging.record import Record
from ragline.messaging.retry_topics import origin
from ragline.messaging.terminal_events import stated_version

_MOST_KEYS = 10_000  # the least recently noted is forgotten
_MOST_SHOWN = 200


def is_tombstone(record: Record) -> bool:
    """Tell whether a record deletes the document under its key."""
    return record.value is None and origin(record) == DOCUMENTS.name


def tombstone_in(record: Record, *, published: int) -> DocumentTombstone:
    """Return what a tombstone says.

    Args:
        record: the tombstone.
        published: the highest version known to have been published before it.

    Raises:
        InvalidEvent: its key is no document's, or its version is none.
    """
    key = (record.key or b"").decode("utf-8", "backslashreplace")
    tenant, _, document_id = key.partition("/")
    version = last_header(record.headers, VERSION)
    try:
        return DocumentTombstone.model_validate(
            {
                "tenant": tenant,
                "document_id": document_id,
                "version": version,
                "published": published,
            }
        )
    except ValidationError as error:
        if any(each["loc"] == ("version",) for each in error.errors()):
            raise InvalidEvent(
                f"{VERSION} of a tombstone must be a whole number, not "
                f"{bounds.clip(version or '', _MOST_SHOWN)!r}",
                cause=Cause.INVALID_HEADERS,
            ) from error
        raise InvalidEvent(
            "a null value deletes the document under the record's key, which must be "
            f"tenant/document_id, not {bounds.clip(key, _MOST_SHOWN)!r}",
            cause=Cause.INVALID_KEY,
        ) from error


def overtaken(tombstone: DocumentTombstone, now: datetime) -> DocumentStatus:
    """Return the status of a tombstone behind which the document was published again."""
    return DocumentStatus(
        tenant=tombstone.tenant,
        document_id=tombstone.document_id,
        version=tombstone.published,
        status=Outcome.SUPERSEDED,
        finished_at=now,
    )


class RetriedVersions:
    """The highest version of each document that this member has put on a retry topic.

    There it may be indexed after a tombstone that was published later, so that one must delete it
    before it is there. What another member put there is not known.
    """

    def __init__(self) -> None:
        self._versions: OrderedDict[bytes, int] = OrderedDict()

    def note(self, record: Record) -> None:
        """Note a record that goes to a retry topic."""
        if record.key is None or record.topic != DOCUMENTS.name:
            return
        version = max(stated_version(record), self._versions.pop(record.key, 0))
        self._versions[record.key] = version
        if len(self._versions) > _MOST_KEYS:
            self._versions.popitem(last=False)

    def highest(self, key: bytes | None) -> int:
        """Return the highest version noted under a key; 0 if there is none."""
        return self._versions.get(key or b"", 0)
