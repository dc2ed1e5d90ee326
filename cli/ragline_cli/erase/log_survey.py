"""Reads every topic once, and notes what it holds of a subject."""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.base import QueryRef
from ragline.contracts.topics import Topic
from ragline.settings import KafkaSettings
from ragline_cli.erase.log_findings import READ_IN_ORDER, LogFindings
from ragline_cli.erase.subject import Subject
from ragline_cli.kafka.extent import OnProgress, read_extent, whole
from ragline_cli.kafka.reader import open_reader


async def read_log(
    kafka: KafkaSettings,
    subject: Subject,
    on_progress: OnProgress,
    *,
    phase: str,
    queries: Iterable[QueryRef] = (),
    topics: Iterable[Topic] = READ_IN_ORDER,
) -> LogFindings:
    """Return what the topics hold; `phase` names the read in the progress.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, or the broker refuses.
    """
    findings = LogFindings(subject, queries)
    for topic in topics:
        async with open_reader(kafka, topic.name) as consumer:
            extent = await whole(consumer)
            async for record in read_extent(consumer, extent, f"{phase} {topic.name}", on_progress):
                findings.see(record)
    return findings
