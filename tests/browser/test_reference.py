"""The API's page in a real browser: everything comes from the gateway, under its policy."""

from __future__ import annotations

import socket
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Request, expect
from tests.browser.conftest import OpenPage
from tests.browser.serving import served

from ragline_gateway.api import make_api
from ragline_gateway.limits.origins import PageSecurity

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_api_is_shown_without_a_request_to_anybody_else(open_page: OpenPage) -> None:
    app = PageSecurity(make_api(cast("Any", None)))
    with socket.create_server(("127.0.0.1", 0)) as listener, served(app, listener):
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        page = await open_page("about:blank")
        asked: list[str] = []

        def noted(request: Request) -> None:
            asked.append(request.url)

        page.on("request", noted)
        await page.goto(f"http://{address}/docs")
        await expect(page.get_by_role("heading", name="Ragline")).to_be_visible()
        await page.get_by_text("Upload files").click()
        await expect(page.get_by_text("a file's name is its document's id")).to_be_visible()

    foreign = [url for url in asked if urlsplit(url).netloc != address]
    assert [url for url in foreign if not url.startswith("data:")] == []
