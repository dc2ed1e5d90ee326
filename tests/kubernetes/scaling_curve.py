"""`python -m tests.kubernetes.scaling_curve FILE.svg`: a burst, and the pods that follow it.

The manifests are applied as they are and all waits are Kubernetes' and KEDA's own, so it takes half
an hour. What a pod works off a second is given, as nothing runs in the pods.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from .autoscaling import Backlog, ScaledStage, open_backlog, scaled_stage

_TOLD_S = 15
_QUIET_S = 60


@dataclass(frozen=True, slots=True)
class Rates:
    """Records a second: what a pod works off, what comes, and what comes in the burst."""

    a_pod: int
    quiet: int
    burst: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What was seen at a time, in seconds since the start."""

    at_s: float
    coming: int
    lag: int
    ready: int


async def measured(
    stage: ScaledStage, rates: Rates, *, burst_s: int, console: Console
) -> list[Moment]:
    """Return what is seen each second, until the pods are as few as before the burst."""
    seen: list[Moment] = []
    least = stage.scaled["spec"]["minReplicaCount"]
    started = time.monotonic()
    async with open_backlog(stage) as backlog:
        while True:
            now = time.monotonic() - started
            in_burst = _QUIET_S <= now < _QUIET_S + burst_s
            moment = await _second(stage, backlog, rates, now, in_burst=in_burst)
            if not seen or now // _TOLD_S > seen[-1].at_s // _TOLD_S:
                console.print(f"{now:5.0f} s: lag {moment.lag}, {moment.ready} pods")
            seen.append(moment)
            if now > _QUIET_S + burst_s and moment.ready == least and stage.replicas() == least:
                return seen
            await asyncio.sleep(max(0.0, now + 1 - (time.monotonic() - started)))


async def _second(
    stage: ScaledStage, backlog: Backlog, rates: Rates, now: float, *, in_burst: bool
) -> Moment:
    coming = rates.burst if in_burst else rates.quiet
    ready = stage.ready()
    await backlog.come(coming)
    await backlog.work(ready * rates.a_pod)
    return Moment(now, coming, backlog.lag, ready)


def draw(seen: list[Moment], rates: Rates, path: Path) -> None:
    """Draw lag and pods over time."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    minutes = [moment.at_s / 60 for moment in seen]
    figure, (above, below) = pyplot.subplots(2, sharex=True, figsize=(10, 5), layout="constrained")
    above.plot(minutes, [moment.lag for moment in seen], color="tab:red", label="lag")
    above.step(minutes, [moment.coming for moment in seen], color="grey", label="records a second")
    above.set(ylabel="records", title="The retriever's pods follow its lag")
    above.legend(loc="upper right")
    below.step(minutes, [moment.ready for moment in seen], where="post", label="ready pods")
    below.axhline(rates.burst / rates.a_pod, ls=":", color="grey", label="pods for the burst")
    below.set(xlabel="minutes", ylabel="pods", ylim=(0, None))
    below.legend(loc="upper right")
    figure.savefig(path)
    pyplot.close(figure)


def main() -> None:
    """Measure and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--burst-seconds", type=int, default=180)
    parser.add_argument("--burst", type=int, default=300, help="records a second")
    parser.add_argument("--quiet", type=int, default=20, help="records a second")
    parser.add_argument("--pod", type=int, default=40, help="records that a pod works off a second")
    options = parser.parse_args()
    rates = Rates(a_pod=options.pod, quiet=options.quiet, burst=options.burst)
    console = Console(highlight=False)
    with (
        tempfile.TemporaryDirectory() as folder,
        scaled_stage(Path(folder)) as stage,
        asyncio.Runner() as runner,
    ):
        watch = measured(stage, rates, burst_s=options.burst_seconds, console=console)
        seen = runner.run(watch)
    draw(seen, rates, options.file)
    console.print(
        f"most pods {max(moment.ready for moment in seen)}, most lag "
        f"{max(moment.lag for moment in seen)}, all in {seen[-1].at_s / 60:.1f} minutes"
    )


if __name__ == "__main__":
    main()
