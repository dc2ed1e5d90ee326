"""Topics: those of the registry, with its partitions, retention and compaction."""

from __future__ import annotations

from collections.abc import Iterator

from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient
from ragline_cli.kafka.topic_plan import TopicChange, TopicPlan
from ragline_cli.kafka.topics import apply_topics

NAME = "topics"
_APPLY = "ragline topics apply"


async def check(patient: Patient) -> list[Diagnosis]:
    """Compare the broker's topics with the registry.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the broker refuses.
    """
    plan = await apply_topics(patient.settings.kafka, replication=None, dry_run=True)
    return list(judge(plan))


def judge(plan: TopicPlan) -> Iterator[Diagnosis]:
    """Yield what the plan would do, and what it warns of."""
    for change in plan.changes:
        yield from _of(change)


def _of(change: TopicChange) -> Iterator[Diagnosis]:
    if change.current is None:
        yield _diagnosis(
            change, Severity.ERROR, "it does not exist: services that need it do not start", _APPLY
        )
        return
    if change.grows:
        yield _diagnosis(
            change,
            Severity.WARNING,
            f"it has {change.current} partitions instead of {change.partitions}: fewer pods can "
            "share its work",
            _APPLY,
        )
    for setting in change.settings:
        yield _diagnosis(
            change,
            Severity.WARNING,
            f"{setting.name} is {setting.current}, not {setting.wanted}",
            _APPLY,
        )
    for warning in change.warnings:
        yield _diagnosis(change, Severity.NOTICE, warning)


def _diagnosis(
    change: TopicChange, severity: Severity, meaning: str, remedy: str = ""
) -> Diagnosis:
    return Diagnosis(
        check=NAME, severity=severity, subject=change.topic, meaning=meaning, remedy=remedy
    )
