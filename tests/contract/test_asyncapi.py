"""The committed AsyncAPI document is what the applications say of themselves."""

from __future__ import annotations

from pathlib import Path

from ragline.contracts.topics import TOPICS
from ragline_cli.generated import asyncapi

ROOT = Path(__file__).parents[2]


def test_the_committed_document_is_up_to_date() -> None:
    assert (ROOT / asyncapi.FILE).read_text() == asyncapi.render(), "run `ragline asyncapi write`"


def test_the_services_produce_and_consume_as_the_registry_says() -> None:
    sends: dict[str, set[str]] = {}
    receives: dict[str, set[str]] = {}
    for spec in asyncapi.service_specs():
        for topic in spec.outbound:
            sends.setdefault(topic.name, set()).add(spec.service)
        for topic in spec.inbound:
            receives.setdefault(topic.name, set()).add(spec.service)
    for topic in TOPICS:
        if topic.event is None:
            continue  # raw records: retries and dead letters go through the plain producer
        ours = {producer for producer in topic.producers if producer in SERVICES}
        assert sends.get(topic.name, set()) == ours, topic.name
        readers = {consumer for consumer in topic.consumers if consumer in SERVICES}
        assert receives.get(topic.name, set()) == readers, topic.name


SERVICES = {str(spec.service) for spec in asyncapi.service_specs()}


def test_it_is_asyncapi_3_with_a_message_for_every_channel() -> None:
    document = asyncapi.document()
    assert document["asyncapi"].startswith("3.")
    for name, channel in document["channels"].items():
        assert channel["messages"], name
