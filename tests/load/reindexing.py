"""`python -m tests.load.reindexing --questions FILE -- --set NAME=VALUE …`: what askers notice.

Asks a filled, running stack (`ragline up`, `ragline ingest`) at a fixed rate, whatever comes back,
while another index is made, filled, flipped to, rolled back and dropped. Prints for each of these
phases the time from question to answer, and how often the answer failed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from typing import Annotated, Any

import typer
from confluent_kafka import Consumer, Producer, TopicPartition
from rich.console import Console
from rich.table import Table

from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.state import read_state

NAME = f"measured-{uuid.uuid4().hex[:6]}"  # Kafka still knows how far the last one was read
POLL_S = 2.0
ANSWERS_WITHIN_S = 120.0
FAILED = frozenset({"failed", "expired"})


@dataclass
class Asker:
    """Asks the questions in turn, and remembers in which phase each was asked."""

    bootstrap: str
    questions: list[str]
    every_s: float
    phase: str = "quiet"
    asked: dict[str, tuple[str, float]] = field(default_factory=dict)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask while the block runs."""
        stop = Event()
        thread = Thread(target=self._ask, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _ask(self, stop: Event) -> None:
        producer = Producer({"bootstrap.servers": self.bootstrap})
        due = time.time()
        for text in cycle(self.questions):
            due += self.every_s
            if stop.wait(max(0.0, due - time.time())):
                break
            query_id = uuid.uuid4().hex
            self.asked[query_id] = (self.phase, due)
            value = json.dumps({"query_id": query_id, "text": text}).encode()
            producer.produce("queries", key=query_id, value=value)
            producer.poll(0)
        producer.flush()


def answers_since(bootstrap: str, ends: dict[int, int], wanted: set[str]) -> list[dict[str, Any]]:
    """Return the answers to `wanted` that were written after `ends`; wait for those that miss."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reindexing"})
    consumer.assign([TopicPartition("answers", number, end) for number, end in ends.items()])
    found: dict[str, dict[str, Any]] = {}
    until = time.monotonic() + ANSWERS_WITHIN_S
    while wanted - found.keys() and time.monotonic() < until:
        for message in consumer.consume(500, 0.5):
            if message.error() is None:
                answer = json.loads(message.value() or b"{}")
                found[answer["query_id"]] = answer
    consumer.close()
    return [answer for query_id, answer in found.items() if query_id in wanted]


def ends_of(bootstrap: str, topic: str) -> dict[int, int]:
    """Return where each partition of a topic ends."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reindexing"})
    try:
        numbers = consumer.list_topics(topic, 10).topics[topic].partitions
        return {
            number: consumer.get_watermark_offsets(TopicPartition(topic, number))[1]
            for number in numbers
        }
    finally:
        consumer.close()


def reindex(*arguments: str) -> dict[str, Any]:
    """Run a verb of `ragline reindex` and return what it prints."""
    command = [sys.executable, "-m", "ragline_cli.main", "reindex", *arguments, "--json"]
    told: dict[str, Any] = json.loads(
        subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    )
    return told


def wait_until_filled() -> None:
    """Wait until the new index lags nowhere."""
    while True:
        [found] = [each for each in reindex("status")["indexes"] if each["name"] == NAME]
        if found["ingestors"] and found["done"] and not found["lag"]:
            return
        time.sleep(POLL_S)


def run(asker: Asker, changed: list[str], seconds: float) -> dict[str, float]:
    """Go through all phases, each of at least `seconds`; return how long each turn took."""
    turns = {}
    with asker.asking():
        time.sleep(seconds)
        asker.phase = "filling"
        reindex("start", "--to", NAME, *changed)
        wait_until_filled()
        asker.phase = "filled"
        time.sleep(seconds)
        for verb in ("flip", "rollback", "flip again"):
            asker.phase = verb
            turns[verb] = reindex(verb.split()[0])["seconds"]
            time.sleep(seconds)
        asker.phase = "dropping"
        reindex("rollback")
        reindex("drop", NAME, "--keep", "0")
    return turns


def table_of(asker: Asker, answers: list[dict[str, Any]], turns: dict[str, float]) -> Table:
    """Return a row for each phase; times in seconds."""
    table = Table("phase", "asked", "answers", "failed", "p50", "p95", "largest", "turned after")
    took: dict[str, list[float]] = {}
    statuses: dict[str, Counter[str]] = {}
    for each in answers:
        phase, at = asker.asked[each["query_id"]]
        seconds = datetime.fromisoformat(each["answered_at"]).timestamp() - at
        took.setdefault(phase, []).append(seconds)
        statuses.setdefault(phase, Counter())[each["status"]] += 1
    asked = Counter(phase for phase, _ in asker.asked.values())
    for phase, count in asked.items():
        ranked = sorted(took.get(phase, [float("nan")]))
        failed = sum(statuses.get(phase, Counter())[status] for status in FAILED)
        table.add_row(
            phase,
            str(count),
            str(len(took.get(phase, []))),
            str(failed),
            *(f"{ranked[int(share * (len(ranked) - 1))]:.3f}" for share in (0.5, 0.95, 1.0)),
            f"{turns[phase]:.2f}" if phase in turns else "",
        )
    return table


def main(
    changed: Annotated[list[str], typer.Argument(help="What `ragline reindex start` gets.")],
    *,
    questions: Annotated[Path, typer.Option(help="queries.jsonl, as of BEIR.")],
    rate: Annotated[float, typer.Option(help="Questions a second.")] = 5.0,
    seconds: Annotated[float, typer.Option(help="At least, of each phase.")] = 30.0,
) -> None:
    """Measure what askers notice of a change of the index."""
    state = read_state(state_folder(DEFAULT_NAME))
    if state is None:
        sys.exit("no stack is running: start one with `ragline up`")
    bootstrap = state.addresses.kafka.bootstrap_servers
    texts = [json.loads(line)["text"] for line in questions.read_text().splitlines()]
    ends = ends_of(bootstrap, "answers")
    asker = Asker(bootstrap, texts, 1 / rate)
    turns = run(asker, changed, seconds)
    Console().print(table_of(asker, answers_since(bootstrap, ends, set(asker.asked)), turns))


if __name__ == "__main__":
    typer.run(main)
