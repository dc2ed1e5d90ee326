"""The stages that an evaluation asks. It leaves nothing behind in a store that others ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ragline_cli.console import err
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import EvaluationStore

if TYPE_CHECKING:
    from ragline_evaluation.guest_documents import GuestDocuments
    from ragline_evaluation.stages import Stages


@asynccontextmanager
async def open_measured_stages(store: EvaluationStore) -> AsyncIterator[Stages]:
    """Open every stage; remove what was ingested at the end, unless the store is the evaluation's.

    Raises:
        Unavailable: the store is down, or a model's hub does not answer.
        Misconfigured: settings that cannot work.
    """
    from ragline_evaluation.guest_documents import GuestDocuments
    from ragline_evaluation.stages import open_stages

    async with open_stages() as stages:
        if store.own:
            yield stages
            return
        guests = GuestDocuments(stage=stages.ingest)
        try:
            yield replace(stages, ingest=guests)
        finally:
            if guests.count:
                await _remove(guests)


async def _remove(guests: GuestDocuments) -> None:
    with bar("removing the documents again", guests.count) as advance:
        removed = await guests.remove(advance)
    if removed.failures:
        err.print(
            f"{len(removed.failures)} documents of the evaluation are still in the index "
            f"({removed.failures[0]}): run the same command again, which removes them"
        )
