"""The tables in `docs/`: every setting, every topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from ragline.contracts.topics import CONSUMERS, TOPICS, Service, Topic
from ragline.settings import ServiceSettings
from ragline_cli.generated.settings_table import Setting, merge

NOTICE = "Made by `ragline manifests render`; `ragline manifests check` fails when it is stale."
_SETTINGS_INTRO = """\
# Settings

{notice}

Every service reads its settings from the environment when it starts; an unknown name inside a
known group is an error. A list is JSON. Secrets are never logged; in Kubernetes they come from
the Secret `ragline-secrets`, whose keys are the variables' names, but Kafka's password from that of
the service's account. A secret may also be the content of a file: the variable's name with `_FILE`
behind it names the file. "Used by" says which services read a variable; where two services have
different defaults there is a row for each.
"""
_TOPICS_INTRO = """\
# Topics

{notice}

`ragline topics apply` creates or grows them on any cluster; `deploy/k8s/components/strimzi` has
them as Strimzi resources. Records carry CloudEvents headers; topics without an event carry raw
records, byte for byte.
"""
_RIGHTS_INTRO = """\
## Who may do what

The least that Kafka's ACLs must grant, and the most that they should. `publishers` ask, `cms` are
systems whose documents change, `users` rate answers, `operators` see to dead letters and indexes;
what else commands like `ragline erase` do is in `deploy/k8s/components/kafka-commands`. The
classifier and the monitor also see (`Describe`) how far the groups of others are behind. For
services, `deploy/k8s/components/strimzi` has these rights as `KafkaUser`s. Why it matters is in
[SECURITY.md](../SECURITY.md).
"""
_DURATIONS = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1))
_SHOWN_ELSEWHERE = {"cleanup.policy", "retention.ms"}


def settings_document(settings: Mapping[Service, type[ServiceSettings]]) -> str:
    """Return `docs/settings.md`: one table for each group."""
    parts = [_SETTINGS_INTRO.format(notice=NOTICE)]
    rows = merge(settings)
    for group, members in groupby(rows.items(), key=lambda item: item[0].group):
        parts.append(f"\n## {group}\n\n")
        lines = [_setting_row(setting, users) for setting, users in members]
        parts.append(_table(("Variable", "Type", "Default", "Meaning", "Used by"), lines))
    return "".join(parts)


def _setting_row(setting: Setting, users: Sequence[Service]) -> tuple[str, ...]:
    default = "**required**" if setting.required else _code(setting.default)
    everyone = len(users) == len(Service)
    return (
        _code(setting.env),
        setting.type,
        default,
        setting.description,
        "all" if everyone else ", ".join(users),
    )


def topics_document() -> str:
    """Return `docs/topics.md`: who writes and reads each topic, and how the broker keeps it."""
    head = ("Topic", "Event", "Key", "From", "To", "Partitions", "Cleanup", "Kept for", "Settings")
    rows = [_topic_row(topic) for topic in TOPICS]
    intro = _TOPICS_INTRO.format(notice=NOTICE)
    rights = _table(("Who", "May write", "May read", "Consumer groups"), _rights())
    return f"{intro}\n{_table(head, rows)}\n{_RIGHTS_INTRO}\n{rights}"


def _rights() -> Iterable[tuple[str, ...]]:
    """Return a row for each user of topics: a service, or a kind of system outside."""
    users = dict.fromkeys(user for topic in TOPICS for user in (*topic.producers, *topic.readers))
    for user in users:
        writes = [topic for topic in TOPICS if user in topic.producers]
        reads = [topic for topic in TOPICS if user in topic.readers]
        if user not in set(Service):
            groups = "their own"
        elif user in CONSUMERS:
            groups = f"`ragline.{user}.*`"
        else:
            groups = "none"
        yield str(user), _names(writes), _names(reads), groups if reads else "none"


def _names(topics: Iterable[Topic]) -> str:
    return " ".join(f"`{topic.name}`" for topic in topics)


def _topic_row(topic: Topic) -> tuple[str, ...]:
    event = f"`{topic.event.ce_type}`" if topic.event else "raw record"
    kept = duration(topic.retention_ms) if "delete" in topic.cleanup else "last per key"
    shown = {k: v for k, v in topic.config.items() if k not in _SHOWN_ELSEWHERE}
    return (
        _code(topic.name),
        event,
        topic.key,
        ", ".join(topic.producers),
        ", ".join(topic.readers),
        str(topic.partitions),
        topic.cleanup,
        kept,
        " ".join(f"`{name}={value}`" for name, value in shown.items()),
    )


def duration(milliseconds: int) -> str:
    """Return a duration in its largest whole unit: `7 d`, `36 h`, `250 ms`."""
    for unit, size in _DURATIONS:
        if milliseconds >= size and milliseconds % size == 0:
            return f"{milliseconds // size} {unit}"
    return "0 ms"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )
