"""`python -m tests.load`: the whole run; `make load` calls it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console

from ragline.settings import StoreKind
from ragline_cli.stack.addresses import (
    Addresses,
    GatewayAddress,
    KafkaAddress,
    RedisAddress,
    StoreAddress,
)
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.ports import choose_port
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.services import is_healthy

console = Console(stderr=True)


def main(
    *,
    streams: Annotated[int, typer.Option(help="Open event streams.")] = 10_000,
    pause: Annotated[float, typer.Option(help="Seconds between a stream's tokens.")] = 10.0,
    rate: Annotated[float, typer.Option(help="Questions a second.")] = 500.0,
    seconds: Annotated[float, typer.Option(help="Of each of the two phases.")] = 60.0,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("build/reports"),
) -> None:
    """Load one gateway on real Kafka and Redis, with the pipeline stubbed at `answers`."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if streams + 500 > most:
        raise typer.BadParameter(f"this machine allows {most} open files a process")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ragline-load-")))
        environment = stack.enter_context(servers(folder))
        report = measure(
            stack, environment, streams=streams, pause=pause, rate=rate, seconds=seconds
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / "load.json").write_text(json.dumps(report, indent=2) + "\n")
    console.print_json(data=report)


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """Run Kafka and Redis, and yield their settings."""
    kafka, redis = KafkaServer(folder / "kafka"), RedisServer(folder / "redis")
    with ExitStack() as stack:
        for server in (kafka, redis):
            server.start(Event())
            stack.callback(server.stop)
        kafka.create_topics()
        addresses = Addresses(
            kafka=KafkaAddress(bootstrap_servers=kafka.bootstrap_servers),
            redis=RedisAddress(url=redis.url),
            gateway=GatewayAddress(url=f"http://127.0.0.1:{choose_port(None)}/", tenant="load"),
            vector_store=StoreAddress(kind=StoreKind.PGVECTOR, url="postgresql://127.0.0.1:1/none"),
        )
        yield {**os.environ, **addresses.environment(), **addresses.gateway.environment()}


def measure(
    stack: ExitStack,
    environment: Mapping[str, str],
    *,
    streams: int,
    pause: float,
    rate: float,
    seconds: float,
) -> dict[str, Any]:
    """Run both phases and return their figures."""
    port, probes = int(environment["RAGLINE_GATEWAY__PORT"]), choose_port(None)
    own = {
        "RAGLINE_HTTP__PORT": str(probes),
        "RAGLINE_GATEWAY__REQUESTS_PER_MINUTE": "100000000",
        "RAGLINE_GATEWAY__MAX_DEADLINE_S": "3600",
        "RAGLINE_LOG__LEVEL": "WARNING",
        "RAGLINE_REDIS__TIMEOUT_S": "5",
        "LOAD_TOKEN_PAUSE_S": str(pause),
    }
    env = {**environment, **own}
    pipeline = stack.enter_context(process("tests.load.pipeline", env=env))
    assert pipeline.stdout is not None
    pipeline.stdout.readline()
    gateway = stack.enter_context(process("ragline_gateway", env=env, out=None))
    while not is_healthy(f"http://127.0.0.1:{probes}/health/ready"):
        time.sleep(0.1)
    seen = psutil.Process(gateway.pid)
    questions = client(env, port, "--rate", str(rate), "--seconds", str(seconds), cpu=seen)
    base = seen.memory_info().rss
    opening = streams / 200
    reading = client(
        env, port, "--streams", str(streams), "--seconds", str(seconds + opening), cpu=seen
    )
    held = reading["opened"]["memory"] - base
    return {
        "questions": questions["questions"],
        "streams": {
            **reading["streams"],
            "opened_in_s": reading["opened"]["seconds"],
            "open": streams,
            "bytes_per_connection": held / streams,
            "resident_before": base,
        },
    }


def client(
    env: Mapping[str, str], port: int, *arguments: str, cpu: psutil.Process
) -> dict[str, Any]:
    """Run a client and return its phases, with the gateway's memory and CPU share at each."""
    phases: dict[str, Any] = {}
    with process("tests.load.client", "--port", str(port), *arguments, env=env) as running:
        assert running.stdout is not None
        cpu.cpu_percent()
        for line in running.stdout:
            told = json.loads(line)
            told |= {"memory": cpu.memory_info().rss, "gateway_cpu_percent": cpu.cpu_percent()}
            phases[told.pop("phase")] = told
            console.log(told)
    return phases


@contextmanager
def process(
    module: str, *arguments: str, env: Mapping[str, str], out: int | None = subprocess.PIPE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of this environment while the block runs."""
    running = subprocess.Popen([sys.executable, "-m", module, *arguments], env=env, stdout=out)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)


if __name__ == "__main__":
    typer.run(main)
