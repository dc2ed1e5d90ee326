"""Documents that take long to embed: the ingestor stays alive, and others' pages stay fresh."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.integration.messaging.conftest import Cluster, Worker

INGESTOR = str(Path(__file__).with_name("slow_ingestor.py"))
PAGE = "A page of some words, which is one chunk."


def change(tenant: str, document_id: str, content: str) -> tuple[bytes, bytes]:
    value = {"tenant": tenant, "document_id": document_id, "version": 1, "content": content}
    key = f"{tenant}/{document_id}"
    return key.encode(), json.dumps(value | {"operation": "upsert"}).encode()


def indexed(cluster: Cluster) -> list[str]:
    """The documents whose status is published, in that order."""
    records = cluster.read("document-status")
    return [m.key().decode() for m in sorted(records, key=lambda m: m.timestamp()[1])]


def test_long_documents_of_one_tenant_neither_hold_up_anothers_nor_fail_liveness(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    worker = start_worker(
        sys.executable,
        INGESTOR,
        BATCH_S="0.1",
        RAGLINE_KAFKA__MAX_IN_FLIGHT="2",
        RAGLINE_HTTP__LIVENESS_MAX_STALL_S="2",
    )
    worker.wait_until("ready", 200)
    book = "\n\n".join(f"Paragraph {n}. {'Words of a long book. ' * 30}" for n in range(40))
    books = [change("loud", f"book-{n}", book) for n in range(4)]
    cluster.publish("documents", [*books])
    time.sleep(1)  # by then two of them are being embedded, four seconds each on their own
    cluster.publish("documents", [change("quiet", "page", PAGE)])

    wanted = {key.decode() for key, _ in books} | {"quiet/page"}
    until = time.monotonic() + 90
    while not wanted <= set(found := indexed(cluster)) and time.monotonic() < until:
        assert worker.probe("live")[0] == 200, worker.log.read_text()
    assert set(found) == wanted
    assert found[0] == "quiet/page"
