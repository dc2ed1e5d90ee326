"""What a command prints of a stack holds none of its passwords."""

from __future__ import annotations

import json
from pathlib import Path

from ragline.settings import StoreKind
from ragline_cli.stack.addresses import (
    Addresses,
    GatewayAddress,
    KafkaAddress,
    RedisAddress,
    StoreAddress,
)
from ragline_cli.stack.state import Phase, ProcessId, StackKind, StackState
from ragline_cli.stack.status import describe


def test_status_tells_addresses_without_passwords(tmp_path: Path) -> None:
    state = StackState(
        stack=StackKind.REAL,
        phase=Phase.RUNNING,
        launcher=ProcessId.own(),
        processes={},
        addresses=Addresses(
            kafka=KafkaAddress(bootstrap_servers="127.0.0.1:9092"),
            vector_store=StoreAddress(
                kind=StoreKind.PGVECTOR,
                url="postgresql://ada:hunter2@127.0.0.1:5432/ragline?sslpassword=hunter2",
                api_key="hunter2",
            ),
            redis=RedisAddress(url="redis://:hunter2@127.0.0.1:6379/0"),
            gateway=GatewayAddress(url="http://127.0.0.1:8080/", tenant="default"),
        ),
        services={},
        logs=tmp_path,
    )

    report = describe(state)

    assert "hunter2" not in json.dumps(report)
    assert report["redis"] == {"url": "redis://127.0.0.1:6379/0"}
    assert report["vector_store"]["url"] == "postgresql://127.0.0.1:5432/ragline?[hidden]"
    assert report["gateway"]["url"] == "http://127.0.0.1:8080/"
