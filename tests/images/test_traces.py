"""An image that is built with `TRACES=1` records a question that its publisher traces."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from confluent_kafka import Producer
from tests.e2e.otlp_receiver import receiving_traces
from tests.patience import PATIENCE_S

from ragline.contracts.topics import QUERIES
from ragline_cli.stack.kafka import KafkaServer

from .container import Container
from .image_builder import TRACED, Image


def test_it_sends_the_spans_of_a_question(
    images: Mapping[str, Image], kafka: KafkaServer, redis_url: str, tmp_path: Path
) -> None:
    trace, caller, asked = os.urandom(16).hex(), os.urandom(8).hex(), str(uuid4())
    with receiving_traces() as traces:
        addresses = {
            "RAGLINE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "RAGLINE_REDIS__URL": redis_url,
            "RAGLINE_TRACES__ENDPOINT": traces.url,
        }
        classifier = Container(images[TRACED], tmp_path, addresses=addresses)
        try:
            classifier.start()
            producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
            question = json.dumps({"query_id": asked, "text": "What does error E-07 mean?"})
            headers: dict[str, str | bytes | None] = {"traceparent": f"00-{trace}-{caller}-01"}
            producer.produce(QUERIES.name, question, asked, headers=headers)
            assert producer.flush(PATIENCE_S) == 0
            wanted = {"wait queries", "process queries", "send intents"}
            spans = traces.of(trace, lambda found: wanted <= {span.name for span in found})
        finally:
            classifier.kill()

    assert {span.service for span in spans} == {"ragline-classifier"}
