"""A shadow on a terminal: progress, graceful stop, report."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from ragline.clock import utc_now
from ragline.settings import KafkaSettings
from ragline_cli.console import err, print_json, print_report
from ragline_cli.shadow.configuration import SecondConfiguration, applied
from ragline_cli.shadow.options import ShadowOptions
from ragline_cli.shadow.run import State, run_shadow
from ragline_cli.shadow.stop_request import StopRequest
from ragline_cli.shadow.view import progress
from ragline_cli.stack.signals import stop_signals
from ragline_evaluation.shadow.figures import Run
from ragline_evaluation.shadow.markdown import markdown
from ragline_evaluation.shadow.report import report
from ragline_evaluation.writing import write_report


def run_and_report(
    kafka: KafkaSettings,
    options: ShadowOptions,
    state: State,
    configuration: SecondConfiguration,
    *,
    folder: Path,
    as_json: bool,
) -> None:
    """Run until a stop is requested, and write the report, even after an error.

    Raises as `run_shadow`.
    """
    began = utc_now()
    try:
        with applied(configuration.environment):
            _run(kafka, options, state, shown=not as_json)
    finally:
        if state.runs is not None:
            run = Run(
                name=options.name,
                share=options.share,
                started_at=began,
                ended_at=utc_now(),
                settings=configuration.settings,
                traffic=state.counts.as_dict(),
            )
            _write(state, run, folder, as_json=as_json)


def _run(kafka: KafkaSettings, options: ShadowOptions, state: State, *, shown: bool) -> None:
    def listening() -> None:
        err.print(f"Shadow {options.name} listens", highlight=False)

    with stop_signals() as signals:
        stopping = StopRequest(requested=signals.requested)
        signals.on_repeat(stopping.at_once.set)
        with progress(err, options, state, clock=time.monotonic, shown=shown):
            asyncio.run(run_shadow(kafka, options, state, stopping, on_listening=listening))


def _write(state: State, run: Run, folder: Path, *, as_json: bool) -> None:
    found = report(state.tally, run)
    text = markdown(found)
    written = write_report(folder, found.as_dict(), text)
    if as_json:
        print_json(found.as_dict())
    else:
        print_report(text, written)
