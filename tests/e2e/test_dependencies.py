"""A dependency that is down at start is waited for; the service says so and becomes ready alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest
from tests.patience import PATIENCE_S

from ragline.contracts.topics import Service
from ragline_cli.errors import StackError
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.postgres import PostgresServer
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import Server
from ragline_cli.stack.services import ServiceProcess
from ragline_cli.stack.weaviate import WeaviateServer


def probe(url: str) -> tuple[int, dict[str, Any]]:
    """Return a probe's status and body; 0 when nothing answers yet."""
    try:
        answer = http_get(url, timeout_s=PATIENCE_S)
    except OSError:
        return 0, {}
    return answer.status, json.loads(answer.body)


def wait_for_problem(service: ServiceProcess, text: str, timeout: float = PATIENCE_S) -> None:
    """Wait until readiness names a problem that contains `text`, while liveness is fine."""
    until = time.monotonic() + timeout
    body: dict[str, Any] = {}
    while time.monotonic() < until:
        status, body = probe(service.health)
        if status == 503 and text in json.dumps(body):
            assert probe(service.health.replace("ready", "live"))[0] == 200
            return
        time.sleep(0.2)
    raise AssertionError(
        f"readiness never said {text!r}: {body}\n{service.log.read_text()[-2000:]}"
    )


def wait_until_ready(service: ServiceProcess, timeout: float = PATIENCE_S) -> None:
    """Wait until readiness is fine."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if probe(service.health)[0] == 200:
            return
        time.sleep(0.2)
    raise AssertionError(f"not ready: {probe(service.health)}\n{service.log.read_text()[-2000:]}")


@pytest.fixture
def launched(
    tmp_path: Path, kafka: KafkaServer, redis_url: str
) -> Iterator[Callable[..., ServiceProcess]]:
    """Launch services without waiting for them; stop them at the end."""
    started: list[ServiceProcess] = []
    pool = ThreadPoolExecutor(4)

    def launch(service: Service, **settings: str) -> ServiceProcess:
        addresses = {
            "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "RAGLINE_REDIS__URL": redis_url,
        } | settings
        process = ServiceProcess(
            service, tmp_path, addresses=addresses, log=tmp_path / f"{service}.log"
        )
        launched = Event()
        pool.submit(process.start, on_launched=launched.set)
        assert launched.wait(30)
        started.append(process)
        return process

    yield launch
    for process in started:
        process.stop()
    pool.shutdown()


@pytest.mark.parametrize("store", ["pgvector", "weaviate"])
def test_a_vector_store_that_comes_late(
    store: str,
    tmp_path: Path,
    launched: Callable[..., ServiceProcess],
    give_up: Callable[[str, StackError], NoReturn],
) -> None:
    server: Server
    server = PostgresServer(tmp_path) if store == "pgvector" else WeaviateServer(tmp_path)
    try:
        server.start()
    except StackError as error:
        give_up(store, error)
    server.stop()
    assert isinstance(server, PostgresServer | WeaviateServer)
    settings = {"RAGLINE_VECTOR_STORE__KIND": store, "RAGLINE_VECTOR_STORE__URL": server.url}
    if isinstance(server, WeaviateServer):
        settings["RAGLINE_VECTOR_STORE__GRPC_PORT"] = str(server.grpc_port)
    retriever = launched(Service.RETRIEVER, **settings)
    try:
        wait_for_problem(retriever, "waiting")
        server.start()
        wait_until_ready(retriever)
        server.kill()  # and down again while it runs: not ready, but alive
        wait_for_problem(retriever, "vector_store")
        server.start()
        wait_until_ready(retriever)
    finally:
        server.stop()


def test_redis_is_optional(tmp_path: Path, launched: Callable[..., ServiceProcess]) -> None:
    """Answers go out without a claim and without a token stream; the metrics count it."""
    redis = RedisServer(tmp_path)
    generator = launched(Service.GENERATOR, RAGLINE_REDIS__URL=f"redis://127.0.0.1:{redis.port}/0")
    wait_until_ready(generator)


def test_kafka_that_comes_late(tmp_path: Path, launched: Callable[..., ServiceProcess]) -> None:
    kafka = KafkaServer(tmp_path / "late")
    classifier = launched(
        Service.CLASSIFIER, RAGLINE_KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers
    )
    wait_for_problem(classifier, "does not answer")
    kafka.start()
    try:
        wait_for_problem(classifier, "topics are missing")
        kafka.create_topics()
        wait_until_ready(classifier)
    finally:
        classifier.stop()
        kafka.stop()
