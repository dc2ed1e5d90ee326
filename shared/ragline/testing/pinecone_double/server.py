"""The double's HTTP interface: the account's indexes and the documents in them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ragline.testing.pinecone_double import records
from ragline.testing.pinecone_double.filters import matches
from ragline.testing.pinecone_double.namespace_log import NamespaceLog, Records
from ragline.testing.pinecone_double.refusals import RefusedCall

MAX_TOP_K = 10_000
MAX_RECORDS = 1_000
MAX_REQUEST_BYTES = 2_000_000
MAX_RESPONSE_BYTES = 4_000_000
_MAX_LISTED = 100
_JSON = "application/json"
_REQUEST_LSN = "x-pinecone-request-lsn"
_INDEXED_LSN = "x-pinecone-max-indexed-lsn"


@dataclass
class _Index:
    name: str
    fields: dict[str, dict[str, Any]]
    deployment: dict[str, Any]
    tags: dict[str, str] | None
    looks_until_ready: int
    namespaces: dict[str, NamespaceLog] = field(default_factory=dict)


@dataclass
class _Failure:
    path: str
    status: int
    headers: Mapping[str, str]
    times: int


class PineconeDouble:
    """A server that behaves as Pinecone says it does; its properties can be changed at any time.

    Args:
        api_key: the one key that it accepts.
        lag: for how many reads a write stays hidden; 0 shows it at once.
        replicas: how many servers answer in turn, each of which is behind on its own.
        looks_until_ready: how often a new index is looked at before it is ready.
    """

    def __init__(
        self,
        *,
        api_key: str = "double",
        lag: int = 0,
        replicas: int = 1,
        looks_until_ready: int = 0,
    ) -> None:
        self.url = ""
        self.api_key = api_key
        self.lag = lag
        self.replicas = replicas
        self.looks_until_ready = looks_until_ready
        self.indexes: dict[str, _Index] = {}
        self.calls: dict[str, int] = defaultdict(int)
        self._failures: list[_Failure] = []

    def fail(
        self, path: str, status: int, *, headers: Mapping[str, str] | None = None, times: int = 1
    ) -> None:
        """Answer the next requests whose path ends like `path` with an error."""
        self._failures.append(_Failure(path, status, headers or {}, times))

    def contents(self, index: str) -> dict[str, Records]:
        """Return what each namespace of an index holds, whatever searches show."""
        found = self.indexes.get(index)
        return {name: log.all() for name, log in found.namespaces.items()} if found else {}

    def app(self) -> Starlette:
        """Return the ASGI application."""
        documents = "/data/{index}/namespaces/{namespace}/documents"
        return Starlette(
            routes=[
                Route("/indexes", self._answer(self._list_indexes), methods=["GET"]),
                Route("/indexes", self._answer(self._create), methods=["POST"]),
                Route("/indexes/{index}", self._answer(self._describe), methods=["GET"]),
                Route("/indexes/{index}", self._answer(self._delete_index), methods=["DELETE"]),
                Route(
                    "/data/{index}/describe_index_stats",
                    self._answer(self._stats),
                    methods=["POST"],
                ),
                *(
                    Route(f"{documents}/{name}", self._answer(act), methods=["POST"])
                    for name, act in (
                        ("upsert", self._upsert),
                        ("search", self._search),
                        ("fetch", self._fetch),
                        ("delete", self._delete),
                        ("update", self._update),
                        ("list", self._list),
                    )
                ),
            ]
        )

    def _answer(self, act: Callable[[Request, Any], tuple[int, Any, dict[str, str]]]) -> Any:
        async def answer(request: Request) -> Response:
            body = await request.body()
            try:
                self._admit(request, len(body))
                status, content, headers = act(request, orjson.loads(body or b"{}"))
            except RefusedCall as error:
                status, headers = error.status, error.headers
                content = {
                    "status": status,
                    "error": {"code": str(status), "message": error.message},
                }
            return Response(orjson.dumps(content), status, headers, _JSON)

        return answer

    def _admit(self, request: Request, size: int) -> None:
        self.calls[request.url.path.rpartition("/")[2]] += 1
        if request.headers.get("api-key") != self.api_key:
            raise RefusedCall(401, "Invalid API Key")
        for failure in self._failures:
            if failure.times and request.url.path.endswith(failure.path):
                failure.times -= 1
                raise RefusedCall(failure.status, "as the test asked", failure.headers)
        if size > MAX_REQUEST_BYTES:
            raise RefusedCall(413, f"request exceeds {MAX_REQUEST_BYTES} bytes")

    # --- the account ---

    def _create(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        name = body.get("name", "")
        if not 1 <= len(name) <= 45 or name.strip("-") != name or name != name.lower():
            raise RefusedCall(400, "names are 1 to 45 lower-case letters, digits and hyphens")
        if name in self.indexes:
            raise RefusedCall(409, f"index {name} already exists")
        index = _Index(
            name=name,
            fields=body["schema"]["fields"],
            deployment=body.get("deployment")
            or {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
            tags=body.get("tags"),
            looks_until_ready=self.looks_until_ready,
        )
        self.indexes[name] = index
        return 201, self._model(index, request), {}

    def _describe(self, request: Request, _: Any) -> tuple[int, Any, dict[str, str]]:
        index = self._index(request)
        model = self._model(index, request)
        index.looks_until_ready -= 1
        return 200, model, {}

    def _list_indexes(self, request: Request, _: Any) -> tuple[int, Any, dict[str, str]]:
        models = [self._model(each, request) for each in self.indexes.values()]
        return 200, {"indexes": models}, {}

    def _delete_index(self, request: Request, _: Any) -> tuple[int, Any, dict[str, str]]:
        del self.indexes[self._index(request).name]
        return 202, {}, {}

    def _model(self, index: _Index, request: Request) -> dict[str, Any]:
        ready = index.looks_until_ready <= 0
        return {
            "name": index.name,
            "host": f"{request.base_url}data/{index.name}",
            "status": {"ready": ready, "state": "Ready" if ready else "Initializing"},
            "schema": {"fields": index.fields},
            "deployment": index.deployment,
            "deletion_protection": "disabled",
            "tags": index.tags,
        }

    def _index(self, request: Request) -> _Index:
        name = request.path_params["index"]
        if name not in self.indexes:
            raise RefusedCall(404, f"index {name} not found")
        return self.indexes[name]

    # --- documents ---

    def _upsert(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        index, documents = self._index(request), body.get("documents")
        if not documents or len(documents) > MAX_RECORDS:
            raise RefusedCall(400, f"an upsert has 1 to {MAX_RECORDS} documents")
        for each in documents:
            records.check(each, index.fields)
        lsn = self._log(request).write(
            lambda stored: stored.update({each["_id"]: each for each in documents})
        )
        return 200, {"upserted_count": len(documents)}, {_REQUEST_LSN: str(lsn)}

    def _delete(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        selectors = [name for name in ("ids", "filter", "delete_all") if body.get(name)]
        if len(selectors) != 1:
            raise RefusedCall(400, "a deletion needs ids, a filter or delete_all")
        ids, where = body.get("ids"), body.get("filter")
        _check_ids(ids or [])
        matches(where or {}, {})

        def remove(stored: Records) -> None:
            names = ids or [name for name, each in stored.items() if matches(where or {}, each)]
            for name in names:
                stored.pop(name, None)

        return 200, {}, {_REQUEST_LSN: str(self._log(request).write(remove))}

    def _update(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        index, documents = self._index(request), body.get("documents") or []
        if not 1 <= len(documents) <= MAX_RECORDS:
            raise RefusedCall(400, f"an update has 1 to {MAX_RECORDS} documents")
        for each in documents:
            records.check_id(each.get("_id"))
            for name, value in each.items():
                if name not in index.fields:
                    records.check_metadata(name, value)

        def patch(stored: Records) -> None:
            for each in documents:
                if each["_id"] in stored:
                    stored[each["_id"]] = {**stored[each["_id"]], **each}

        return 200, {}, {_REQUEST_LSN: str(self._log(request).write(patch))}

    def _search(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        index, (clause, *others) = self._index(request), body["score_by"]
        declared = index.fields.get(clause.get("field"), {})
        if others or declared.get("type") != clause["type"]:
            raise RefusedCall(400, "a vector clause stands alone and names a field of its type")
        if not 1 <= body["top_k"] <= MAX_TOP_K:
            raise RefusedCall(400, f"top_k is 1 to {MAX_TOP_K}")
        if clause["type"] == "dense_vector":
            records.check_dense(clause["values"], declared["dimension"])
        else:
            records.check_sparse(clause["sparse_values"])
        where = body.get("filter") or {}
        matches(where, {})
        stored, position = self._log(request).read()
        hits = [
            (found, each)
            for each in stored.values()
            if matches(where, each)
            if (found := records.score(each, clause)) is not None
        ]
        hits.sort(key=lambda hit: (-hit[0], hit[1]["_id"]))
        answers = [
            {**_fields(each, body.get("include_fields") or []), "_score": found}
            for found, each in hits[: body["top_k"]]
        ]
        return self._result(request, {"matches": answers}, {_INDEXED_LSN: str(position)})

    def _fetch(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        self._index(request)
        ids, where = body.get("ids"), body.get("filter")
        if bool(ids) == bool(where):
            raise RefusedCall(400, "a fetch needs ids or a filter")
        _check_ids(ids or [])
        stored, _ = self._log(request).read()
        after = body.get("pagination_token") or ""
        later = [name for name in sorted(stored) if name > after]
        matching = [name for name in later if matches(where or {}, stored[name])]
        limit = body.get("limit") or MAX_RECORDS
        names = ids or matching[:limit]
        fields = body.get("include_fields") or ["*"]
        found = {name: _fields(stored[name], fields) for name in names if name in stored}
        content: dict[str, Any] = {"documents": found}
        if not ids and len(matching) > limit:
            content["pagination"] = {"next": names[-1]}
        return self._result(request, content, {})

    def _list(self, request: Request, body: Any) -> tuple[int, Any, dict[str, str]]:
        stored, _ = self._log(request).read()
        after = body.get("pagination_token") or ""
        names = [
            name
            for name in sorted(stored)
            if name.startswith(body.get("prefix") or "") and name > after
        ]
        limit = min(body.get("limit") or _MAX_LISTED, _MAX_LISTED)
        content: dict[str, Any] = {"documents": [{"_id": name} for name in names[:limit]]}
        if len(names) > limit:
            content["pagination"] = {"next": names[limit - 1]}
        return self._result(request, content, {})

    def _stats(self, request: Request, _: Any) -> tuple[int, Any, dict[str, str]]:
        counts = {name: len(log.read()[0]) for name, log in self._index(request).namespaces.items()}
        content = {
            "namespaces": {name: {"vectorCount": count} for name, count in counts.items()},
            "totalVectorCount": sum(counts.values()),
        }
        return 200, content, {}

    def _result(
        self, request: Request, content: dict[str, Any], headers: dict[str, str]
    ) -> tuple[int, Any, dict[str, str]]:
        if len(orjson.dumps(content)) > MAX_RESPONSE_BYTES:
            raise RefusedCall(400, f"the result exceeds {MAX_RESPONSE_BYTES} bytes")
        content |= {"namespace": _namespace(request), "usage": {"read_units": 1}}
        return 200, content, headers

    def _log(self, request: Request) -> NamespaceLog:
        index, name = self._index(request), _namespace(request)
        if not 1 <= len(name) <= 512 or not name.isascii() or "\0" in name:
            raise RefusedCall(400, "namespaces have 1 to 512 characters of ASCII")
        if name not in index.namespaces:
            index.namespaces[name] = NamespaceLog(replicas=self.replicas)
        log = index.namespaces[name]
        log.lag = self.lag
        return log


def _namespace(request: Request) -> str:
    return str(request.path_params["namespace"])


def _check_ids(ids: list[Any]) -> None:
    if len(ids) > MAX_RECORDS:
        raise RefusedCall(400, f"at most {MAX_RECORDS} ids")
    for each in ids:
        records.check_id(each)


def _fields(record: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    if "*" in names:
        return dict(record)
    return {"_id": record["_id"]} | {name: record[name] for name in names if name in record}


@contextmanager
def running(double: PineconeDouble) -> Iterator[PineconeDouble]:
    """Serve the double on a free port, in a thread of its own."""
    config = uvicorn.Config(double.app(), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the double did not start")
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        double.url = f"http://127.0.0.1:{port}"
        yield double
    finally:
        server.should_exit = True
        thread.join()
