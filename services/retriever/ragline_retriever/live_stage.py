"""The retriever's stage over the live index, whichever that is when a question begins."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.queries import CandidatesRetrieved, QueryClassified
from ragline.ports.process_notes import EmbeddedIndex
from ragline_retriever.further_look import without_look


class Retrieve(Protocol):
    """Finds candidates in one index."""

    async def __call__(self, event: QueryClassified, /) -> CandidatesRetrieved:
        """Return `event` with its candidates."""
        ...


class SearchedStore(Protocol):
    """What probes ask of a store."""

    async def ping(self) -> None:
        """Return when the store answers."""
        ...

    def stuck(self) -> str | None:
        """Return why no call can be made any more in this process, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedStage:
    """A stage that searches one index, with the store behind it, and which index that is."""

    stage: Retrieve
    store: SearchedStore
    index: EmbeddedIndex | None = None


class LiveStage:
    """Answers each question from one index: the live one when its work begins.

    Versions that it waits for, its searches, and what it says of unknown words are all of that
    index, also when another one becomes live meanwhile.

    Args:
        using: yields the live index's name and stage, and keeps them open for the block.
    """

    def __init__(
        self, using: Callable[[], AbstractContextManager[tuple[str, OpenedStage]]]
    ) -> None:
        self._using = using

    def index(self) -> EmbeddedIndex | None:
        """Return the live index, with the identity of its vectors."""
        with self._using() as (_, opened):
            return opened.index

    async def __call__(self, event: QueryClassified) -> CandidatesRetrieved:
        """Return `event` with its candidates and the index that they are from.

        A further look is not made in another index than the first one.

        Raises:
            TransientError: every search failed, or the deadline is over.
            PermanentError: a search can never succeed.
        """
        with self._using() as (name, opened):
            earlier = event.earlier
            if earlier is not None and (earlier.index or BASE_INDEX) != name:
                return without_look(event, earlier)
            found = await opened.stage(event)
        return found if name == BASE_INDEX else found.model_copy(update={"index": name})

    async def ping(self) -> None:
        """Return when the live index's store answers.

        Raises:
            Unavailable: it does not answer.
        """
        with self._using() as (_, opened):
            await opened.store.ping()

    def stuck(self) -> str | None:
        """Return why no call can be made any more in this process, or None."""
        with self._using() as (_, opened):
            return opened.store.stuck()
