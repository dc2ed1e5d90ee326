"""Makes the console's pictures in `docs/`: `python -m tests.browser.screenshots`.

The whole pipeline on the embedded stack, without a language model, answers about this project's
own pages.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, async_playwright
from tests.browser.conftest import CHROMIUM_ARGS, chromium
from tests.e2e.conftest import Pipeline, running_pipeline

from ragline_cli.stack.state import StackKind

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "docs/operate.md",
    "docs/dead-letters.md",
    "docs/topics.md",
    "docs/settings.md",
)
QUESTION = "How do I replay dead letters?"


def index(pipeline: Pipeline) -> None:
    """Index the documents."""
    for name in DOCUMENTS:
        content = (ROOT / name).read_text()
        status = pipeline.change(document_id=name, version=1, content=content)
        assert status["status"] == "indexed", status


async def ask(page: Page, question: str) -> None:
    """Ask, and wait for the answer."""
    await page.get_by_label("Your question").fill(question)
    await page.keyboard.press("Enter")
    await page.locator(".turn[data-phase=answered] .cards").last.wait_for()
    await page.locator("#stages .health").first.wait_for()
    await page.wait_for_timeout(1_000)  # wait until scrolling has stopped


async def take(browser: Browser, url: str) -> None:
    """Write the three pictures."""
    sizes = {"light": (1440, 900), "dark": (1440, 900), "narrow": (390, 844)}
    for name, (width, height) in sizes.items():
        page = await browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if name == "dark" else "light",
            reduced_motion="reduce",
        )
        await page.goto(url)
        await ask(page, QUESTION)
        if name == "dark":
            await page.locator(".cite .title").first.click()
            await page.locator("mark.cited").first.wait_for()
        path = ROOT / "docs" / f"console-{name}.png"
        await page.screenshot(path=path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KiB")  # noqa: T201
        await page.close()


async def main(url: str) -> None:
    """Take the pictures of the console at `url`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=[*CHROMIUM_ARGS], chromium_sandbox=False
        )
        await take(browser, url)
        await browser.close()


if __name__ == "__main__":
    with (
        TemporaryDirectory() as folder,
        running_pipeline(StackKind.EMBEDDED, Path(folder)) as started,
    ):
        index(started)
        asyncio.run(main(started.launcher.plan.addresses.gateway.url))
