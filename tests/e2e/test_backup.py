"""Everything is destroyed and restored: from Kafka and Redis alone, as the page on backups says."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from tests.integration.messaging.conftest import Cluster
from tests.patience import PATIENCE_S

from ragline.contracts.topics import DOCUMENT_ACCESS, DOCUMENTS, Service, consumer_group
from ragline_cli.errors import StackError
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running
from ragline_cli.stack.state import StackKind

from .conftest import Pipeline, running_pipeline

PAGES = {
    "badges.md": "# Badges\n\nA lost badge is reported to the Quillfeather desk on floor 3.\n",
    "vault.md": "# Vault\n\nThe vault opens with the word zebrafinch.\n",
}
QUESTION = "Where is a lost badge reported?"
LATER = "Which word opens the vault?"
NOT_YET = {
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
}
KEPT = ("kafka", "redis")


def test_a_destroyed_stack_answers_again_and_nothing_twice(
    tmp_path: Path, give_up: Callable[[str, StackError], NoReturn]
) -> None:
    stack, backup = tmp_path / "stack", tmp_path / "backup"
    stack.mkdir()
    asked = str(uuid4())
    try:
        with running_pipeline(StackKind.EMBEDDED, stack) as pipeline:
            for name, content in PAGES.items():
                pipeline.change(document_id=name, version=1, content=content)
            question(pipeline, asked)
            answer = pipeline.answer(asked)
            assert answer["status"] == "answered", answer
            later = pipeline.ask(LATER)
            data = pipeline.launcher.plan.data
    except StackError as error:
        give_up("postgres", error)

    for name in KEPT:
        shutil.copytree(data / name, backup / name)
    shutil.rmtree(stack)
    for name in KEPT:
        shutil.copytree(backup / name, data / name)
    read_documents_again(data / "kafka")

    with running_pipeline(StackKind.EMBEDDED, stack) as pipeline:
        assert citations(answered(pipeline, QUESTION)) == citations(answer)
        assert citations(answered(pipeline, LATER)) == citations(later)
        topic = Cluster(pipeline.launcher.plan.kafka)
        assert topic.answers()[asked] == [answer]  # offsets are kept: it was not read again
        question(pipeline, asked)
        pipeline.answer(asked)
        assert topic.answers()[asked] == [answer, answer]  # claims are kept: the same once more


def question(pipeline: Pipeline, query_id: str) -> None:
    pipeline.publish("queries", {"query_id": query_id, "text": QUESTION}, key=query_id)


def read_documents_again(folder: Path) -> None:
    """Let the ingestor's groups begin at the beginning, while no ingestor runs."""
    groups = [consumer_group(Service.INGESTOR, topic) for topic in (DOCUMENT_ACCESS, DOCUMENTS)]
    with running(KafkaServer(folder)) as kafka:
        admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})
        for group in groups:
            delete(admin, group)


def delete(admin: AdminClient, group: str) -> None:
    """Delete a group, as soon as the broker has read which there are."""
    until = time.monotonic() + PATIENCE_S
    while True:
        (deleted,) = admin.delete_consumer_groups([group]).values()
        try:
            deleted.result(PATIENCE_S)
        except KafkaException as error:
            if time.monotonic() > until or error.args[0].code() not in NOT_YET:
                raise
            time.sleep(0.2)
        else:
            return


def answered(pipeline: Pipeline, text: str) -> dict[str, Any]:
    """Ask until what the question needs is in the store again."""
    until = time.monotonic() + PATIENCE_S
    while (answer := pipeline.ask(text))["status"] != "answered":
        assert time.monotonic() < until, answer
    return answer


def citations(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["document_id"], each["version"]) for each in answer["citations"]]
