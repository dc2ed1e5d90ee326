"""Consumer groups: whether somebody reads, how far behind, and partitions that do not move."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import CONSUMERS, TOPICS, Service, consumer_group, groups_of
from ragline.messaging.groups import committed_offsets, count_members
from ragline.messaging.kafka_clients import open_admin, open_consumer
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.indexes import kept_indexes
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.kafka.topics import read_topics

NAME = "groups"
# long enough for ten commits: a partition whose offset has not moved by then does not move
_BETWEEN_LOOKS_S = 3.0
_MUCH = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLook:
    """A group at two looks: members, ends of its topic, and offsets committed by partition.

    A partition without a commit is read from its beginning.
    """

    group: str
    topic: str
    members: int
    delayed: bool = False
    ends: Mapping[int, int] = field(default_factory=dict)
    begins: Mapping[int, int] = field(default_factory=dict)
    first: Mapping[int, int] = field(default_factory=dict)
    second: Mapping[int, int] = field(default_factory=dict)

    @property
    def may_sleep(self) -> bool:
        """Whether it is well without members while nothing waits: KEDA may have ended them."""
        return self.group.startswith(groups_of(Service.INGESTOR))

    def lag(self, partition: int) -> int:
        """How many offsets of a partition were not committed at the first look."""
        begin = self.begins.get(partition, 0)
        return max(0, self.ends[partition] - max(begin, self.first.get(partition, begin)))


async def check(patient: Patient) -> list[Diagnosis]:
    """Look at each group twice.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the broker refuses.
    """
    kafka = patient.settings.kafka
    async with open_admin(kafka, COMMAND_LINE) as admin:
        existing = await read_topics(admin, {topic.name for topic in TOPICS})
        indexes = [each.name for each in await kept_indexes(kafka)]
        wanted = [
            (consumer_group(service, topic, index=index), topic)
            for topic in TOPICS
            for service in CONSUMERS
            if service in topic.consumers and topic.name in existing
            for index in (indexes if service == Service.INGESTOR else [BASE_INDEX])
        ]
        members = {group: await count_members(admin, group) for group, _ in wanted}
        places = [
            TopicPartition(name, number)
            for name, found in existing.items()
            for number in range(found.partitions)
        ]
        async with open_consumer(kafka, COMMAND_LINE, partitions=places) as consumer:
            begins = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
        first = {
            group: await committed_offsets(admin, group, topic.name) for group, topic in wanted
        }
        await asyncio.sleep(_BETWEEN_LOOKS_S)
        second = {
            group: await committed_offsets(admin, group, topic.name) for group, topic in wanted
        }
    looks = [
        GroupLook(
            group=group,
            topic=topic.name,
            members=members[group],
            delayed=topic.delay_s is not None,
            ends={p.partition: end for p, end in ends.items() if p.topic == topic.name},
            begins={p.partition: begin for p, begin in begins.items() if p.topic == topic.name},
            first=first[group],
            second=second[group],
        )
        for group, topic in wanted
    ]
    return [diagnosis for look in looks for diagnosis in judge(look)]


def judge(look: GroupLook) -> Iterator[Diagnosis]:
    """Yield what is wrong with a group."""
    behind = {p: lag for p in look.ends if (lag := look.lag(p))}
    total = sum(behind.values())
    if not look.members:
        if not total and look.may_sleep:
            yield _diagnosis(
                look,
                Severity.NOTICE,
                f"nobody reads {look.topic}, and no record waits: ingestion is scaled to zero, or "
                "was stopped",
            )
            return
        severity = Severity.ERROR if total else Severity.WARNING
        yield _diagnosis(
            look,
            severity,
            f"nobody reads {look.topic}: the group has no member, and {total} records wait",
            "ragline status (or: kubectl get pods)",
        )
        return
    stuck = sorted(
        partition
        for partition in behind
        if look.second.get(partition) == look.first.get(partition) and not look.delayed
    )
    if stuck:
        yield _diagnosis(
            look,
            Severity.WARNING,
            f"{look.topic}: no offset was committed for {_BETWEEN_LOOKS_S:.0f} s in partitions "
            f"{', '.join(map(str, stuck))} although {sum(behind[p] for p in stuck)} records wait: "
            "long work, a topic that was stopped, a store that is away, or an open transaction",
            "look at /health/ready of its pods, which says what is waited for",
        )
    elif total >= _MUCH:
        yield _diagnosis(look, Severity.NOTICE, f"{look.topic}: {total} records wait and are read")


def _diagnosis(look: GroupLook, severity: Severity, meaning: str, remedy: str = "") -> Diagnosis:
    return Diagnosis(
        check=NAME, severity=severity, subject=look.group, meaning=meaning, remedy=remedy
    )
