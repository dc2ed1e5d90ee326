"""All that was found of a subject at one look, and what the receipt says of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import DEAD_LETTERS, DOCUMENT_STATUS, DOCUMENTS, Topic
from ragline.ports.store import StoredDocument
from ragline_cli.erase.lifetimes import Lifetime, until_compacted, until_deleted
from ragline_cli.erase.log_findings import TOMBSTONED, WORK_QUEUES, LogFindings, TopicFindings
from ragline_cli.erase.receipt import KeptPlace
from ragline_cli.erase.redis_traces import Kind

STORE = "store"
INGESTOR = "ingestor"
_STAYS_IN_STORE = (
    "the id, the version and who may read stay in the store without content, so that a late change "
    "of an earlier version does not bring the document back"
)
_REPLACED = "the last status is `deleted`, and compaction removes those before it"
_MARKED = "marked as dropped, so no replay brings them back; "
_QUEUED = "what the ingestor has not read yet goes when the command is run again; "
_VECTORS = (
    "vectors of earlier versions' texts, under digests that name neither, expire with "
    "RAGLINE_REDIS__EMBEDDING_TTL_S"
)
_OPEN = "a record with a value is still the last one: run the command again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one look found.

    `stored` are documents that each index holds with content. `keys` are Redis' by what they hold.
    `configs` are the topics' settings on the broker.
    """

    log: LogFindings
    stored: Mapping[str, Mapping[str, StoredDocument]]
    keys: Mapping[Kind, int]
    configs: Mapping[str, Mapping[str, str]]
    versions: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The documents that an index holds with content."""
        return {name for each in self.stored.values() for name in each}

    @property
    def nothing(self) -> bool:
        """Whether nothing was found anywhere."""
        return not (
            any(self.stored.values())
            or any(self.keys.values())
            or any(found.records for _, found in self.log)
        )


def places(before: Findings, after: Findings | None) -> tuple[KeptPlace, ...]:
    """Return every place: what it held `before`, and what was read back `after`, if that was."""
    topics = [
        _topic(topic, found, after.log.topics[topic.name] if after else None, before.configs)
        for topic, found in before.log
    ]
    stores = [_store(name, before, after) for name in {**before.stored, **_stored(after)}]
    redis = [
        _place(
            f"redis {kind}", before.keys.get(kind, 0), after.keys.get(kind, 0) if after else None
        )
        for kind in Kind
    ]
    told = [
        each.model_copy(update={"why": _VECTORS})
        if each.place == f"redis {Kind.EMBEDDING}"
        else each
        for each in redis
    ]
    return (*topics, *stores, *told)


def is_complete(found: tuple[KeptPlace, ...]) -> bool:
    """Whether all that can be removed is: what remains goes by itself."""
    return not any(each.open for each in found)


def _stored(look: Findings | None) -> Mapping[str, Mapping[str, StoredDocument]]:
    return look.stored if look else {}


def _store(index: str, before: Findings, after: Findings | None) -> KeptPlace:
    found = len(before.stored.get(index, ()))
    remains = len(after.stored.get(index, ())) if after else None
    place = _place(_of_index(STORE, index), found, remains)
    return place.model_copy(update={"why": _STAYS_IN_STORE}) if found else place


def _of_index(name: str, index: str) -> str:
    return name if index == BASE_INDEX else f"{name} {index}"


def _place(name: str, found: int, remains: int | None) -> KeptPlace:
    removed = max(0, found - remains) if remains is not None else 0
    return KeptPlace(place=name, found=found, removed=removed, remains=remains, open=bool(remains))


def _topic(
    topic: Topic,
    before: TopicFindings,
    after: TopicFindings | None,
    configs: Mapping[str, Mapping[str, str]],
) -> KeptPlace:
    now = after or before
    place = _place(f"topic {topic.name}", before.records, after.records if after else None)
    lifetime = _lifetime(topic, now, configs.get(topic.name, {}))
    left = now.records if after else before.records
    is_open = bool(after and topic in TOMBSTONED and any(e.valued for e in now.open.values()))
    return place.model_copy(
        update={
            "until": lifetime.until if left else None,
            "why": (_OPEN if is_open else lifetime.why) if left else "",
            "open": is_open,
            "partitions": tuple(before.partitions),
        }
    )


def _lifetime(topic: Topic, found: TopicFindings, config: Mapping[str, str]) -> Lifetime:
    if topic in TOMBSTONED:
        return until_compacted(config, found.newest_ms)
    last = until_deleted(config, found.newest_ms)
    told = {DOCUMENT_STATUS.name: f"{_REPLACED}; ", DEAD_LETTERS.name: _MARKED}
    told |= {queue.name: _QUEUED for queue in WORK_QUEUES}
    return Lifetime(until=last.until, why=told.get(topic.name, "") + last.why)


def ingestor_place(index: str, *, has_read: bool, at: datetime) -> KeptPlace:
    """Return what to say of an index's ingestor, which applies the deletion by itself, too."""
    why = (
        ""
        if has_read
        else (
            f"at {at:%H:%M:%S} UTC it had not read the deletion on `{DOCUMENTS.name}` yet, and may "
            "still write what it reads before it: is it running? Run the command again"
        )
    )
    return KeptPlace(
        place=_of_index(INGESTOR, index), found=0, remains=0, why=why, open=not has_read
    )
