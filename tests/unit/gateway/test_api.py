"""The API's own page comes from the gateway alone."""

from __future__ import annotations

import re
from typing import Any, cast

import httpx
import pytest

from ragline_gateway.api import make_api


@pytest.fixture
def http() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(make_api(cast("Any", None)))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


async def test_the_page_of_the_api_names_no_other_server_and_runs_no_inline_script(
    http: httpx.AsyncClient,
) -> None:
    page = (await http.get("/docs")).text

    assert "//" not in page
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|\son\w+=", page)
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js"} <= set(named)
    for file in named:
        assert (await http.get(f"/{file}")).status_code == 200


async def test_there_is_no_page_with_scripts_of_other_servers(http: httpx.AsyncClient) -> None:
    assert (await http.get("/redoc")).status_code == 404
