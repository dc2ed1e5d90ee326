"""Which topics and settings of the registry a cluster lacks: a pure comparison without a broker.

A plan creates and grows; it never deletes a topic, a partition or data. A setting that would make
the broker keep less than it keeps now is not changed, but reported in a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from ragline.contracts.topics import Topic

# Settings for which a smaller value loses records, or rejects records that were accepted before
_SMALLER_LOSES = frozenset(
    {"retention.ms", "retention.bytes", "max.message.bytes", "min.compaction.lag.ms"}
)
_UNLIMITED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingTopic:
    """A topic as it exists on the cluster.

    `config` are the effective settings; `overrides` those set on the topic itself.
    """

    partitions: int
    replication: int
    config: Mapping[str, str]
    overrides: Mapping[str, str] = field(default_factory=dict)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class TopicSetting(_Value):
    """A topic setting to change, from the effective value to the registry's."""

    name: str
    current: str | None
    wanted: str


class TopicChange(_Value):
    """What one topic needs. `current` is null when the topic does not exist yet.

    `action` is `create`, `grow`, `configure`, `grow+configure` or `nothing`.
    """

    topic: str
    action: str
    partitions: int
    current: int | None
    settings: tuple[TopicSetting, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def grows(self) -> bool:
        """Whether partitions must be added."""
        return self.action.startswith("grow")

    @property
    def config(self) -> dict[str, str]:
        """The settings to set, by name."""
        return {setting.name: setting.wanted for setting in self.settings}


class TopicPlan(_Value):
    """The steps that bring a cluster to the registry's topics.

    `replication` applies to the topics to create.
    """

    replication: int
    changes: tuple[TopicChange, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return all(change.action == "nothing" for change in self.changes)

    @property
    def warnings(self) -> tuple[str, ...]:
        """All warnings, with the topic's name in front."""
        return tuple(f"{c.topic}: {text}" for c in self.changes for text in c.warnings)


def make_plan(
    topics: Iterable[Topic], existing: Mapping[str, ExistingTopic], *, replication: int
) -> TopicPlan:
    """Compare the registry's `topics` with what the cluster has."""
    changes = tuple(_change(topic, existing.get(topic.name), replication) for topic in topics)
    return TopicPlan(replication=replication, changes=changes)


def _change(topic: Topic, existing: ExistingTopic | None, replication: int) -> TopicChange:
    if existing is None:
        return _creation(topic, replication)
    differing = [
        TopicSetting(name=name, current=existing.config.get(name), wanted=value)
        for name, value in sorted(topic.config.items())
        if existing.config.get(name) != value
    ]
    settings = tuple(s for s in differing if not _keeps_less(s))
    parts = [("grow", topic.partitions > existing.partitions), ("configure", bool(settings))]
    return TopicChange(
        topic=topic.name,
        action="+".join(name for name, needed in parts if needed) or "nothing",
        partitions=max(topic.partitions, existing.partitions),
        current=existing.partitions,
        settings=settings,
        warnings=tuple(_warnings(topic, existing, replication, differing)),
    )


def _creation(topic: Topic, replication: int) -> TopicChange:
    # With 3 replicas a write needs 2 of them: the loss of one broker then loses no write
    config = topic.config | {"min.insync.replicas": str(max(1, replication - 1))}
    settings = tuple(
        TopicSetting(name=n, current=None, wanted=v) for n, v in sorted(config.items())
    )
    return TopicChange(
        topic=topic.name,
        action="create",
        partitions=topic.partitions,
        current=None,
        settings=settings,
    )


def _keeps_less(setting: TopicSetting) -> bool:
    if setting.current is None:
        return False
    if setting.name == "cleanup.policy":
        return "delete" in setting.wanted and "delete" not in setting.current
    if setting.name not in _SMALLER_LOSES:
        return False
    current, wanted = int(setting.current), int(setting.wanted)
    return wanted != _UNLIMITED and (current == _UNLIMITED or wanted < current)


def _warnings(
    topic: Topic, existing: ExistingTopic, replication: int, differing: Iterable[TopicSetting]
) -> Iterable[str]:
    if existing.partitions > topic.partitions:
        yield (
            f"has {existing.partitions} partitions, the registry says {topic.partitions}; "
            "partitions cannot be removed, so they stay"
        )
    if existing.partitions < topic.partitions and "compact" in topic.cleanup:
        yield (
            "growing a compacted topic moves keys to other partitions; older records of a moved "
            "key stay until it is published again (the version fence ignores them)"
        )
    if existing.replication < replication:
        yield (
            f"has {existing.replication} replicas instead of {replication}; "
            "raise them with kafka-reassign-partitions"
        )
    for setting in differing:
        if _keeps_less(setting):
            yield (
                f"{setting.name}={setting.wanted} would keep less than {setting.current}; left "
                "as it is, change it with kafka-configs if that is wanted"
            )
