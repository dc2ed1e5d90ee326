"""Which index a command searches: the one that it names, else the one that answers questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ragline.contracts.indexes import Index
from ragline.messaging.index_follower import read_indexes
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.reindex.index_changes import require


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedIndex:
    """The index that a command searches, beside the one that is live, which may be the same."""

    index: Index
    live: Index


async def searched_index(kafka: KafkaSettings, name: str | None) -> SearchedIndex:
    """Return the index `name`, else the live one.

    Raises:
        Misconfigured: there is no index of that name.
        Unavailable: Kafka does not answer, or the topic of indexes is missing.
    """
    indexes = await read_indexes(kafka, COMMAND_LINE)
    live = require(indexes, indexes.live)
    return SearchedIndex(index=live if name is None else require(indexes, name), live=live)


def index_environment(index: Index) -> Mapping[str, str]:
    """Return the settings in which an index differs, as environment variables."""
    return {f"RAGLINE_{name}": value for name, value in index.settings.items()}
