"""Each service states how its records are delivered: a change of that is a change of promises."""

from __future__ import annotations

from ragline.contracts.topics import Service
from ragline.messaging.deliveries import DocumentDelivery, Observation, QueryDelivery
from ragline_cli.generated.asyncapi import service_specs


def test_each_service_is_delivered_to_as_promised() -> None:
    assert {spec.service: spec.delivery for spec in service_specs()} == {
        Service.CLASSIFIER: QueryDelivery(),
        Service.RETRIEVER: QueryDelivery(),
        Service.RERANKER: QueryDelivery(),
        Service.GENERATOR: QueryDelivery(reserves=True),
        Service.INGESTOR: DocumentDelivery(),
        Service.MONITOR: Observation(),
    }
