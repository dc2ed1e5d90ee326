"""What the monitor has seen, for those who look: the pipeline and documents' last status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import AwareDatetime

from ragline.contracts.base import Contract
from ragline.contracts.documents import DocumentStatus


class StageState(Contract):
    """One stage as Kafka sees it: records that wait or are worked on, and who consumes.

    `per_second` are records finished a second, null until two looks were made.
    """

    stage: str
    topic: str
    lag: int
    members: int
    per_second: float | None = None


class PipelineState(Contract):
    """All stages at one instant. `dead_letters` is how many are on their topic."""

    stages: tuple[StageState, ...]
    dead_letters: int
    seen_at: AwareDatetime


class Views(Protocol):
    """Read side.

    Raises:
        Unavailable: what keeps the views is down.
    """

    async def pipeline(self) -> PipelineState | None:
        """Return the last look at the pipeline, or None when there was none lately."""
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
        Unavailable: what keeps the views is down.
    """

    async def note_pipeline(self, state: PipelineState) -> None:
        """Replace the pipeline's state."""
        ...

    async def note_document(self, status: DocumentStatus) -> None:
        """Take a document's status."""
        ...
