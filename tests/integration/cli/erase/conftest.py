"""A broker for each module: what others publish would be found as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ragline.settings import KafkaSettings
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        server.create_topics()
        yield KafkaSettings(bootstrap_servers=server.bootstrap_servers)
