"""`ragline dead-letters replay` on a terminal: plan, progress, graceful stop, outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NoReturn

from ragline.clock import utc_now
from ragline.settings import KafkaSettings
from ragline_cli.console import err, out, print_json
from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.plan import ReplayPlan
from ragline_cli.dead_letters.replay import ReplayOutcome, ReplayPace, execute_replay, plan_replay
from ragline_cli.dead_letters.source_scan import SourceScan
from ragline_cli.dead_letters.view import plan_view, steps_table
from ragline_cli.progress_bars import progress_bars
from ragline_cli.stack.signals import StopSignals, stop_signals


def run_replay(
    kafka: KafkaSettings,
    filters: LetterFilters,
    pace: ReplayPace,
    *,
    limit: int | None,
    execute: bool,
    as_json: bool,
) -> ReplayOutcome | None:
    """Show the plan; with `execute`, carry it out and return the outcome, else return None.

    Ctrl-C stops after the current record and its mark; a second Ctrl-C stops at once.
    Raises as `plan_replay`.
    """

    async def run(signals: StopSignals) -> tuple[ReplayPlan, ReplayOutcome | None]:
        async with SourceScan(kafka) as scan:
            with signals.interrupting(), progress_bars(err, shown=not as_json) as report:
                plan = await plan_replay(kafka, scan, filters, limit=limit, on_progress=report)
            if not as_json:
                out.print(plan_view(plan))
            if not execute:
                return plan, None
            stop = signals.requested.is_set
            return plan, await _execute(kafka, scan, plan, pace, stop, shown=not as_json)

    with stop_signals() as signals:
        signals.on_repeat(_interrupt)
        plan, outcome = asyncio.run(run(signals))
    _show(plan, outcome, as_json=as_json)
    return outcome


async def _execute(
    kafka: KafkaSettings,
    scan: SourceScan,
    plan: ReplayPlan,
    pace: ReplayPace,
    stop: Callable[[], bool],
    *,
    shown: bool,
) -> ReplayOutcome:
    with progress_bars(err, shown=shown) as report:
        return await execute_replay(
            kafka, scan, plan, pace, clock=utc_now, stop=stop, on_progress=report
        )


def _interrupt() -> NoReturn:
    raise KeyboardInterrupt


def _show(plan: ReplayPlan, outcome: ReplayOutcome | None, *, as_json: bool) -> None:
    if as_json:
        done = outcome.to_json() if outcome else None
        print_json({**plan.to_json(), "executed": outcome is not None, "outcome": done})
    elif outcome:
        if outcome.skipped:
            out.print(steps_table(outcome.skipped))
        out.print(outcome.text(), highlight=False)
