"""A real Chromium, pages that fail on any error, and the servers behind them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NoReturn

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect
from tests.browser import examples
from tests.browser.double import Double, running_double
from tests.patience import PATIENCE_S

from ragline_cli.errors import StackError

CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OpenPage = Callable[..., Any]


def chromium() -> str | None:
    """Return the path of this machine's Chromium, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(give_up: Callable[[str, StackError], NoReturn]) -> AsyncIterator[Browser]:
    """The Chromium of this machine."""
    found = chromium()
    if found is None:
        give_up("browser", StackError(f"none of {', '.join(NAMES)} is installed"))
    expect.set_options(timeout=PATIENCE_S * 1_000)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=found, args=[*CHROMIUM_ARGS], chromium_sandbox=False
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Open a new page: `await open_page(url, **context)`; its errors fail the test."""
    contexts = []
    errors: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        # failed requests are handled by the page; policy violations must fail the test
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            errors.append(message.text)

    async def open_one(url: str, **options: Any) -> Page:
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}} | options
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_S * 1_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", noted)
        await page.goto(url)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert errors == []


@pytest.fixture(scope="session")
def served_double() -> Iterator[Double]:
    """A running double."""
    with running_double() as double:
        yield double


@pytest.fixture
def double(served_double: Double) -> Double:
    """The double, reset to its defaults."""
    served_double.script = [examples.stage(number) for number in range(4)]
    served_double.script += [examples.token(1, 0, ""), examples.done()]
    source = f"GET /v1/documents/{examples.CITATION['document_id']}/source"
    served_double.replies = {
        "GET /v1/me": examples.ME,
        "POST /v1/queries": examples.state(),
        "DELETE /v1/queries/q-1": examples.state(),
        "POST /v1/queries/q-1/feedback": {"accepted": 1},
        "GET /v1/pipeline": examples.pipeline(),
        "GET /v1/documents": {"documents": [examples.document("handbook/badges.md")]},
        source: examples.source(),
    }
    for heard in (served_double.requests, served_double.headers, served_double.streams):
        heard.clear()
    return served_double
