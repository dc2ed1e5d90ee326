"""`python -m tests.load.dashboards FOLDER`: each dashboard as a picture, with a day's events in it.

The embedded stack answers questions and takes documents for twelve minutes. The vector store is
away for one of them, and for another there are more questions than two cores can answer.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count, cycle
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from tests.e2e.conftest import Pipeline, running_pipeline
from tests.e2e.prometheus_server import PrometheusServer

from ragline_cli.demo.corpus import QUESTIONS, python_reference
from ragline_cli.generated.monitoring.dashboards import DASHBOARDS
from ragline_cli.stack.server import running
from ragline_cli.stack.state import StackKind

from .drawing import draw

DOCUMENTS = 40
STEP_S = 4
_AT_ONCE = 256
_ANSWERED_WITHIN_S = 60


def main(
    folder: Annotated[Path, typer.Argument(help="where the pictures go")],
    minutes: Annotated[float, typer.Option(help="how long the stack is looked at")] = 12,
    rate: Annotated[float, typer.Option(help="questions a second")] = 1.5,
    burst: Annotated[float, typer.Option(help="questions a second in the burst")] = 25,
) -> None:
    """Run the stack and draw what Prometheus has seen."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running_pipeline(StackKind.EMBEDDED, Path(home)) as pipeline,
        running(
            PrometheusServer(Path(home) / "prometheus", pipeline.launcher.plan.services)
        ) as prometheus,
    ):
        began = time.time()
        part = minutes * 60 / 12
        with _asking(pipeline) as rates, _publishing(pipeline):
            rates.append(rate)
            time.sleep(4 * part)
            typer.echo("the vector store goes away")
            pipeline.launcher.plan.store.kill()
            time.sleep(part)
            pipeline.launcher.plan.store.start()
            typer.echo("it is back")
            time.sleep(3 * part)
            typer.echo("more questions than can be answered")
            rates.append(burst)
            time.sleep(part)
            rates.append(rate)
            time.sleep(3 * part)
        ended = time.time()
        for dashboard in DASHBOARDS:
            draw(dashboard, _Window(prometheus, began, ended), folder / f"{dashboard.name}.png")


class _Window:
    """Asks Prometheus about the time that was looked at."""

    def __init__(self, prometheus: PrometheusServer, began: float, ended: float) -> None:
        self._prometheus = prometheus
        self._span = {"start": str(began), "end": str(ended), "step": str(STEP_S)}

    def __call__(self, expr: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._prometheus.get("query_range", query=expr, **self._span)[
            "result"
        ]
        return found


@contextmanager
def _asking(pipeline: Pipeline) -> Iterator[list[float]]:
    """Ask over HTTP while the block runs, at the last of the rates, each question its own."""
    rates: list[float] = []
    ended = threading.Event()
    api = httpx.Client(
        base_url=pipeline.launcher.plan.addresses.gateway.url,
        timeout=_ANSWERED_WITHIN_S,
        limits=httpx.Limits(max_connections=None),
    )
    questions = cycle(QUESTIONS)

    def ask(number: int, text: str) -> None:
        with suppress(httpx.HTTPError):
            asked = api.post(
                "/v1/queries",
                json={"text": f"{text} ({number})"},
                headers={"Prefer": f"wait={_ANSWERED_WITHIN_S}"},
            ).json()
            if number % 7 == 0 and asked.get("status") == "answered":
                rating = random.choice(("up", "up", "up", "down"))
                api.post(f"/v1/queries/{asked['query_id']}/feedback", json={"rating": rating})

    def keep_asking() -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for number in count():
                if ended.wait(random.expovariate(rates[-1] if rates else 1)):
                    return
                pool.submit(ask, number, next(questions))

    thread = threading.Thread(target=keep_asking)
    thread.start()
    try:
        yield rates
    finally:
        ended.set()
        thread.join()
        api.close()


@contextmanager
def _publishing(pipeline: Pipeline) -> Iterator[None]:
    """Publish documents in turn while the block runs, one every three seconds, some of them bad."""
    ended = threading.Event()
    reference = python_reference()[-DOCUMENTS:]

    def keep_publishing() -> None:
        for version in count(1):
            for number, document in enumerate(reference):
                name = document.document_id
                fields = {"document_id": name, "version": version, "content": document.content}
                if number % 9 == 8:  # a file that is not what it says
                    fields |= {"media_type": "application/pdf", "content": "no PDF"}
                pipeline.publish("documents", fields, key=f"default/{name}")
                if ended.wait(3 if version > 1 else 0.5):
                    return

    thread = threading.Thread(target=keep_publishing)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    typer.run(main)
