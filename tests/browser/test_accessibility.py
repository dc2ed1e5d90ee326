"""axe-core finds no violation on the page (WCAG 2.2 A and AA and its best practices)."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from tests.browser import examples
from tests.browser.conftest import OpenPage
from tests.browser.double import Double, Hold

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations", "incomplete"],
}
# axe cannot determine the background of text in a picture or in the question box; all colours are
# from the theme, and each is measured below
UNDECIDED = {"color-contrast"}
GROUNDS = ("ground", "surface", "sunken")
TEXT = [
    *((text, ground) for text in ("ink", "soft", "accent", "warn", "bad") for ground in GROUNDS),
    *(("on-accent", "accent"), ("accent", "accent-wash"), ("ink", "accent-wash"), ("ink", "mark")),
    *(("ink", "warn-wash"), ("bad", "bad-wash"), ("ink", "bad-wash"), ("surface", "warn")),
]
SHAPES = [(shape, ground) for shape in ("accent", "wait", "edge") for ground in GROUNDS]
# Source: WCAG 2.2, relative luminance and contrast ratio
CONTRASTS = """(pairs) => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const probe = document.body.appendChild(document.createElement('p'));
  const luminance = (name) => {
    probe.style.color = `var(--${name})`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const parts = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((p) => (p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  return pairs.map(([one, other]) => {
    const [a, b] = [luminance(one), luminance(other)];
    return [one, other, Math.max(a, b) / Math.min(a, b)];
  });
}"""


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

    looked_at = Hold()
    double.script = [examples.stage(0), examples.stage(1), looked_at, examples.done()]
    await page.get_by_label("Your question").fill("How do I get a new badge?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".status")).to_contain_text("Searching")
    assert await found(page) == []

    looked_at.release()
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
async def test_every_colour_stands_out_from_what_it_lies_on(
    open_page: OpenPage,
    double: Double,
    scheme: str,
    pairs: list[tuple[str, str]],
    least: float,
) -> None:
    page = await open_page(double.url, color_scheme=scheme)
    contrasts = await page.evaluate(CONTRASTS, pairs)
    assert [each for each in contrasts if each[2] < least] == []
