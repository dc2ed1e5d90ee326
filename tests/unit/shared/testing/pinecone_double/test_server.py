"""The double answers as Pinecone's documentation says, and refuses what it says it refuses."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ragline.testing.pinecone_double.server import PineconeDouble

SCHEMA = {
    "fields": {
        "embedding": {"type": "dense_vector", "dimension": 2, "metric": "cosine"},
        "words": {"type": "sparse_vector"},
    }
}
DENSE = {"type": "dense_vector", "field": "embedding", "values": [1.0, 0.0]}


class Client:
    """Speaks to the double without a network."""

    def __init__(self, double: PineconeDouble) -> None:
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(double.app()),
            base_url="http://double",
            headers={"Api-Key": double.api_key},
        )

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self._http.post(path, json=body)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self._http.get(path, headers=headers)

    async def documents(self, act: str, **body: Any) -> httpx.Response:
        return await self.post(f"/data/i/namespaces/n/documents/{act}", **body)

    async def put(self, *names: str, **fields: Any) -> httpx.Response:
        documents = [{"_id": name, "embedding": [1.0, 1.0], **fields} for name in names]
        return await self.documents("upsert", documents=documents)


@pytest.fixture
def double() -> PineconeDouble:
    return PineconeDouble()


@pytest.fixture
async def client(double: PineconeDouble) -> Client:
    client = Client(double)
    assert (await client.post("/indexes", name="i", schema=SCHEMA)).status_code == 201
    return client


async def test_an_index_is_made_once_and_becomes_ready(double: PineconeDouble) -> None:
    double.looks_until_ready = 1
    client = Client(double)
    made = (await client.post("/indexes", name="i", schema=SCHEMA, tags={"a": "b"})).json()
    assert made["host"] == "http://double/data/i"
    assert (made["status"]["ready"], made["tags"]) == (False, {"a": "b"})
    looks = [(await client.get("/indexes/i")).json()["status"]["ready"] for _ in range(2)]
    assert looks == [False, True]
    assert (await client.post("/indexes", name="i", schema=SCHEMA)).status_code == 409
    assert (await client.get("/indexes/other")).status_code == 404
    assert (await client.post("/indexes", name="Wrong", schema=SCHEMA)).status_code == 400
    assert (await client.get("/indexes", **{"Api-Key": "wrong"})).status_code == 401


async def test_documents_are_written_searched_changed_and_removed(client: Client) -> None:
    written = await client.put("a", "b", kind="x", words={"indices": [1], "values": [2.0]})
    assert written.headers["x-pinecone-request-lsn"] == "1"
    found = await client.documents(
        "search", score_by=[DENSE], top_k=1, filter={"kind": "x"}, include_fields=["kind"]
    )
    assert found.headers["x-pinecone-max-indexed-lsn"] == "1"
    assert found.json()["matches"] == [
        {"_id": "a", "kind": "x", "_score": pytest.approx(0.5**0.5)},
    ]
    await client.documents("update", documents=[{"_id": "a", "kind": "y"}, {"_id": "c", "k": 1}])
    fetched = (await client.documents("fetch", ids=["a", "b", "c"])).json()["documents"]
    assert {name: each["kind"] for name, each in fetched.items()} == {"a": "y", "b": "x"}
    await client.documents("delete", ids=["b", "nothing"])
    await client.documents("delete", filter={"kind": "y"})
    assert (await client.documents("fetch", ids=["a", "b"])).json()["documents"] == {}


async def test_a_fetch_by_filter_has_a_limit(client: Client) -> None:
    await client.put("a", "b", "c", kind="x")
    found = await client.documents("fetch", filter={"kind": "x"}, limit=2, include_fields=["kind"])
    assert found.json()["documents"] == {n: {"_id": n, "kind": "x"} for n in ("a", "b")}
    assert "x-pinecone-max-indexed-lsn" not in found.headers


async def test_names_are_listed_in_pages_and_counted(client: Client) -> None:
    names = [f"d{n:03}" for n in range(250)]
    await client.put(*names)
    await client.put("other")
    listed: list[str] = []
    page: dict[str, Any] = {"prefix": "d"}
    while page:
        answer = (await client.documents("list", **page)).json()
        listed += [each["_id"] for each in answer["documents"]]
        after = answer.get("pagination")
        page = {"prefix": "d", "pagination_token": after["next"]} if after else {}
    assert listed == names
    stats = (await client.post("/data/i/describe_index_stats")).json()
    assert stats == {"namespaces": {"n": {"vectorCount": 251}}, "totalVectorCount": 251}


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("upsert", {"documents": []}, 400),
        ("upsert", {"documents": [{"_id": str(n)} for n in range(1_001)]}, 400),
        ("upsert", {"documents": ["a"]}, 400),
        ("upsert", {"documents": [{"_id": "a", "t": "x" * 2_000_001}]}, 413),
        ("search", {"score_by": [DENSE], "top_k": 10_001}, 400),
        ("search", {"score_by": [DENSE], "top_k": 0}, 400),
        ("search", {"score_by": [DENSE, DENSE], "top_k": 1}, 400),
        ("search", {"score_by": [{**DENSE, "field": "words"}], "top_k": 1}, 400),
        ("search", {"score_by": [{**DENSE, "values": [1.0]}], "top_k": 1}, 400),
        ("search", {"score_by": [DENSE], "top_k": 1, "filter": {"a": {"$x": 1}}}, 400),
        ("fetch", {}, 400),
        ("fetch", {"ids": ["a"], "filter": {"a": 1}}, 400),
        ("fetch", {"ids": ["a"] * 1_001}, 400),
        ("delete", {}, 400),
        ("delete", {"ids": ["a"], "filter": {"a": 1}}, 400),
        ("delete", {"ids": ["ä"]}, 400),
        ("update", {"documents": []}, 400),
        ("update", {"documents": [{"_id": "a", "nested": {}}]}, 400),
    ],
)
async def test_what_is_beyond_the_limits_is_refused(
    client: Client, act: str, body: dict[str, Any], status: int
) -> None:
    assert (await client.documents(act, **body)).status_code == status


async def test_a_result_that_is_too_large_is_refused(client: Client) -> None:
    for n in range(110):
        await client.put(f"d{n}", text="x" * 39_000)
    asked = {"score_by": [DENSE], "top_k": 110}
    assert (await client.documents("search", **asked, include_fields=["*"])).status_code == 400
    assert (await client.documents("search", **asked)).status_code == 200


async def test_failures_are_answered_as_often_as_asked(
    double: PineconeDouble, client: Client
) -> None:
    double.fail("fetch", 429, headers={"retry-after": "3"}, times=2)
    answers = [await client.documents("fetch", ids=["a"]) for _ in range(3)]
    assert [each.status_code for each in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert (await client.put("a")).status_code == 200


async def test_a_lag_holds_for_writes_that_come_after_it(
    double: PineconeDouble, client: Client
) -> None:
    await client.put("a")
    double.lag = 1
    await client.put("b")
    counts = [
        len((await client.documents("search", score_by=[DENSE], top_k=9)).json()["matches"])
        for _ in range(2)
    ]
    assert counts == [1, 2]
