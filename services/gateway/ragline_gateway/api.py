"""The HTTP application: routes, error handlers, middleware and the console's files."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from ragline_gateway.api_document import problems
from ragline_gateway.chat.routes import router as chat
from ragline_gateway.documents.routes import router as documents
from ragline_gateway.feedback.routes import router as feedback
from ragline_gateway.mcp.endpoint import mcp_route
from ragline_gateway.methods import answer_wrong_methods
from ragline_gateway.parts import Parts
from ragline_gateway.pipeline.routes import router as pipeline
from ragline_gateway.queries.routes import router as queries
from ragline_gateway.responses.routes import router as responses
from ragline_gateway.streams.routes import router as streams

_ABOUT = """\
Questions in, cited answers out; documents in, searchable seconds later. Behind it is a pipeline on
Kafka: a question is stored when `POST /v1/queries` returns, and gets exactly one answer.
"""
_FRESH = {"Cache-Control": "no-cache"}
_CONSOLE = files("ragline_gateway") / "console"
_REFERENCE = files("ragline_gateway") / "reference"
# Only its copy of Swagger UI is used
_SWAGGER_UI = ("fastapi_offline", "static")


def make_api(parts: Parts) -> FastAPI:
    """Return the application over `parts`."""
    app = FastAPI(
        title="Ragline",
        version="1",
        description=_ABOUT,
        license_info={"name": "Apache-2.0"},
        docs_url=None,  # FastAPI's pages load scripts of other servers
        redoc_url=None,
        responses=problems(400, 401, 403, 408, 413, 422, 429, 500, 503),
    )
    app.state.parts = parts
    routers = (queries, streams, feedback, chat, responses, documents, pipeline)
    for router in routers:
        app.include_router(router)
    app.router.routes.append(agents := mcp_route(parts))
    answer_wrong_methods(app, [*chain.from_iterable(each.routes for each in routers), agents])
    _add_page(app, "/", _CONSOLE, files_at="/console")
    _add_page(app, "/docs", _REFERENCE, files_at="/docs", packages=[_SWAGGER_UI])
    return app


def _add_page(
    app: FastAPI,
    path: str,
    folder: Traversable,
    *,
    files_at: str,
    packages: Sequence[tuple[str, str]] = (),
) -> None:
    """Serve the page `index.html` of `folder` at `path`, and what belongs to it at `files_at`."""
    index = str(folder / "index.html")

    @app.get(path, include_in_schema=False)
    async def page() -> Response:
        return FileResponse(index, headers=_FRESH)

    app.mount(files_at, _Fresh(directory=str(folder), packages=list(packages)))


class _Fresh(StaticFiles):
    """Static files that browsers must revalidate: after an upgrade they never mix two versions."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_FRESH)
        return response
