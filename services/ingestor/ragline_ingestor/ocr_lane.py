"""The lane in which scanned pages are read: at its own pace, behind what has text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ragline.contracts.documents import DocumentChanged, DocumentScanned
from ragline_ingestor.preparation import Prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrLane:
    """`prepare` reads scanned pages; `publish` returns when the broker has stored the event."""

    prepare: Prepare
    publish: Callable[[DocumentScanned], Awaitable[None]]

    async def queue(self, event: DocumentChanged) -> None:
        """Have the scanned pages of a changed document read later."""
        await self.publish(DocumentScanned.model_validate(event.model_dump()))
