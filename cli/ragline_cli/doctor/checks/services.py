"""Services: whether all run the same release, and all that embed have the same model and index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from ragline import __version__
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.presences import RedisPresences
from ragline.ports.process_notes import EmbeddedIndex, Presence
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient

NAME = "services"


async def check(patient: Patient) -> list[Diagnosis]:
    """Compare what running processes say of themselves in Redis.

    Raises:
        Unavailable: Redis is down.
    """
    async with open_redis(patient.settings.redis) as redis:
        presences = await RedisPresences(redis).recent()
    return [*judge_versions(presences), *judge_indexes(presences)]


def judge_versions(presences: Iterable[Presence], own: str = __version__) -> Iterator[Diagnosis]:
    """Yield services whose processes are of several releases, or of another one than others'."""
    versions: dict[str, Counter[str]] = defaultdict(Counter)
    for presence in presences:
        versions[presence.service][presence.version] += 1
    for service, found in sorted(versions.items()):
        if len(found) > 1:
            yield _diagnosis(
                Severity.WARNING,
                service,
                f"its processes are of several releases, {_counted(found)}: a rolling upgrade is "
                "under way, or does not go on",
                f"kubectl rollout status deployment/ragline-{service}",
            )
    whole = {service: next(iter(found)) for service, found in versions.items() if len(found) == 1}
    if len(set(whole.values())) > 1:
        told = ", ".join(f"{service} {version}" for service, version in sorted(whole.items()))
        yield _diagnosis(
            Severity.WARNING,
            "releases",
            f"services are of different releases: {told}. Each reads the events of the release "
            "before, but is tested with its own",
            "kubectl get deployments -o wide (and apply the overlay that names one tag for all)",
        )
    elif whole and own not in whole.values():
        yield _diagnosis(
            Severity.NOTICE,
            "releases",
            f"services are of release {next(iter(whole.values()))}, this command is of {own}",
        )


def judge_indexes(presences: Iterable[Presence]) -> Iterator[Diagnosis]:
    """Yield indexes that services have with different models or collections."""
    users: dict[str, dict[EmbeddedIndex, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for presence in presences:
        if presence.index is not None:
            users[presence.index.name][presence.index][presence.service] += 1
    for name, found in sorted(users.items()):
        if len(found) > 1:
            told = "; ".join(
                f"{_counted(services)}: {index.collection}, {index.fingerprint}"
                for index, services in found.items()
            )
            yield _diagnosis(
                Severity.ERROR,
                f"index {name}",
                f"services use it differently, so that questions are not searched in what documents"
                f" are written to. {told}",
                "kubectl diff -k deploy/k8s/overlays/prod (RAGLINE_EMBEDDING__… and "
                "RAGLINE_VECTOR_STORE__… must be the same in all), then kubectl apply -k",
            )


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{name} ({number})" for name, number in sorted(found.items()))


def _diagnosis(severity: Severity, subject: str, meaning: str, remedy: str = "") -> Diagnosis:
    return Diagnosis(check=NAME, severity=severity, subject=subject, meaning=meaning, remedy=remedy)
