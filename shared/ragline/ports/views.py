"""The monitor's views: the state of the pipeline and the last status of documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import AwareDatetime

from ragline.contracts.base import Contract
from ragline.contracts.documents import DocumentStatus


class StageState(Contract):
    """One stage as seen from Kafka: records that wait or are in flight, and its consumers.

    `per_second` are the records finished per second; null until the monitor has looked twice.
    """

    stage: str
    topic: str
    lag: int
    members: int
    per_second: float | None = None


class IndexState(Contract):
    """One of several indexes: how much of the log it was filled from, and if it is `live`.

    `done` and `lag` are records, `members` are its ingestors.
    """

    name: str
    live: bool
    done: int
    lag: int
    members: int


class PipelineState(Contract):
    """All stages at one instant, and the indexes unless there was never more than one.

    `dead_letters` is how many are on their topic.
    """

    stages: tuple[StageState, ...]
    indexes: tuple[IndexState, ...] = ()
    dead_letters: int
    seen_at: AwareDatetime


class Views(Protocol):
    """Read side.

    Raises:
        Unavailable: the store of the views is down.
    """

    async def pipeline(self) -> PipelineState | None:
        """Return the pipeline's last known state, or None when there is no recent one."""
        ...

    async def document(self, tenant: str, document_id: str) -> DocumentStatus | None:
        """Return the status of the document's highest version, or None when none is known."""
        ...

    async def recent_documents(self, tenant: str, *, limit: int) -> Sequence[DocumentStatus]:
        """Return the tenant's documents whose status changed last, newest first."""
        ...


class ViewWriter(Protocol):
    """Write side; idempotent, and an older status never replaces a newer one.

    Raises:
        Unavailable: the store of the views is down.
    """

    async def note_pipeline(self, state: PipelineState) -> None:
        """Replace the pipeline's state."""
        ...

    async def note_document(self, status: DocumentStatus) -> None:
        """Store a document's status."""
        ...
