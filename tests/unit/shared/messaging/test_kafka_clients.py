"""An admin client is open when it knows a broker to ask."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.messaging import kafka_clients
from ragline.messaging.kafka_clients import ClientProfile, open_admin
from ragline.settings import KafkaSettings


class Woken:
    """The cluster of a broker that was silent for so long that it must be let in again.

    It is its own client and that client's metadata.
    """

    def __init__(self) -> None:
        self.cluster = self._client = self
        self.looks = 0

    def brokers(self) -> set[str]:
        return {"broker"} if self.looks >= 2 else set()

    async def force_metadata_update(self) -> None:
        self.looks += 1

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> Woken:
    found = Woken()

    def admin(**_options: Any) -> Woken:
        return found

    monkeypatch.setattr(kafka_clients, "AIOKafkaAdminClient", admin)
    monkeypatch.setattr(kafka_clients, "_NAMED_AGAIN_S", 0)
    return found


async def test_who_opens_one_waits_until_the_cluster_names_a_broker(woken: Woken) -> None:
    async with open_admin(KafkaSettings(), ClientProfile(client_id="test")):
        assert woken.brokers()


async def test_a_cluster_that_names_none_is_left_to_the_first_request(woken: Woken) -> None:
    profile = ClientProfile(client_id="test", request_timeout_ms=0)

    async with open_admin(KafkaSettings(), profile):
        assert not woken.brokers()
