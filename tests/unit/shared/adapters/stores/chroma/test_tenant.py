"""What a tenant's reader does when the server fails."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from ragline.adapters.stores.chroma.client import ChromaConnection
from ragline.adapters.stores.chroma.errors import Overtaken
from ragline.adapters.stores.chroma.tenant import TenantRecords
from ragline.settings import StoreKind, VectorStoreSettings

OVERTAKEN = {"error": "InternalError", "message": "Internal error: Error finding id"}
ID = {"id": "1"}
FOUND = {"ids": [["a"]], "metadatas": [[{}]], "distances": [[0.5]]}


def records(answer: Callable[[], httpx.Response]) -> TenantRecords:
    """Return the records of a server that knows every collection and answers searches so."""

    def served(request: httpx.Request) -> httpx.Response:
        return answer() if request.url.path.endswith("/query") else httpx.Response(200, json=ID)

    settings = VectorStoreSettings(kind=StoreKind.CHROMA, url=SecretStr("http://chroma.test"))
    connection = ChromaConnection(settings)
    connection.client = httpx.AsyncClient(
        transport=httpx.MockTransport(served), base_url="http://chroma.test"
    )
    return TenantRecords(connection, "Chunks", "acme")


async def test_a_search_that_a_writer_overtook_is_made_again() -> None:
    answers = iter([httpx.Response(500, json=OVERTAKEN)] * 2 + [httpx.Response(200, json=FOUND)])

    (found,) = await records(lambda: next(answers)).nearest([1.0], {}, 5)

    assert (found.id, found.distance) == ("a", 0.5)


async def test_a_record_that_is_half_removed_is_looked_up_again() -> None:
    half = FOUND | {"metadatas": [[None]]}
    answers = iter([httpx.Response(200, json=each) for each in (half, FOUND)])

    (found,) = await records(lambda: next(answers)).nearest([1.0], {}, 5)

    assert found.metadata == {}


async def test_a_server_that_always_fails_so_is_not_asked_for_ever() -> None:
    asked = []

    def answer() -> httpx.Response:
        asked.append(1)
        return httpx.Response(500, json=OVERTAKEN)

    with pytest.raises(Overtaken):
        await records(answer).nearest([1.0], {}, 5)

    assert len(asked) < 10
