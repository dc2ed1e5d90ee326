"""A separate Kafka for this folder, with few partitions, and worker processes on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from tests.patience import PATIENCE_S

from ragline.contracts.topics import TOPICS
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.ports import choose_port
from ragline_cli.stack.server import running

WORKER = Path(__file__).parent / "worker.py"
PARTITIONS = 6
Answers = dict[str, list[dict[str, Any]]]


@dataclass
class Worker:
    """A worker process and its probes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def probe(self, name: str) -> tuple[int, dict[str, Any]]:
        """Return status and body of `/health/<name>`; status 0 without a response."""
        try:
            answer = http_get(f"http://127.0.0.1:{self.port}/health/{name}", timeout_s=PATIENCE_S)
        except OSError:
            return 0, {}
        return answer.status, json.loads(answer.body)

    def wait_until(self, name: str, status: int, timeout: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for a probe's status and return the body."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found, body = self.probe(name)
            if found == status:
                return body
            time.sleep(0.1)
        raise AssertionError(f"{name} was not {status} in {timeout} s\n{self.log.read_text()}")

    def wait_for_problem(self, text: str, timeout: float = PATIENCE_S) -> None:
        """Wait until readiness fails with a reason that contains `text`."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            status, body = self.probe("ready")
            if status == 503 and text in str(body.get("problems")):
                return
            time.sleep(0.1)
        raise AssertionError(f"not {text!r} in {timeout} s\n{self.log.read_text()}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def metric(self, name: str) -> float:
        """Return a metric's value, over all its labels."""
        answer = http_get(f"http://127.0.0.1:{self.port}/metrics", timeout_s=PATIENCE_S)
        lines = answer.body.decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


@dataclass
class Cluster:
    """The broker with helpers to publish and to read topics from the beginning."""

    server: KafkaServer

    @property
    def bootstrap(self) -> str:
        return self.server.bootstrap_servers

    def publish(
        self,
        topic: str,
        records: list[tuple[bytes | None, bytes | None]],
        *,
        partitioner: str = "consistent_random",
    ) -> None:
        """Publish (key, value) records with a third-party client, as it comes."""
        producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "message.max.bytes": 9_000_000,
                "partitioner": partitioner,
            }
        )
        for key, value in records:
            producer.produce(topic, key=key, value=value)
            producer.poll(0)
        assert producer.flush(PATIENCE_S) == 0

    def read(self, topic: str) -> list[Any]:
        """Return every record of a topic."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "checker"})
        try:
            partitions = consumer.list_topics(topic, 10).topics[topic].partitions
            wanted = [TopicPartition(topic, p, 0) for p in partitions]
            end = sum(end_of(consumer, p) for p in wanted)
            consumer.assign(wanted)
            found: list[Any] = []
            until = time.monotonic() + PATIENCE_S
            while len(found) < end and time.monotonic() < until:
                found += [m for m in consumer.consume(500, 0.5) if m.error() is None]
            return found
        finally:
            consumer.close()

    def answers(self) -> Answers:
        """Return all answers by query id."""
        found: Answers = defaultdict(list)
        for message in self.read("answers"):
            answer = json.loads(message.value() or b"")
            found[answer["query_id"]].append(answer)
        return found

    def wait_for_answers(
        self, ids: set[str], timeout: float = PATIENCE_S
    ) -> dict[str, list[dict[str, Any]]]:
        """Wait until every id has an answer and return all of them."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = self.answers()
            if ids <= set(found):
                return found
            time.sleep(0.5)
        missing = ids - set(found)
        raise AssertionError(f"{len(missing)} of {len(ids)} unanswered: {sorted(missing)[:5]}")


def end_of(consumer: Consumer, partition: TopicPartition, timeout: float = PATIENCE_S) -> int:
    """Return a partition's end; retry while a broker that has just restarted has no leader."""
    until = time.monotonic() + timeout
    while True:
        try:
            end: int = consumer.get_watermark_offsets(partition)[1]
        except KafkaException:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return end


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A broker with the registry's topics, with few partitions."""
    small = [replace(topic, partitions=min(PARTITIONS, topic.partitions)) for topic in TOPICS]
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        server.create_topics(topics=small)
        yield Cluster(server)


@pytest.fixture
def start_worker(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start workers, or other commands; whatever still runs at the end is killed."""
    workers: list[Worker] = []

    def start(*command: str, **env: str) -> Worker:
        port = choose_port(None)
        log = tmp_path / f"worker-{len(workers)}.log"
        settings = {
            "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": cluster.bootstrap,
            "RAGLINE_HTTP__PORT": str(port),
            "RAGLINE_LOG__FORMAT": "text",
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                command or [sys.executable, str(WORKER)],
                env=os.environ | settings | env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        workers.append(Worker(process, port, log))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.process.poll() is None:
            worker.process.kill()
        worker.process.wait(PATIENCE_S)
