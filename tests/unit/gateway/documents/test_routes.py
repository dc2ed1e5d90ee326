"""Who may change a document over HTTP, and what is told of those of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from tests.unit.gateway.app import Countdown
from tests.unit.gateway.real_api import Published, as_, real_api

from ragline.contracts.documents import (
    DocumentAccessChanged,
    DocumentChanged,
    EmbeddingCounts,
    Outcome,
)
from ragline.ports.store import DocumentRef, IndexedDocument
from ragline.testing.sources import MemoryReader
from ragline.testing.store import MemoryCollection, MemoryStore
from ragline.testing.views import T0, MemoryViews, status_of


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def views() -> MemoryViews:
    return MemoryViews()


@pytest.fixture
def collection() -> MemoryCollection:
    return MemoryCollection()


@pytest.fixture
def limiter() -> Countdown:
    return Countdown()


@pytest.fixture
async def http(
    published: Published, views: MemoryViews, collection: MemoryCollection, limiter: Countdown
) -> AsyncIterator[httpx.AsyncClient]:
    async with real_api(
        published=published, views=views, sources=MemoryReader(collection), limiter=limiter
    ) as client:
        yield client


@pytest.mark.parametrize("access", [[], ["staff"], ["staff", "eng"]])
@pytest.mark.parametrize("name", ["writer", "member"])
async def test_who_may_write_may_not_say_who_may_read(
    http: httpx.AsyncClient, published: Published, name: str, access: list[str]
) -> None:
    """A key of any group could open every document of the tenant to every key that asks."""
    refused = [
        await http.put("/v1/documents/a.md/access", json={"access": access}, headers=as_(name)),
        await http.put(
            "/v1/documents/a.md", json={"content": "x", "access": access}, headers=as_(name)
        ),
    ]
    if access:
        files = [("files", ("a.md", b"x"))]
        form = {"access": access}
        refused.append(await http.post("/v1/documents", files=files, data=form, headers=as_(name)))

    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert {answer.json()["detail"] for answer in refused} == {
        "use credentials with the scope `access`"
    }
    assert published.events == []


async def test_who_may_write_changes_content_and_leaves_access_as_it_is(
    http: httpx.AsyncClient, published: Published
) -> None:
    files = [("files", ("b.md", b"x"))]
    answers = [
        await http.put("/v1/documents/a.md", json={"content": "x"}, headers=as_("writer")),
        await http.post("/v1/documents", files=files, headers=as_("writer")),
        await http.delete("/v1/documents/a.md", headers=as_("writer")),
    ]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert [cast("DocumentChanged", event).access for event in published.events] == [None] * 3


async def test_with_the_scope_access_is_stated(
    http: httpx.AsyncClient, published: Published
) -> None:
    body = {"content": "x", "access": ["staff"]}
    put = await http.put("/v1/documents/a.md", json=body, headers=as_("cms"))
    files, form = [("files", ("b.md", b"x"))], {"access": ["staff"]}
    uploaded = await http.post("/v1/documents", files=files, data=form, headers=as_("cms"))
    set_ = await http.put("/v1/documents/a.md/access", json={"access": []}, headers=as_("setter"))

    assert [answer.status_code for answer in (put, uploaded, set_)] == [202, 202, 202]
    changes = cast("list[DocumentChanged | DocumentAccessChanged]", published.events)
    assert [event.access for event in changes] == [("staff",), ("staff",), ()]


async def test_who_may_set_access_may_not_write(http: httpx.AsyncClient) -> None:
    refused = await http.put("/v1/documents/a.md", json={"content": "x"}, headers=as_("setter"))
    assert refused.status_code == 403
    assert refused.json()["detail"] == "use credentials with the scope `write`"


def upload(count: int) -> dict[str, Any]:
    files = [("files", (f"{number}.md", b"x")) for number in range(count)]
    return {"files": files, "headers": as_("writer")}


async def test_an_upload_costs_as_many_requests_as_it_has_files(
    http: httpx.AsyncClient, published: Published, limiter: Countdown
) -> None:
    limiter.left = 7
    taken = await http.post("/v1/documents", **upload(5))

    assert taken.status_code == 202
    assert limiter.left == 2
    assert taken.headers.get_list("ratelimit") == ['"requests";r=2;t=2']
    assert len(published.events) == 5


async def test_an_upload_of_more_files_than_requests_are_left_stores_none(
    http: httpx.AsyncClient, published: Published, limiter: Countdown
) -> None:
    limiter.left = 5
    refused = await http.post("/v1/documents", **upload(6))

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "7"
    assert refused.headers.get_list("ratelimit") == ["none"]
    assert published.events == []


async def test_an_upload_that_could_never_pass_is_too_large(
    http: httpx.AsyncClient, published: Published, limiter: Countdown
) -> None:
    limiter.left = 10
    refused = await http.post("/v1/documents", **upload(11))

    assert (refused.status_code, refused.json()["code"]) == (413, "too-many-at-once")
    assert "at most 10 at once" in refused.json()["detail"]
    assert published.events == []


async def test_where_requests_are_not_counted_any_upload_passes(
    http: httpx.AsyncClient, published: Published
) -> None:
    assert (await http.post("/v1/documents", **upload(50))).status_code == 202
    assert len(published.events) == 50


async def test_an_upload_of_which_nothing_is_stored_is_not_accepted(
    http: httpx.AsyncClient, published: Published
) -> None:
    files = [("files", ("a.exe", b"MZ")), ("files", ("b.zip", b"PK"))]
    refused = await http.post("/v1/documents", files=files, headers=as_("writer"))

    assert (refused.status_code, refused.json()["code"]) == (415, "all-rejected")
    assert [error["loc"] for error in refused.json()["errors"]] == [
        ["body", "files", 0],
        ["body", "files", 1],
    ]
    assert refused.json()["detail"].startswith("a.exe: name it with one of ")
    assert published.events == []


async def test_files_that_are_rejected_for_different_reasons_are_an_invalid_request(
    http: httpx.AsyncClient,
) -> None:
    files = [("files", ("a.exe", b"MZ")), ("files", ("b" * 600 + ".md", b"x"))]
    refused = await http.post("/v1/documents", files=files, headers=as_("writer"))
    assert (refused.status_code, refused.json()["code"]) == (422, "all-rejected")


async def test_an_upload_of_which_a_part_is_stored_tells_each_file(
    http: httpx.AsyncClient, published: Published
) -> None:
    files = [("files", ("a.exe", b"MZ")), ("files", ("b.md", b"x"))]
    taken = await http.post("/v1/documents", files=files, headers=as_("writer"))

    assert taken.status_code == 202
    assert [each["status"] for each in taken.json()["documents"]] == ["rejected", "pending"]
    assert len(published.events) == 1


async def test_a_file_that_is_too_large_leaves_the_others_to_be_stored(
    http: httpx.AsyncClient, published: Published
) -> None:
    files = [("files", ("a.pdf", b"x" * 6_300_000)), ("files", ("b.md", b"x"))]
    taken = await http.post("/v1/documents", files=files, headers=as_("writer"))
    refused = await http.post("/v1/documents", files=files[:1], headers=as_("writer"))

    assert taken.status_code == 202
    assert [each["status"] for each in taken.json()["documents"]] == ["rejected", "pending"]
    assert len(published.events) == 1
    assert (refused.status_code, refused.json()["code"]) == (413, "all-rejected")


@pytest.mark.parametrize("name", ["status", "access", "source"])
async def test_a_document_ends_in_no_part_of_its_path(
    http: httpx.AsyncClient, published: Published, name: str
) -> None:
    """It would be stored, and could never be changed, deleted or read again by its path."""
    files = [("files", (f"a/{name}", b"x", "text/markdown"))]
    uploaded = await http.post("/v1/documents", files=files, headers=as_("writer"))
    deleted = await http.delete(f"/v1/documents/a/{name}", headers=as_("writer"))

    assert (uploaded.status_code, deleted.status_code) == (422, 405)
    assert "rename the file" in uploaded.json()["detail"]
    assert published.events == []


@pytest.mark.parametrize("name", ["status", "access", "source"])
async def test_a_document_may_be_called_like_one(
    http: httpx.AsyncClient, published: Published, name: str
) -> None:
    put = await http.put(f"/v1/documents/{name}", json={"content": "x"}, headers=as_("writer"))
    deleted = await http.delete(f"/v1/documents/{name}", headers=as_("writer"))

    assert (put.status_code, deleted.status_code) == (202, 202)
    assert len(published.events) == 2


async def test_a_part_of_a_form_that_nobody_knows_is_refused_by_its_name(
    http: httpx.AsyncClient, published: Published
) -> None:
    """A misspelt `access` would show the document to everybody."""
    files = [("files", ("a.md", b"x"))]
    form = {"acess": "staff"}
    refused = await http.post("/v1/documents", files=files, data=form, headers=as_("cms"))

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"loc": ["body", "acess"], "message": "a form has the parts files, access, tags"}
    ]
    assert published.events == []


async def test_null_is_the_default_of_what_a_document_need_not_state(
    http: httpx.AsyncClient, published: Published
) -> None:
    nulls = dict.fromkeys(
        ("content_encoding", "content_uri", "media_type", "title", "url", "tags", "attributes"),
    )
    body = {"content": "x", "language": None, "access": None, "version": None, **nulls}
    put = await http.put("/v1/documents/a.md", json=body, headers=as_("writer"))

    assert put.status_code == 202, put.text
    (event,) = cast("list[DocumentChanged]", published.events)
    assert (event.tags, event.attributes, event.content) == ((), {}, "x")


def document(document_id: str, *access: str) -> IndexedDocument:
    ref = DocumentRef(tenant="acme", document_id=document_id)
    return IndexedDocument(ref=ref, version=1, chunks=(), content_hash="h", access=access)


@pytest.fixture
async def known(views: MemoryViews, collection: MemoryCollection) -> None:
    """A document for everybody, one for staff, one that staff deleted, one that never was."""
    store = MemoryStore(collection, fingerprint="f", dimensions=8)
    await store.upsert(document("open.md"))
    await store.upsert(document("staff.md", "staff"))
    await store.upsert(document("gone.md", "staff"))
    await store.delete(document("gone.md").ref, version=2)
    outcomes = {
        "open.md": Outcome.INDEXED,
        "staff.md": Outcome.INDEXED,
        "gone.md": Outcome.DELETED,
        "broken.md": Outcome.FAILED,
    }
    for second, (name, outcome) in enumerate(outcomes.items()):
        finished_at = T0 + timedelta(seconds=second)
        await views.note_document(
            status_of(
                "acme",
                name,
                status=outcome,
                finished_at=finished_at,
                embeddings=EmbeddingCounts(cached=7),
                timings={"embed": 0.1},
            )
        )


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("asker", ["open.md"]),
        ("writer", ["open.md"]),
        ("staff", ["gone.md", "staff.md", "open.md"]),
        ("operator", ["broken.md", "gone.md", "staff.md", "open.md"]),
    ],
)
async def test_a_list_shows_the_documents_that_one_may_read(
    http: httpx.AsyncClient, name: str, shown: list[str]
) -> None:
    answer = await http.get("/v1/documents", headers=as_(name))
    assert [each["document_id"] for each in answer.json()["documents"]] == shown
    first = await http.get("/v1/documents?limit=1", headers=as_(name))
    assert [each["document_id"] for each in first.json()["documents"]] == shown[:1]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("query", ["", "?version=1", "?version=0", "?version=9"])
async def test_the_status_of_a_document_of_others_is_that_of_an_unknown_one(
    http: httpx.AsyncClient, query: str
) -> None:
    for name in ("staff.md", "gone.md", "broken.md"):
        theirs = await http.get(f"/v1/documents/{name}/status{query}", headers=as_("asker"))
        unknown = await http.get(f"/v1/documents/{name}x/status{query}", headers=as_("asker"))
        assert theirs.status_code == unknown.status_code == (200 if query else 404)
        assert theirs.text == unknown.text.replace(f"{name}x", name)


@pytest.mark.usefixtures("known")
async def test_who_may_read_or_change_a_document_is_told_its_status(
    http: httpx.AsyncClient,
) -> None:
    told = {
        (name, who): (await http.get(f"/v1/documents/{name}/status", headers=as_(who))).json()
        for name in ("staff.md", "gone.md")
        for who in ("staff", "writer", "operator")
    }
    assert {answer["status"] for (name, _), answer in told.items() if name == "staff.md"} == {
        "indexed"
    }
    assert {answer["status"] for (name, _), answer in told.items() if name == "gone.md"} == {
        "deleted"
    }
    failed = await http.get("/v1/documents/broken.md/status", headers=as_("writer"))
    assert failed.json()["status"] == "failed"


@pytest.mark.usefixtures("known")
async def test_nobody_is_told_what_the_shared_cache_of_embeddings_held(
    http: httpx.AsyncClient,
) -> None:
    listed = await http.get("/v1/documents", headers=as_("operator"))
    named = await http.get("/v1/documents/open.md/status", headers=as_("operator"))
    for report in (*listed.json()["documents"], named.json()["report"]):
        assert not {"embeddings", "timings"} & set(report)
        assert report["finished_at"]
