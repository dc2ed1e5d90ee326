"""What the OpenAPI document says about every route: problem responses and credentials."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from ragline_gateway.access.credential import API_KEY_HEADER
from ragline_gateway.problem_responses import MEDIA_TYPE
from ragline_gateway.problems import ProblemBody

_MEANINGS = {
    400: "The request cannot be read.",
    401: "No credentials, or none that count.",
    403: "The credentials lack a scope.",
    404: "There is no such thing, or it is somebody else's.",
    408: "It did not arrive in time; the connection is closed.",
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
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "an API key or a JWT"},
    "apiKey": {"type": "apiKey", "in": "header", "name": API_KEY_HEADER},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` argument of a route, a router or an app."""
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


def complete_document(app: FastAPI) -> None:
    """Add the problem responses and the security schemes to the OpenAPI document of `app`.

    Credentials are not FastAPI dependencies of the routes: the gate already checks them, and two
    more dependencies would cost every request time without any use.
    """
    plain = app.openapi

    def completed() -> dict[str, Any]:
        document = plain()
        components = document.setdefault("components", {})
        own = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        components.setdefault("schemas", {}).update({**own.pop("$defs"), _NAME: own})
        components["securitySchemes"] = _SCHEMES
        document["security"] = [{name: []} for name in _SCHEMES]
        return document

    app.openapi = completed  # type: ignore[method-assign]
