"""`ragline doctor`: what is wrong, what it means, and the command that mends it."""

from __future__ import annotations

import asyncio
from enum import IntEnum

import typer

from ragline.clock import utc_now
from ragline_cli.connection import AsJson, Bootstrap
from ragline_cli.console import err, out, print_json


class Verdict(IntEnum):
    """Exit codes, beside those of all commands: the worst that was found."""

    WELL = 0
    WARNINGS = 4
    ERRORS = 5


def doctor(*, as_json: AsJson = False, bootstrap: Bootstrap = None) -> None:
    """Look for what is wrong with Kafka, services, store and Redis, and say the remedy.

    It changes nothing. The exit code is 0 when nothing needs doing, 4 with warnings, 5 with errors.
    """
    from ragline_cli.doctor.diagnosis import Severity, worst
    from ragline_cli.doctor.examination import CHECKS, examine
    from ragline_cli.doctor.patient import Patient
    from ragline_cli.doctor.view import diagnoses_view
    from ragline_cli.progress_bars import progress_bars
    from ragline_cli.stack.operator_settings import operator_settings

    settings = operator_settings(bootstrap)
    with progress_bars(err, shown=not as_json) as report:
        patient = Patient(settings=settings, clock=utc_now, on_progress=report)
        diagnoses = asyncio.run(examine(patient))
    if as_json:
        print_json([each.model_dump(mode="json") for each in diagnoses])
    else:
        out.print(diagnoses_view(diagnoses, len(CHECKS)))
    verdicts = {
        Severity.NOTICE: Verdict.WELL,
        Severity.WARNING: Verdict.WARNINGS,
        Severity.ERROR: Verdict.ERRORS,
    }
    if verdict := verdicts[worst(diagnoses)]:
        raise typer.Exit(verdict)
