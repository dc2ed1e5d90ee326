"""One control plane for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .api_client import ApiClient
from .control_plane import control_plane


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """A client of an API server with its controllers and its scheduler."""
    with control_plane(tmp_path_factory.mktemp("kubernetes")) as server:
        client = server.client()
        yield client
        client.close()
