"""A control plane for each file: who applies an object owns its fields, also against a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .api_client import ApiClient
from .api_server import ApiServer
from .control_plane import control_plane


@pytest.fixture(scope="module")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server with its controllers and its scheduler."""
    with control_plane(tmp_path_factory.mktemp("kubernetes")) as server:
        yield server


@pytest.fixture(scope="module")
def api(api_server: ApiServer) -> Iterator[ApiClient]:
    """A client of the API server."""
    client = api_server.client()
    yield client
    client.close()
