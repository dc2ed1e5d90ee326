"""The console on the real gateway, before the real pipeline."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.browser.site import EVIL, TENANT, Site, running_site
from tests.chaos.proxy import Proxy
from tests.e2e.conftest import Reader

from ragline_cli.errors import StackError

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST = "What do I do about a lost badge?"
# Records each state of the answer's text, with the status at that time
WATCH = """() => {
  window.seen = [];
  new MutationObserver(() => {
    const turn = document.querySelector('.turn:last-child');
    if (!turn) return;
    const [text, phase] = [turn.querySelector('.prose').textContent, turn.dataset.phase];
    const status = turn.querySelector('.status').textContent;
    const last = seen.at(-1) ?? {};
    if (last.text !== text || last.phase !== phase || last.status !== status) {
      seen.push({text, phase, status});
    }
  }).observe(document.getElementById('turns'),
             {childList: true, subtree: true, characterData: true, attributes: true});
}"""


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, give_up: Callable[[str, StackError], NoReturn]
) -> Iterator[Site]:
    """The console's address and the pipeline behind it."""
    try:
        with running_site(tmp_path_factory.mktemp("site")) as started:
            yield started
    except StackError as error:
        give_up("postgres", error)


@pytest.fixture
def patience(site: Site) -> Iterator[Callable[[float], None]]:
    """Set how long the model pauses before each word."""
    usual = site.model.pause_s

    def pause(seconds: float) -> None:
        site.model.pause_s = seconds

    yield pause
    site.model.pause_s = usual


def address(site: Site, port: int | None = None) -> str:
    """Return the address of the tenant's console, through another port if one is given."""
    parts = urlsplit(site.url)
    return f"http://{parts.hostname}:{port or parts.port}/?tenant={TENANT}"


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your question").fill(text)
    await page.keyboard.press("Enter")


async def ended(page: Page) -> None:
    turn = page.locator(".turn").last
    phases = re.compile("answered|refused|failed|expired|broken")
    await expect(turn).to_have_attribute("data-phase", phases)
    await expect(turn).to_have_attribute("data-phase", "answered")


async def stored_answer(page: Page, site: Site) -> dict[str, Any]:
    """Return the answer to the last question from the API."""
    requests = await page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    query_id = [m.group(1) for url in requests if (m := re.search("queries/([^/]+)/events", url))]
    state: dict[str, Any] = site.get(f"v1/queries/{query_id[-1]}")["answer"]
    return state


def written(seen: list[dict[str, str]]) -> list[str]:
    """Return the states of the text while it was written, the empty ones left out."""
    return [each["text"] for each in seen if each["phase"] == "running" and each["text"]]


def only_grew(texts: list[str]) -> bool:
    """Whether nothing that was shown was lost or doubled."""
    return all(after.startswith(before) for before, after in pairwise(texts))


async def test_text_grows_before_the_answer_is_there(open_page: OpenPage, site: Site) -> None:
    page = await open_page(address(site))
    await page.evaluate(WATCH)
    await ask(page, LOST)
    await ended(page)
    texts = written(await page.evaluate("seen"))
    assert len(texts) > 3
    assert only_grew(texts)
    assert (await stored_answer(page, site))["text"].startswith(texts[-1])


async def test_a_citation_opens_where_it_stands(open_page: OpenPage, site: Site) -> None:
    page = await open_page(address(site))
    await ask(page, LOST)
    await ended(page)
    citation = (await stored_answer(page, site))["citations"][0]
    await page.locator(".cite .title").first.click()
    panel = page.get_by_role("dialog", name="Badges")
    await expect(panel.locator("mark").first).to_be_in_viewport()
    marked = await panel.locator("mark").all_text_contents()
    assert "".join(marked) == citation["quote"]
    assert await panel.get_by_role("link").count() == 0  # its address is not http or https


async def test_each_stages_time_is_shown(open_page: OpenPage, site: Site) -> None:
    page = await open_page(address(site))
    await ask(page, LOST)
    await ended(page)
    timings = (await stored_answer(page, site))["timings"]
    assert [each["stage"] for each in timings] == [
        "classifier",
        "retriever",
        "reranker",
        "generator",
    ]
    for each in timings:
        row = page.locator("#timeline tr", has_text=each["stage"])
        work = each["finished"] - each["started"]
        shown = f"{work:.0f} ms" if work < 999.5 else f"{work / 1000:.2f} s"
        await expect(row.locator(".figure").last).to_have_text(shown)


async def test_every_stage_has_a_consumer(open_page: OpenPage, site: Site) -> None:
    page = await open_page(address(site))
    healths = page.locator("#stages .health")
    await expect(healths.first).to_be_visible(timeout=30_000)
    for stage in ("classifier", "retriever", "reranker", "generator", "ingestor"):
        row = page.locator("#stages tr", has_text=stage)
        await expect(row.locator(".health")).to_contain_text("healthy")
    await expect(page.locator("#dead-letters")).to_have_text("0 dead letters")


