"""Documents that are in an index only while they are measured.

The log of documents does not have them. Left in an index that people ask, they would be gone after
the next reindex, and until then nobody could flip to an index without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ragline.clock import Clock, epoch_ms, utc_now
from ragline.contracts.base import Event
from ragline.contracts.documents import DocumentChanged, Operation
from ragline.messaging.composition import Stage
from ragline_evaluation.ingesting import Ingested, Progress, ingest


@dataclass(slots=True, kw_only=True)
class GuestDocuments:
    """The ingestor's stage for documents that `remove` takes out again.

    Args:
        stage: the ingestor's.
        clock: versions are of now, and so above what an earlier measurement wrote and deleted.
    """

    stage: Stage
    clock: Clock = utc_now
    _ingested: dict[tuple[str, str], DocumentChanged] = field(default_factory=dict, init=False)

    async def __call__(self, event: Event) -> Event:
        """Ingest a document under a version of now. Raises as the ingestor's stage."""
        assert isinstance(event, DocumentChanged)  # noqa: S101  # what this stage is given
        event = event.model_copy(update={"version": int(epoch_ms(self.clock()))})
        self._ingested[event.tenant, event.document_id] = event
        return await self.stage(event)

    @property
    def count(self) -> int:
        """How many documents there are to remove."""
        return len(self._ingested)

    async def remove(self, progress: Progress) -> Ingested:
        """Delete all that was ingested, also what failed half way; the result has the failures."""
        deletions = [
            DocumentChanged(
                tenant=event.tenant,
                document_id=event.document_id,
                version=event.version + 1,
                operation=Operation.DELETE,
            )
            for event in self._ingested.values()
        ]
        self._ingested.clear()
        return await ingest(self.stage, deletions, progress)
