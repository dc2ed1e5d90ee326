"""The services from their images on a real stack: they answer, and stop without losing anything."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from tests.integration.messaging.conftest import Cluster
from tests.patience import PATIENCE_S

from ragline.contracts.base import DEFAULT_TENANT
from ragline.contracts.topics import DOCUMENT_STATUS, DOCUMENTS, QUERIES, Service
from ragline_cli.generated.manifests.values import grace_period_s
from ragline_cli.stack.gateway import gateway_address
from ragline_cli.stack.kafka import KafkaServer

from .container import Container
from .image_builder import Image

DOCUMENT = "# Kettle\n\nError E-07 means that the thermostat is overheated.\n"
QUESTION = "What does error E-07 mean?"
UNDER_WAY = 40


@pytest.fixture(scope="module")
def cluster(kafka: KafkaServer) -> Cluster:
    return Cluster(kafka)


@pytest.fixture(scope="module")
def services(
    images: Mapping[str, Image],
    kafka: KafkaServer,
    postgres_url: str,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[Service, Container]]:
    """All services, ready."""
    addresses = {
        "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "RAGLINE_REDIS__URL": redis_url,
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        **gateway_address(None, tenant=DEFAULT_TENANT).environment(),
    }
    folder = tmp_path_factory.mktemp("containers")
    made = {
        service: Container(images[service], folder / service, addresses=addresses)
        for service in Service
    }
    try:
        with ThreadPoolExecutor(len(made)) as pool:
            list(pool.map(lambda container: container.start(), made.values()))
        yield made
    finally:
        for container in made.values():
            container.kill()


@pytest.fixture(scope="module")
def indexed(services: Mapping[Service, Container], cluster: Cluster) -> None:
    """A document that answers the question."""
    assert services
    publish_documents(cluster, {"kettle"})
    wait_for(lambda: {"kettle"} <= statuses(cluster))


def test_a_question_gets_an_answer(indexed: None, cluster: Cluster) -> None:
    (asked,) = ask(cluster, 1)

    answer = cluster.wait_for_answers({asked})[asked][0]
    assert answer["status"] == "answered", answer
    assert answer["citations"][0]["document_id"] == "kettle"


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("service", Service)
def test_told_to_stop_it_drains_and_nothing_is_lost(
    services: Mapping[Service, Container], cluster: Cluster, service: Service
) -> None:
    container = services[service]
    asked = ask(cluster, UNDER_WAY)
    changed = {str(uuid4()) for _ in range(UNDER_WAY)}
    publish_documents(cluster, changed)

    before = time.monotonic()
    code = container.terminate()
    took_s = time.monotonic() - before
    container.start()

    assert code == 0, container.log.read_text()[-2_000:]
    assert took_s < grace_period_s(service)
    answers = cluster.wait_for_answers(asked)
    assert {len(answers[query_id]) for query_id in asked} == {1}
    wait_for(lambda: changed <= statuses(cluster))


def ask(cluster: Cluster, number: int) -> set[str]:
    """Ask so often, and return the ids."""
    ids = [str(uuid4()) for _ in range(number)]
    questions = [{"query_id": each, "text": QUESTION} for each in ids]
    cluster.publish(QUERIES.name, [(q["query_id"].encode(), _json(q)) for q in questions])
    return set(ids)


def publish_documents(cluster: Cluster, ids: set[str]) -> None:
    documents = [{"document_id": each, "version": 1, "content": DOCUMENT} for each in ids]
    keys = [f"{DEFAULT_TENANT}/{each['document_id']}".encode() for each in documents]
    cluster.publish(DOCUMENTS.name, list(zip(keys, map(_json, documents), strict=True)))


def statuses(cluster: Cluster) -> set[str]:
    """Return the documents that are indexed."""
    found = [json.loads(record.value()) for record in cluster.read(DOCUMENT_STATUS.name)]
    return {each["document_id"] for each in found if each["status"] == "indexed"}


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value).encode()