async def test_feedback_reaches_its_topic(open_page: OpenPage, site: Site) -> None:
    feedback = Reader(site.pipeline.bootstrap, "feedback")
    page = await open_page(address(site))
    await ask(page, LOST)
    await ended(page)
    query_id = (await stored_answer(page, site))["query_id"]
    await page.get_by_role("button", name="Good answer").click()
    await page.get_by_label("Why? (optional)").fill("to the point")
    await page.keyboard.press("Enter")
    await expect(page.locator(".feedback")).to_contain_text("Thank you, noted.")
    await page.get_by_role("button", name="Bad source 1").click()
    await expect(page.locator(".cite").first).to_contain_text("Noted")

    def given(rating: str) -> dict[str, Any]:
        def matches(message: Any) -> bool:
            return bool(json.loads(message.value())["rating"] == rating)

        record: dict[str, Any] = json.loads(feedback.find(matches).value())
        return record

    up, down = [await asyncio.to_thread(given, rating) for rating in ("up", "down")]
    feedback.close()
    assert (up["query_id"], up["tenant"], up["reason"]) == (query_id, TENANT, "to the point")
    assert (down["query_id"], down["marker"]) == (query_id, 1)


async def test_a_killed_gateway_costs_no_text(
    open_page: OpenPage, site: Site, patience: Callable[[float], None]
) -> None:
    patience(0.4)
    page = await open_page(address(site))
    await page.evaluate(WATCH)
    await ask(page, LOST)
    await expect(page.locator(".prose")).to_contain_text("Everybody who")
    site.gateway.kill()
    await expect(page.locator(".status")).to_contain_text("Connection lost, trying again")
    await asyncio.to_thread(site.gateway.start)
    await ended(page)
    seen = await page.evaluate("seen")
    texts = written(seen)
    assert only_grew(texts)
    answer = (await stored_answer(page, site))["text"]
    assert answer.startswith(texts[-1])
    lost = next(i for i, each in enumerate(seen) if "Connection lost" in each["status"])
    after = [each for each in seen[lost:] if each["phase"] == "running"]
    assert len({each["text"] for each in after}) > 2, "the text went on after the restart"


async def test_a_cut_connection_costs_no_text(
    open_page: OpenPage, site: Site, patience: Callable[[float], None]
) -> None:
    patience(0.15)
    with Proxy(urlsplit(site.url).port or 0) as proxy:
        page = await open_page(address(site, proxy.port))
        await page.evaluate(WATCH)
        await ask(page, LOST)
        for words in ("Report a", "at once", "passport"):
            await expect(page.locator(".prose")).to_contain_text(words)
            proxy.cut()
        await ended(page)
        seen = await page.evaluate("seen")
        texts = written(seen)
        assert any("Connection lost" in each["status"] for each in seen)
    assert only_grew(texts)
    assert (await stored_answer(page, site))["text"].startswith(texts[-1])


async def test_stop_ends_the_answer_early(
    open_page: OpenPage, site: Site, patience: Callable[[float], None]
) -> None:
    patience(0.4)
    page = await open_page(address(site))
    await ask(page, LOST)
    await expect(page.locator(".prose")).to_contain_text("Everybody")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".status")).to_contain_text("Stopped")
    answer = await stored_answer(page, site)
    assert answer["error"]["code"] == "cancelled"
    assert "The second one costs ten euros" not in answer["text"]
    await expect(page.locator(".trouble")).to_have_count(0)


async def test_an_uploaded_document_is_indexed_and_cited(open_page: OpenPage, site: Site) -> None:
    page = await open_page(address(site))
    content = b"# Garage\n\nThe garage opens at seven in the morning on working days."
    files = [
        {"name": "garage & co/1.md", "mimeType": "text/markdown", "buffer": content},
        {"name": "game.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
    ]
    await page.get_by_label("Add files").set_input_files(files)
    row = page.locator("#document-list li", has_text="1.md")
    await expect(row).to_contain_text("indexed")
    refused = page.locator("#document-list li", has_text="game.exe")
    await expect(refused).to_contain_text("rejected")
    await ask(page, "When does the garage open?")
    await ended(page)
    await expect(page.locator(".prose")).to_contain_text("seven in the morning")
    await row.get_by_role("button").click()
    await expect(page.locator(".source-text")).to_contain_text("opens at seven")


async def test_a_question_is_asked_and_its_source_opened_with_the_keyboard_alone(
    open_page: OpenPage, site: Site
) -> None:
    page = await open_page(address(site), color_scheme="dark")
    await page.keyboard.type(LOST)
    await page.keyboard.press("Enter")
    await ended(page)
    await page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.marker')"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("mark.cited").first).to_be_visible()
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement.matches('.marker')")


async def test_a_hostile_document_does_nothing(open_page: OpenPage, site: Site) -> None:
    page = await open_page(address(site))
    await ask(page, f"What does the zebra protocol need? {EVIL}")
    await ended(page)
    await expect(page.locator(".prose")).to_contain_text("<script>")
    await page.locator(".cite .title").first.click()
    await expect(page.locator(".source-text")).to_contain_text("onerror")
    assert await page.locator("main script, main .prose img, dialog img").count() == 0
    assert await page.locator("a[href^='javascript']").count() == 0
    assert await page.evaluate("window.hit ?? 0") == 0
