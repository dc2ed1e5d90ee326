"""Another model and other chunks on PostgreSQL, while questions are asked and documents change."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.integration.stack.conftest import Home

PAGES = 12
SECTION = "The {word} queue of page {page} expires after {minutes} minutes without a consumer. " * 6
WORDS = ("amber", "blue", "coral", "dark")
ASK_EVERY_S = 0.5
LOOK_EVERY_S = 2.0  # a status is a process of its own, which takes a core for a second
UNANSWERED = 8  # questions at a time: a slower machine is asked less, not more at once
Chunks = set[tuple[str, int, int]]


def page(number: int) -> str:
    """Return a text of several sections, which other sizes cut elsewhere."""
    sections = [
        f"## {word.title()}\n\n" + SECTION.format(word=word, page=number, minutes=number + at)
        for at, word in enumerate(WORDS)
    ]
    return f"# Page {number}\n\n" + "\n\n".join(sections)


@dataclass
class Load:
    """Asks, and changes documents; what a status says to be searchable is asked for."""

    bootstrap: str
    phase: str = "before"
    asked: dict[str, tuple[str, float]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    stop: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._producer = Producer({"bootstrap.servers": self.bootstrap})
        group = {"bootstrap.servers": self.bootstrap, "group.id": "reindex-load"}
        self._heard = Consumer(group | {"auto.offset.reset": "earliest"})
        self._heard.subscribe(["document-status", "answers"])
        self._told: dict[str, int] = {}
        self._answered: set[str] = set()

    def publish(self, topic: str, key: str, **value: Any) -> None:
        self._producer.produce(topic, key=key, value=json.dumps(value).encode())
        assert self._producer.flush(PATIENCE_S) == 0

    def change(self, document_id: str, content: str) -> None:
        self.versions[document_id] = version = self.versions.get(document_id, 0) + 1
        fields = {"document_id": document_id, "version": version, "content": content}
        self.publish("documents", f"default/{document_id}", **fields)

    def ask(self, text: str, **options: Any) -> None:
        query_id = uuid.uuid4().hex
        self.asked[query_id] = (self.phase, time.time())
        self.publish("queries", query_id, query_id=query_id, text=text, options=options)

    def hear(self) -> None:
        """Take in which versions of the news are searchable, and which questions are answered."""
        for message in self._heard.consume(500, 0.0):
            event = json.loads(message.value() or b"{}") if message.error() is None else {}
            if message.topic() == "answers" and event:
                self._answered.add(event["query_id"])
            elif event.get("document_id") == "news" and event["status"] in ("indexed", "unchanged"):
                self._told["news"] = max(event["version"], self._told.get("news", 0))

    def forever(self) -> None:
        turn = 0
        while not self.stop.wait(ASK_EVERY_S):
            self.hear()
            if len(self.asked.keys() - self._answered) >= UNANSWERED:
                continue
            turn += 1
            word, number = WORDS[turn % len(WORDS)], turn % PAGES
            self.ask(f"When does the {word} queue of page {number} expire?")
            if turn % 4 == 0 and self.versions.get("news", 0) == self._told.get("news", 0):
                self.change("news", f"# News\n\nThe news of the day is number {turn}.")
                self.ask("What is the news of the day?", min_versions=dict(self._told))

    def p95_ms(self, answers: list[dict[str, Any]]) -> dict[str, float]:
        """Return the time from question to answer in each phase, of which 95 % took no longer."""
        took: dict[str, list[float]] = {}
        for each in answers:
            phase, at = self.asked[each["query_id"]]
            seconds = datetime.fromisoformat(each["answered_at"]).timestamp() - at
            took.setdefault(phase, []).append(1_000 * seconds)
        return {
            phase: round(sorted(each)[int(0.95 * (len(each) - 1))]) for phase, each in took.items()
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = Thread(target=self.forever)
        thread.start()
        try:
            yield
        finally:
            self.stop.set()
            thread.join()
            self._heard.close()


def read_all(bootstrap: str, topic: str) -> list[dict[str, Any]]:
    """Return the values of a topic."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reindex-checker"})
    try:
        found: list[dict[str, Any]] = []
        left = {}
        for number in consumer.list_topics(topic, 10).topics[topic].partitions:
            begin, end = consumer.get_watermark_offsets(TopicPartition(topic, number))
            if begin < end:
                left[number] = end
        consumer.assign([TopicPartition(topic, number, 0) for number in left])
        while left:
            for message in consumer.consume(500, 0.2):
                if message.error() is None:
                    found.append(json.loads(message.value() or b"{}"))
                    if (message.offset() or 0) + 1 >= left.get(message.partition() or 0, 1 << 62):
                        del left[message.partition() or 0]
        return found
    finally:
        consumer.close()


