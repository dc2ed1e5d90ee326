"""All checks, one after the other; one that cannot look says why, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from ragline.errors import RaglineError, Unavailable
from ragline_cli.doctor.checks import (
    certificates,
    clocks,
    groups,
    permissions,
    placement,
    redis,
    rights,
    services,
    store,
    topics,
)
from ragline_cli.doctor.diagnosis import Diagnosis, Severity
from ragline_cli.doctor.patient import Patient

log = logging.getLogger(__name__)
Check = Callable[[Patient], Awaitable[list[Diagnosis]]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        each.NAME: each.check
        for each in (
            topics,
            groups,
            permissions,
            placement,
            services,
            store,
            redis,
            rights,
            clocks,
            certificates,
        )
    }
)


async def examine(patient: Patient, checks: Mapping[str, Check] = CHECKS) -> list[Diagnosis]:
    """Return what all checks found, the worst first."""
    found: list[Diagnosis] = []
    for done, (name, check) in enumerate(checks.items()):
        patient.on_progress("checks", done, len(checks))
        try:
            found += await check(patient)
        except RaglineError as error:
            found.append(_not_seen(name, error))
        except Exception as error:  # a fault of the check itself must not hide what others found
            log.debug("the check %s failed", name, exc_info=error)
            found.append(_failed(name, error))
    patient.on_progress("checks", len(checks), len(checks))
    return sorted(found, key=lambda each: -each.severity)


def _failed(name: str, error: Exception) -> Diagnosis:
    return Diagnosis(
        check=name,
        severity=Severity.ERROR,
        subject=name,
        meaning=f"this check itself failed: {type(error).__name__}: {error}",
        remedy="report it, with what this command printed",
    )


def _not_seen(name: str, error: RaglineError) -> Diagnosis:
    away = isinstance(error, Unavailable)
    return Diagnosis(
        check=name,
        severity=Severity.ERROR,
        subject=name,
        meaning=f"this could not be looked at: {error}",
        remedy="ragline status" if away else "correct the settings that the message names",
    )
