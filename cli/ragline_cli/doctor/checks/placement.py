"""Keys that live in two partitions: of them compaction keeps two records, and nothing orders them.

A publisher hashes keys differently (`ragline.messaging.placement`), or the topic has grown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from ragline.contracts.cloudevents import last_header
from ragline.contracts.topics import DOCUMENT_ACCESS, DOCUMENTS
from ragline.messaging.placement import partition_of
from ragline.messaging.record import Record
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.extent import read_extent, whole
from ragline_cli.kafka.reader import open_reader

NAME = "placement"
_SOURCE = "ce_source"
_UNKNOWN = "a publisher without the header ce_source"
_MOST_SHOWN = 3


class KeyPlaces:
    """Where each key's last record with a value lies, and who put those that lie elsewhere.

    Memory: about 200 bytes for each key of the topic.
    """

    def __init__(self, topic: str, partitions: int) -> None:
        self._topic = topic
        self._partitions = partitions
        self._live: dict[bytes, set[int]] = defaultdict(set)
        self._sources: dict[bytes, str] = {}

    def see(self, record: Record) -> None:
        """Look at a record; call it in the order of each partition."""
        key = record.key
        if key is None:
            return
        if record.value is None:
            self._live[key].discard(record.partition)
            return
        self._live[key].add(record.partition)
        if record.partition != partition_of(key, self._partitions):
            self._sources[key] = last_header(record.headers, _SOURCE) or _UNKNOWN

    def judge(self) -> Iterator[Diagnosis]:
        """Yield a diagnosis for keys in two partitions, and one for keys in a wrong one alone."""
        double = sorted(key for key, places in self._live.items() if len(places) > 1)
        if double:
            tenants = Counter(key.decode("utf-8", "replace").partition("/")[0] for key in double)
            whose = ", ".join(f"{tenant} ({n})" for tenant, n in tenants.most_common(_MOST_SHOWN))
            yield Diagnosis(
                check=NAME,
                severity=Severity.ERROR,
                subject=self._topic,
                meaning=f"{len(double)} keys have a record in two partitions, of the tenants "
                f"{whose}; for example {self._shown(double)}. {self._publishers(double)} Nothing "
                "orders these records, and a deletion lets compaction remove one of them only",
                remedy="set partitioner=murmur2_random in that publisher; for what is deleted: "
                "ragline erase --tenant TENANT --document ID --execute",
            )
        alone = sorted(
            key
            for key, places in self._live.items()
            if len(places) == 1 and partition_of(key, self._partitions) not in places
        )
        if alone:
            yield Diagnosis(
                check=NAME,
                severity=Severity.WARNING,
                subject=self._topic,
                meaning=f"{len(alone)} keys are not where murmur2 puts them; for example "
                f"{self._shown(alone)}. {self._publishers(alone)} The next change through the "
                "gateway, or by another publisher, is in another partition",
                remedy="set partitioner=murmur2_random in that publisher",
            )

    def _shown(self, keys: list[bytes]) -> str:
        return ", ".join(
            f"{key.decode('utf-8', 'backslashreplace')} in {sorted(self._live[key])}"
            for key in keys[:_MOST_SHOWN]
        )

    def _publishers(self, keys: list[bytes]) -> str:
        sources = Counter(self._sources[key] for key in keys if key in self._sources)
        told = ", ".join(f"{source} ({n})" for source, n in sources.most_common(_MOST_SHOWN))
        return f"They were published by: {told}."


async def check(patient: Patient) -> list[Diagnosis]:
    """Read both topics of documents once.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: a topic does not exist, or the broker refuses.
    """
    diagnoses: list[Diagnosis] = []
    for topic in (DOCUMENTS, DOCUMENT_ACCESS):
        async with open_reader(patient.settings.kafka, topic.name) as consumer:
            extent = await whole(consumer)
            places = KeyPlaces(topic.name, len(extent.ends))
            phase = f"keys of {topic.name}"
            async for record in read_extent(consumer, extent, phase, patient.on_progress):
                places.see(record)
        diagnoses += places.judge()
    return diagnoses
