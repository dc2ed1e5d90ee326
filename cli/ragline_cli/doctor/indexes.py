"""Which indexes there are: each has groups, and a collection of its own."""

from __future__ import annotations

from ragline.contracts.indexes import ONLY_BASE, Index
from ragline.errors import RaglineError
from ragline.messaging.index_follower import read_indexes
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE


async def kept_indexes(kafka: KafkaSettings) -> tuple[Index, ...]:
    """Return the indexes that are not being dropped.

    Where nobody can say, it is the one that the settings make: the check of topics tells why.
    """
    try:
        known = await read_indexes(kafka, COMMAND_LINE)
    except RaglineError:
        known = ONLY_BASE
    return tuple(each for each in known.indexes if each.name != known.dropping)
