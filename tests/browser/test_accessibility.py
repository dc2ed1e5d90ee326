"""What axe-core finds on the page (WCAG 2.2 A and AA and its best practices): nothing."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from tests.browser import examples
from tests.browser.conftest import OpenPage
from tests.browser.double import Double, Pause

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations", "incomplete"],
}
# a gradient lies behind the question box: checked by eye in the screenshots
UNDECIDED = {"color-contrast"}


async def found(page: Page) -> list[tuple[str, str]]:
    results: dict[str, Any] = (await Axe().run(page, options=RULES)).response
    open_questions = [each for each in results["incomplete"] if each["id"] not in UNDECIDED]
    return [
        (each["id"], node["html"][:200])
        for each in (*results["violations"], *open_questions)
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
async def test_axe_finds_nothing_from_the_first_look_to_the_source(
    open_page: OpenPage, double: Double, scheme: str, width: int
) -> None:
    double.replies["GET /v1/pipeline"] = examples.pipeline(
        retriever={"members": 0}, reranker={"lag": 90}, generator={"lag": 1}
    )
    page = await open_page(
        double.url,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    await expect(page.locator("#stages .health")).to_have_count(5)
    assert await found(page) == []

    double.script = [examples.stage(0), examples.stage(1), Pause(2), examples.done()]
    await page.get_by_label("Your question").fill("How do I get a new badge?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".status")).to_contain_text("Searching")
    assert await found(page) == []

    await expect(page.locator(".turn")).to_have_attribute("data-phase", "answered")
    await page.get_by_role("button", name="Bad answer").click()
    assert await found(page) == []

    await page.locator(".cite .title").click()
    await expect(page.locator("mark.cited")).to_be_visible()
    assert await found(page) == []

    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Access").click()
    assert await found(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_when_things_go_wrong(
    open_page: OpenPage, double: Double, scheme: str
) -> None:
    changed = examples.source(version=4, current=False, parts=[])
    double.replies["GET /v1/documents/handbook/badges.md/source"] = changed
    double.replies["GET /v1/pipeline"] = examples.pipeline() | {"stale": True}
    failed = {"code": "e", "message": "the PDF is encrypted"}
    double.replies["GET /v1/documents"] = {
        "documents": [examples.document("a.pdf", status="failed", error=failed)]
    }
    page = await open_page(double.url, color_scheme=scheme, reduced_motion="reduce")
    double.script = [examples.done(status="failed", error={"code": "e", "message": "no model"})]
    await page.get_by_label("Your question").fill("Why?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".trouble")).to_be_visible()
    assert await found(page) == []
    await page.locator(".cite .title").click()
    await expect(page.locator(".changed")).to_be_visible()
    assert await found(page) == []
