"""The commands with the account that is made for them, on a Kafka that refuses everything else."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from confluent_kafka import Producer
from tests.patience import PATIENCE_S

from ragline.contracts.dead_letters import Cause
from ragline.contracts.topics import DEAD_LETTERS, DOCUMENTS, FEEDBACK, QUERIES, TOPICS
from ragline.messaging.failures import Failure
from ragline.messaging.terminal_events import dead_letter_headers
from ragline_cli.generated.manifests.commands_user import commands_user
from ragline_cli.shadow.configuration import applied
from ragline_cli.stack.server import running
from ragline_evaluation.stages import open_stages

from .conftest import PARTITIONS
from .guarded_kafka import GuardedKafka
from .secured_kafka import PASSWORD

DOCUMENT = {"document_id": "kettle", "version": 1, "content": "Error E-07 means overheated."}
RAGLINE = Path(sys.executable).with_name("ragline")
# an installation without services is not well, and an erased text not compacted away at once
OUTCOMES = {"doctor": {4, 5}, "erase": {1}}


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedKafka]:
    small = [replace(topic, partitions=min(PARTITIONS, topic.partitions)) for topic in TOPICS]
    with running(GuardedKafka(tmp_path_factory.mktemp("guarded-kafka"))) as server:
        server.create_topics(topics=small)
        server.admit([commands_user()])
        fill(server)
        yield server


def fill(kafka: GuardedKafka) -> None:
    """Store a document, a question, a thumb, and two dead letters of documents."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "partitioner": "murmur2"})
    value = json.dumps(DOCUMENT).encode()
    producer.produce(DOCUMENTS.name, value, "default/kettle")
    producer.produce(QUERIES.name, json.dumps({"query_id": "q", "text": "What is E-07?"}), "q")
    producer.produce(FEEDBACK.name, json.dumps({"query_id": "q", "rating": "up"}), "q")
    for offset in range(2):
        failed = SimpleNamespace(
            topic=DOCUMENTS.name, partition=0, offset=offset, timestamp=1, headers=[]
        )
        failure = Failure(cause=Cause.PERMANENT_ERROR, code="corrupt_pdf", message="no pages")
        headers = dead_letter_headers(failed, failure, service="ingestor", now=datetime.now(UTC))
        producer.produce(DEAD_LETTERS.name, value, f"default/{offset}", headers=[*headers])
    assert producer.flush(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def own(kafka: GuardedKafka, redis_url: str, postgres_url: str) -> dict[str, str]:
    """Return a command's settings, with a store that has a collection."""
    store = {
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_VECTOR_STORE__COLLECTION": "CommandsAccount",
        "RAGLINE_REDIS__URL": redis_url,
    }

    async def prepare() -> None:
        async with open_stages():
            pass

    with applied(store):
        asyncio.run(prepare())
    return store | {
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap("SASL_PLAINTEXT"),
        "RAGLINE_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "RAGLINE_KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
        "RAGLINE_KAFKA__SASL_USERNAME": "ragline-commands",
        "RAGLINE_KAFKA__SASL_PASSWORD": PASSWORD,
    }


@pytest.mark.parametrize(
    "commands",
    [
        ["doctor"],
        ["dead-letters list", "dead-letters replay --limit 1 --execute"],
        ["dead-letters drop --execute"],
        ["feedback list", "feedback export {folder}/set"],
        ["erase --document kettle --execute --wait-s 0 --receipt {folder}/receipt.json"],
        ["reindex start --to next", "reindex status", "reindex drop next --keep 0"],
        ["shadow --name one --for 1 --out {folder}"],
    ],
    ids=lambda commands: " ".join(commands[0].split()[:2]),
)
def test_a_command_is_refused_nothing(
    kafka: GuardedKafka, own: dict[str, str], tmp_path: Path, commands: list[str]
) -> None:
    before = len(kafka.refusals())
    for command in commands:
        name, *arguments = command.format(folder=tmp_path).split()
        ended = subprocess.run(
            [RAGLINE, name, *arguments],
            check=False,
            env=os.environ | own | {"RAGLINE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert ended.returncode in OUTCOMES.get(name, {0}), ended.stdout + ended.stderr
        assert kafka.refusals()[before:] == []
