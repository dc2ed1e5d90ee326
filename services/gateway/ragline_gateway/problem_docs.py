"""Problems in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from ragline_gateway.problem_responses import MEDIA_TYPE
from ragline_gateway.problems import ProblemBody

_MEANINGS = {
    400: "The request cannot be read.",
    401: "No credentials, or none that count.",
    403: "The credentials lack a scope.",
    404: "There is no such thing, or it is somebody else's.",
    409: "It contradicts what is stored.",
    413: "The body is too large.",
    415: "The format cannot be read.",
    422: "A field is missing or wrong; `errors` names each.",
    429: "Too many requests; come back after `Retry-After` seconds.",
    500: "A fault of the gateway; its log has the `detail`'s id.",
    503: "It cannot be done just now; try again after `Retry-After` seconds.",
    504: "It took too long.",
}
_WITH_WAIT = (429, 503)
_NAME = "Problem"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what to give to a route, a router or an app as `responses`."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{_NAME}"}
    described: dict[str, Any] = {
        "description": _MEANINGS[status],
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
    if status in _WITH_WAIT:
        described["headers"] = {
            "Retry-After": {"description": "seconds", "schema": {"type": "integer"}}
        }
    return described


def document_problems(app: FastAPI) -> None:
    """Let the OpenAPI document of `app` hold the schema that `problems` names."""
    plain = app.openapi

    def with_problems() -> dict[str, Any]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if _NAME not in schemas:
            own = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(own.pop("$defs", {}))
            schemas[_NAME] = own
        return document

    app.openapi = with_problems  # type: ignore[method-assign]