async def chunks(url: str, collection: str) -> Chunks:
    """Return the chunks of the pages, which do not change."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            f'SELECT document_id, span_start, span_end FROM "{collection}".chunks'  # noqa: S608
            " WHERE document_id LIKE 'page-%'"
        )
    finally:
        await connection.close()
    return {tuple(row) for row in rows}


def told(home: Home, *arguments: str) -> dict[str, Any]:
    """Run a command and return the JSON that it prints."""
    result = home.run("reindex", *arguments, "--json")
    assert result.returncode == 0, f"{arguments}: {result.stdout}{result.stderr}"
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def index_of(home: Home, name: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {
        each["name"]: each for each in told(home, "status")["indexes"]
    }
    return found[name]


def wait_until_filled(home: Home, name: str) -> None:
    """Wait until an index once holds what there is, though more may come: as long as it grows."""
    done, until = -1, 0.0
    while not is_filled(found := index_of(home, name)):
        if found["done"] > done:
            done, until = found["done"], time.monotonic() + PATIENCE_S
        assert time.monotonic() < until, home.run("reindex", "status").stdout
        time.sleep(LOOK_EVERY_S)


def is_filled(index: dict[str, Any]) -> bool:
    return bool(index["ingestors"]) and index["done"] >= PAGES and index["lag"] <= 5


def run_the_page(home: Home) -> None:
    """Run the examples of the page for operators, one after the other, and end where they began."""
    page = (Path(__file__).parents[3] / "docs" / "reindex.md").read_text()
    lines = re.findall(r"^\$ ragline (.*)$", page, re.MULTILINE)
    assert [line.split()[1] for line in lines] == [
        "start",
        "status",
        "check",
        "flip",
        "rollback",
        "drop",
    ]
    for line in lines:
        result = home.run(*line.split())
        assert result.returncode == 0, f"{line}: {result.stdout}{result.stderr}"
        if line == "reindex check":
            judged = told(home, "check", "--judged", str(judged_questions(home.path / "judged")))
            gates = {each["gate"]: each for each in judged["gates"]}
            assert set(gates) == {"lag", "documents", "quality"}
            assert f"nDCG@10 of {PAGES} questions" in gates["quality"]["found"]


def judged_questions(folder: Path) -> Path:
    """Write questions about the pages, with the page that answers each."""
    questions = [
        {"_id": f"q{at}", "text": f"When does the amber queue of page {at} expire?"}
        for at in range(PAGES)
    ]
    (folder / "qrels").mkdir(parents=True)
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)))
    rows = "\n".join(f"q{at}\tpage-{at}\t1" for at in range(PAGES))
    (folder / "qrels" / "dev.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}\n")
    return folder


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_the_index_changes_under_load_and_back_and_no_question_notices(
    home: Home, record_testsuite_property: Callable[[str, object], None]
) -> None:
    home.without_nice()
    up = home.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    state = json.loads((home.path / "default" / "state.json").read_text())
    bootstrap = state["addresses"]["kafka"]["bootstrap_servers"]
    load = Load(bootstrap)
    for number in range(PAGES):
        load.change(f"page-{number}", page(number))
    assert home.eventually(
        lambda: len(read_all(bootstrap, "document-status")) >= PAGES, within_s=PATIENCE_S
    )

    wanted = (
        "--set",
        "EMBEDDING__MODEL=bge-small-en-v1.5-q",
        "--set",
        "INGESTOR__CHUNK_TARGET=300",
        "--set",
        "INGESTOR__CHUNK_MINIMUM=50",
        "--set",
        "INGESTOR__CHUNK_OVERLAP=0",
    )
    seconds = {}
    with load.running():
        assert home.eventually(lambda: len(load.asked) >= 60, within_s=PATIENCE_S)
        load.phase = "filling"
        told(home, "start", "--to", "short", *wanted)
        told(home, "start", "--to", "short", *wanted)  # again, as after a crash

        # whoever fills it is killed, and started again
        service = "ingestor@short"

        def process() -> int | None:
            services = json.loads((home.path / "default" / "state.json").read_text())["services"]
            pid: int | None = services.get(service, {}).get("pid")
            return pid

        assert home.eventually(lambda: process() is not None, within_s=PATIENCE_S)
        first = process()
        assert first is not None
        kill(first)
        assert home.eventually(lambda: process() not in (None, first), within_s=PATIENCE_S)
        wait_until_filled(home, "short")

        load.phase = "flipping"
        # the command is killed in the middle, and does its work the next time
        flipping = home.start("reindex", "flip")
        time.sleep(3)
        flipping.kill()
        flipping.communicate()
        flipped = told(home, "flip")
        assert (flipped["live"], flipped["late"]) == ("short", [])
        seconds["flip"] = flipped["seconds"]
        time.sleep(3)
        back = told(home, "rollback")
        assert back["live"] == "base"
        seconds["rollback"] = back["seconds"]
        time.sleep(3)
        again = told(home, "flip")
        assert again["live"] == "short"
        seconds["second flip"] = again["seconds"]
        time.sleep(3)
        too_early = home.run("reindex", "drop", "base")
        assert too_early.returncode == 1
        assert "--keep 0" in too_early.stderr
        urls = state["addresses"]["vector_store"]["url"]
        old = asyncio.run(chunks(urls, "Chunks"))
        told(home, "drop", "base", "--keep", "0")
        time.sleep(2)
    assert home.run("reindex", "check").returncode == 1  # there is nothing to compare with

    def all_answered() -> bool:
        answers = {each["query_id"] for each in read_all(bootstrap, "answers")}
        return set(load.asked) <= answers

    assert home.eventually(all_answered, within_s=PATIENCE_S)
    new = asyncio.run(chunks(urls, "Index_short"))
    assert old.isdisjoint(new) or old != new
    answers = read_all(bootstrap, "answers")
    kinds = Counter((each["status"], str(each.get("index"))) for each in answers)
    record_testsuite_property(
        "reindex", {"seconds": seconds, "answers": str(kinds), "p95_ms": load.p95_ms(answers)}
    )

    assert {each["status"] for each in answers} <= {"answered", "refused"}
    assert not [each["query_id"] for each in answers if each.get("missing_versions")]
    assert {each.get("index") for each in answers} == {None, "short"}

    found = read_all(bootstrap, "candidates")
    for each in found:
        own = {None: old, "short": new}[each.get("index")]
        places = {
            (hit["document_id"], hit["start"], hit["end"])
            for hit in each["candidates"]
            if hit["document_id"].startswith("page-")
        }
        assert places <= own, f"{each.get('index')}: {sorted(places - own)[:3]}"

    statuses = read_all(bootstrap, "document-status")
    ended = {(each["document_id"], each["version"]) for each in statuses}
    every = {(name, at) for name, last in load.versions.items() for at in range(1, last + 1)}
    assert every <= ended
    assert {each["status"] for each in statuses} <= {"indexed", "unchanged", "superseded"}

    assert home.run("down").returncode == 0
    assert home.run("up", "--detach").returncode == 0
    status = told(home, "status")
    assert [each["name"] for each in status["indexes"]] == ["short"]
    assert status["live"] == "short"
    run_the_page(home)
    asked = home.run("ask", "When does the coral queue of page 3 expire?", "--json")
    assert asked.returncode in (0, 4), asked.stderr
    assert home.run("down").returncode == 0
    assert home.processes() == []


@pytest.mark.slow
def test_the_store_changes_to_weaviate_and_back(
    home: Home, weaviate_url: str, weaviate_grpc_port: int
) -> None:
    home.without_nice()
    assert home.run("up", "--detach").returncode == 0
    state = json.loads((home.path / "default" / "state.json").read_text())
    load = Load(state["addresses"]["kafka"]["bootstrap_servers"])
    name = f"w{uuid.uuid4().hex[:8]}"
    store = ("--store", "weaviate", "--url", weaviate_url)
    port = ("--set", f"VECTOR_STORE__GRPC_PORT={weaviate_grpc_port}")
    with load.running():
        for number in range(PAGES):
            load.change(f"page-{number}", page(number))
        told(home, "start", "--to", name, *store, *port)
        wait_until_filled(home, name)
        assert told(home, "flip") | {"seconds": None} == {
            "live": name,
            "seconds": None,
            "late": [],
        }
        known = len(load.asked)
        assert home.eventually(lambda: len(load.asked) >= known + 8, within_s=PATIENCE_S)
        assert told(home, "rollback")["live"] == "base"
        told(home, "drop", name, "--keep", "0")

    def answers() -> list[dict[str, Any]]:
        return read_all(load.bootstrap, "answers")

    assert home.eventually(
        lambda: load.asked.keys() <= {each["query_id"] for each in answers()}, within_s=PATIENCE_S
    )
    found = answers()
    assert {each["status"] for each in found} <= {"answered", "refused"}
    assert {each.get("index") for each in found} == {None, name}
    assert not [each["query_id"] for each in found if each.get("missing_versions")]
    assert home.run("down").returncode == 0
