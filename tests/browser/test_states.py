"""All states of the page, by scripted replies: no real pipeline shows all of them on demand."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.browser import examples
from tests.browser.conftest import OpenPage
from tests.browser.double import Cut, Double, Hold, Said
from tests.browser.examples import done, stage, token
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENDED = re.compile("answered|refused|failed|expired|broken")


async def ask(page: Page, text: str = "How do I get a new badge?") -> None:
    await page.get_by_label("Your question").fill(text)
    await page.keyboard.press("Enter")


async def answered(page: Page, text: str = "How do I get a new badge?") -> None:
    await ask(page, text)
    await expect(page.locator(".turn").last).to_have_attribute("data-phase", ENDED)


async def holds(page: Page, expression: str) -> None:
    """Wait until a JavaScript expression is true.

    Playwright's own `wait_for_function` evaluates a text in the page, which its policy forbids.
    """
    until_s = time.monotonic() + PATIENCE_S
    while not await page.evaluate(expression):
        assert time.monotonic() < until_s, f"{expression} does not hold after {PATIENCE_S} s"
        await asyncio.sleep(0.05)


async def test_an_answer_has_its_markup_its_sources_and_its_doubts(
    open_page: OpenPage, double: Double
) -> None:
    page = await open_page(double.url)
    await answered(page)
    prose = page.locator(".prose")
    await expect(prose.locator("strong")).to_have_text("front desk")
    await expect(prose.get_by_role("button", name="Source 1: Badges")).to_have_count(3)
    await expect(prose.locator("mark.doubt")).to_contain_text("A replacement takes 2 days")
    await expect(prose.locator("mark.doubt")).to_contain_text("sources hold another number")
    about = page.get_by_role("list", name="About this answer")
    await expect(about).to_contain_text("1 of 2 statements not supported")
    await expect(about).to_contain_text("Written without a language model")
    card = page.get_by_role("list", name="Sources").get_by_role("listitem")
    await expect(card).to_contain_text("Badges › Lost badges")
    await expect(card).to_contain_text(examples.QUOTE)
    await expect(card).to_contain_text("handbook/badges.md version 3")
    await expect(page.locator(".status")).to_contain_text("Answered from 1 source, procedural")


async def test_the_cited_words_are_highlighted_in_the_source(
    open_page: OpenPage, double: Double
) -> None:
    page = await open_page(double.url)
    await answered(page)
    opener = page.locator(".cite .title")
    await opener.click()
    panel = page.get_by_role("dialog", name="Badges")
    await expect(panel.locator("mark")).to_have_text(examples.QUOTE)
    await expect(panel.locator("mark")).to_be_in_viewport()
    original = panel.get_by_role("link", name="Open the original")
    await expect(original).to_have_attribute("href", "https://intranet.example.org/badges")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(opener).to_be_focused()


@pytest.mark.parametrize("remains", [True, False])
async def test_a_source_that_has_changed_says_so(
    open_page: OpenPage, double: Double, remains: bool
) -> None:
    words = examples.QUOTE.replace(" ", "\n") if remains else "Badges are gone."
    parts = [{"start": 0, "end": 80, "text": f"New. {words} More.", "heading_path": []}]
    changed = examples.source(version=4, current=False, parts=parts)
    double.replies["GET /v1/documents/handbook/badges.md/source"] = changed
    page = await open_page(double.url)
    await answered(page)
    await page.locator(".cite .title").click()
    notice = page.get_by_role("dialog").get_by_role("status")
    await expect(notice).to_contain_text("has changed since this answer, which cites version 3")
    if remains:
        await expect(page.locator("mark.cited")).to_have_text(words, use_inner_text=False)
    else:
        await expect(page.locator("mark.cited")).to_have_count(0)
        await expect(notice).to_contain_text(examples.QUOTE)


async def test_a_source_that_is_gone_leaves_the_quote(open_page: OpenPage, double: Double) -> None:
    gone = {"status": 404, "title": "There is no such document"}
    double.replies["GET /v1/documents/handbook/badges.md/source"] = gone
    page = await open_page(double.url)
    await answered(page)
    await page.locator(".marker").first.click()
    panel = page.get_by_role("dialog")
    await expect(panel.get_by_role("alert")).to_contain_text("The document is gone")
    await expect(panel).to_contain_text(examples.QUOTE)


async def test_a_refusal_names_the_nearest_documents(open_page: OpenPage, double: Double) -> None:
    near = {"document_id": "visitors.md", "version": 2, "title": "Visitors", "score": 0.4}
    refused = {"status": "refused", "text": "Nothing says so.", "validation": None}
    double.script = [done(**refused, citations=[], nearest=[near])]
    double.replies["GET /v1/documents/visitors.md/source"] = examples.source(title="Visitors")
    page = await open_page(double.url)
    await answered(page)
    await expect(page.locator(".status")).to_contain_text("Refused: no source supports an answer")
    await expect(page.locator(".rest")).to_contain_text("These come closest")
    await page.get_by_role("button", name="Visitors").click()
    await expect(page.get_by_role("dialog", name="Visitors")).to_be_visible()
    await expect(page.locator("mark.cited")).to_have_count(0)


async def test_a_failed_question_can_be_asked_again_when_that_is_of_use(
    open_page: OpenPage, double: Double
) -> None:
    error = {"code": "overloaded", "message": "too many questions wait", "retry_after": 2.0}
    double.script = [done(status="failed", text="", citations=[], validation=None, error=error)]
    page = await open_page(double.url)
    await answered(page, "Why?")
    trouble = page.locator(".trouble")
    await expect(trouble).to_contain_text("too many questions wait")
    await expect(trouble.get_by_role("button", name="Ask again in 2 s")).to_be_disabled()
    double.script = [done()]
    await trouble.get_by_role("button", name="Ask again", exact=True).click()
    await expect(page.locator(".turn")).to_have_count(2)
    await expect(page.locator(".turn").last).to_have_attribute("data-phase", "answered")
    asked = double.sent("POST", "/v1/queries")
    assert asked == [{"text": "Why?", "history": []}] * 2


async def test_an_expired_question_says_what_to_look_at(
    open_page: OpenPage, double: Double
) -> None:
    double.script = [done(status="expired", text="", citations=[], validation=None, timings=[])]
    page = await open_page(double.url)
    await answered(page)
    await expect(page.locator(".trouble")).to_contain_text("No answer in time")
    await expect(page.locator(".trouble")).to_contain_text("the lag of its stages shows it")


async def test_an_answer_that_never_came_is_a_problem(open_page: OpenPage, double: Double) -> None:
    problem = {"title": "No answer came", "status": 504, "detail": "look at the pipeline's health"}
    double.script = [Said("done", "problem", problem)]
    page = await open_page(double.url)
    await answered(page)
    await expect(page.locator(".trouble")).to_contain_text("look at the pipeline's health")
    assert len(double.streams) == 1


async def test_text_of_an_earlier_attempt_is_dropped(open_page: OpenPage, double: Double) -> None:
    old, new = Hold(), Hold()
    double.script = [
        *(token(1, 0, ""), token(1, 1, "Old words"), old),
        *(token(2, 0, ""), token(2, 1, "New "), token(2, 2, "words"), new, done()),
    ]
    page = await open_page(double.url)
    await ask(page)
    await expect(page.locator(".prose")).to_have_text("Old words")
    old.release()
    await expect(page.locator(".prose")).to_have_text("New words")
    await expect(page.locator(".status")).to_contain_text("Writing anew")
    new.release()


async def listen(page: Page) -> None:
    """Note everything that the status says, however short a time it says so."""
    await page.evaluate(
        """() => {
          window.told = [];
          const note = () => {
            const status = document.querySelector('.status');
            if (status && told.at(-1) !== status.textContent) told.push(status.textContent);
          };
          const kinds = {childList: true, subtree: true, characterData: true};
          new MutationObserver(note).observe(document.body, kinds);
        }"""
    )


async def test_a_broken_stream_goes_on_where_it_broke(open_page: OpenPage, double: Double) -> None:
    one, broken, two = Hold(), Hold(), Hold()
    double.script = [
        *(token(1, 0, ""), token(1, 1, "One "), one, Cut()),
        *(broken, token(1, 2, "two"), two, done()),
    ]
    page = await open_page(double.url)
    await listen(page)
    await ask(page)
    await expect(page.locator(".prose")).to_have_text("One ")
    one.release()
    await holds(page, "told.some((t) => t.includes('Connection lost, trying again'))")
    await expect(page.locator(".prose")).to_have_text("One ")
    broken.release()
    await expect(page.locator(".prose")).to_have_text("One two")
    await expect(page.locator(".status")).to_contain_text("Writing")
    two.release()
    await expect(page.locator(".turn")).to_have_attribute("data-phase", ENDED)
    assert double.streams == ["", "1-1"]


async def test_stop_asks_the_generator_to_stop(open_page: OpenPage, double: Double) -> None:
    stopped = {"code": "cancelled", "message": "A reader asked to stop this answer."}
    ended = done(status="failed", text="And so on", validation=None, error=stopped)
    stopping = Hold()
    double.script = [token(1, 1, "And so on"), stopping, ended]
    page = await open_page(double.url)
    await ask(page)
    await expect(page.locator(".prose")).to_have_text("And so on")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".status")).to_contain_text("Stopping")
    stopping.release()
    await expect(page.locator(".status")).to_contain_text("Stopped")
    await expect(page.locator(".prose")).to_have_text("And so on")
    await expect(page.locator(".trouble")).to_have_count(0)
    await expect(page.get_by_label("Your question")).to_be_focused()
    assert ("DELETE", "/v1/queries/q-1", None) in double.requests


async def test_follow_up_questions_tell_what_was_said(open_page: OpenPage, double: Double) -> None:
    page = await open_page(double.url)
    await answered(page, "How do I get a badge?")
    await answered(page, "And how long does that take?")
    await expect(page.locator(".turn")).to_have_count(2)
    assert double.sent("POST", "/v1/queries")[1]["history"] == [
        {"role": "user", "text": "How do I get a badge?"},
        {"role": "assistant", "text": examples.TEXT},
    ]
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.locator(".turn")).to_have_count(0)
    await answered(page, "Something else?")
    assert double.sent("POST", "/v1/queries")[2]["history"] == []


async def test_a_follow_up_shows_what_it_was_understood_as(
    open_page: OpenPage, double: Double
) -> None:
    meant = "How long does it take to get a <b>new</b> badge?"
    page = await open_page(double.url)
    double.script = [done(standalone_text=" How do I get  a badge? ")]
    await answered(page, "How do I get a badge?")
    understood = page.locator(".understood")
    await expect(understood).to_be_hidden()
    double.script = [done(standalone_text=meant)]
    await answered(page, "And how long does that take?")
    await expect(understood.last).to_have_text(f"Understood as: {meant}")
    double.script = [done()]
    await answered(page, "Thanks")
    await expect(page.locator(".understood:visible")).to_have_count(1)
    told = double.sent("POST", "/v1/queries")[2]["history"]
    assert [each["text"] for each in told if each["role"] == "user"] == [
        "How do I get a badge?",
        "And how long does that take?",
    ]


async def test_without_credentials_the_page_asks_for_them(
    open_page: OpenPage, double: Double
) -> None:
    double.replies["GET /v1/me"] = {"status": 401, "detail": "send an API key"}
    page = await open_page(double.url)
    dialog = page.get_by_role("dialog", name="Access")
    await expect(dialog).to_contain_text("send an API key")
    double.replies["GET /v1/me"] = examples.ME | {"anonymous": False, "subject": "ci"}
    await dialog.get_by_label("API key or token").fill("rk_secret")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#who")).to_have_text("ci · tenant acme")
    await answered(page)
    assert double.headers[-1]["authorization"] == "Bearer rk_secret"
    assert "rk_secret" not in page.url
    assert not any("rk_secret" in path for _, path, _ in double.requests)
    assert await page.evaluate("JSON.stringify(localStorage)") == "{}"
    await page.reload()
    await expect(page.locator("#who")).to_have_text("ci · tenant acme")


async def test_the_address_names_the_tenant_and_a_question(
    open_page: OpenPage, double: Double
) -> None:
    page = await open_page(f"{double.url}?tenant=other&q=Why%20%3Cb%3E%3F")
    await expect(page.get_by_label("Your question")).to_have_value("Why <b>?")
    await expect(page.get_by_label("Your question")).to_be_focused()
    await expect(page.locator("#who")).to_have_text("Tenant acme")
    assert {each.get("ragline-tenant") for each in double.headers} == {"other"}
    assert double.sent("POST", "/v1/queries") == []
    await page.get_by_role("button", name="Access").click()
    await page.get_by_label("Tenant").fill("third")
    await page.get_by_role("button", name="Save").click()
    await expect(page).to_have_url(f"{double.url}?tenant=third&q=Why+%3Cb%3E%3F")


async def test_feedback_is_sent_with_its_reason_and_per_source(
    open_page: OpenPage, double: Double
) -> None:
    page = await open_page(double.url)
    await answered(page)
    await page.get_by_role("button", name="Bad answer").click()
    await page.get_by_label("Why? (optional)").fill("too short")
    await page.keyboard.press("Enter")
    await expect(page.locator(".feedback")).to_contain_text("Thank you, noted.")
    await page.get_by_role("button", name="Good source 1").click()
    await expect(page.locator(".cite")).to_contain_text("Noted")
    pressed = page.get_by_role("button", name="Good source 1")
    await expect(pressed).to_have_attribute("aria-pressed", "true")
    assert double.sent("POST", "/v1/queries/q-1/feedback") == [
        {"rating": "down", "reason": "too short"},
        {"citations": [{"marker": 1, "rating": "up"}]},
    ]


async def test_feedback_that_was_not_taken_says_why(open_page: OpenPage, double: Double) -> None:
    double.replies["POST /v1/queries/q-1/feedback"] = {"status": 429, "detail": "too many"}
    page = await open_page(double.url)
    await answered(page)
    await page.get_by_role("button", name="Good source 1").click()
    await expect(page.locator(".cite")).to_contain_text("too many")
    pressed = page.get_by_role("button", name="Good source 1")
    await expect(pressed).to_have_attribute("aria-pressed", "false")


async def test_waiting_is_shown_apart_from_working(open_page: OpenPage, double: Double) -> None:
    page = await open_page(double.url)
    await answered(page)
    row = page.locator("#timeline tr", has_text="reranker")
    await expect(row).to_contain_text("55 ms")
    await expect(row).to_contain_text("154 ms")
    widths = await row.locator("rect").evaluate_all("all => all.map(r => +r.getAttribute('width'))")
    assert widths == pytest.approx([55 / 1243 * 1000, 154 / 1243 * 1000])
    await expect(page.locator("#timeline .total")).to_contain_text("1.24 s")
    picture = page.get_by_role("img", name="The pipeline")
    await expect(picture).to_have_accessible_description(
        "publisher; classifier: done in 31 ms, healthy; retriever: done in 79 ms, "
        "healthy; reranker: done in 154 ms, healthy; generator: done in 902 ms, healthy; "
        "answer: done in 1.24 s"
    )


async def test_a_stage_at_work_is_seen_at_work(open_page: OpenPage, double: Double) -> None:
    at_work = Hold()
    double.script = [stage(0), stage(1), at_work, done()]
    page = await open_page(double.url)
    await ask(page)
    await expect(page.locator(".status")).to_contain_text("Searching")
    station = page.locator(".station", has_text="retriever")
    await expect(station).to_have_attribute("data-phase", "working")
    await expect(page.locator(".station", has_text="reranker")).to_have_attribute(
        "data-phase", "ahead"
    )
    first = await station.locator(".time").text_content()
    await expect(station.locator(".time")).not_to_have_text(first or "")
    at_work.release()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lag": 200}, "200 2 4.2 lagging"),
        ({"members": 0, "per_second": None}, "0 0 – no consumer"),
        ({}, "0 2 4.2 healthy"),
    ],
)
async def test_each_stages_health_is_told_in_words(
    open_page: OpenPage, double: Double, changed: dict[str, Any], words: str
) -> None:
    double.replies["GET /v1/pipeline"] = examples.pipeline(retriever=changed)
    page = await open_page(double.url)
    row = page.locator("#stages tr", has_text="retriever")
    await expect(row.locator("td")).to_have_count(4)
    cells = [await cell.inner_text() for cell in await row.locator("td").all()]
    assert " ".join(" ".join(cells).replace("●", "").replace("▲", "").replace("✕", "").split()) == (
        words
    )


async def test_old_news_of_the_pipeline_is_no_news(open_page: OpenPage, double: Double) -> None:
    double.replies["GET /v1/pipeline"] = examples.pipeline() | {"stale": True, "dead_letters": 3}
    page = await open_page(double.url)
    await expect(page.locator("#stages")).to_contain_text("these figures are old")
    await expect(page.locator("#stages .health").last).to_contain_text("unknown")
    await expect(page.locator("#dead-letters")).to_have_text("3 dead letters")
    silent = {"status": 503, "detail": "start the monitor"}
    double.replies["GET /v1/pipeline"] = silent
    await expect(page.locator("#stages")).to_contain_text("start the monitor")
    double.replies["GET /v1/pipeline"] = examples.pipeline()
    await expect(page.locator("#stages .health").last).to_contain_text("healthy")


async def test_several_indexes_are_listed_with_the_one_that_answers(
    open_page: OpenPage, double: Double
) -> None:
    old = {"name": "base", "live": True, "done": 260, "lag": 0, "members": 2}
    new = {"name": "finer", "live": False, "done": 65, "lag": 195, "members": 1}
    double.replies["GET /v1/pipeline"] = examples.pipeline() | {"indexes": [old, new]}
    page = await open_page(double.url)
    rows = page.locator("#stages .indexes-table tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("answers")
    await expect(rows.last).to_contain_text("25 %")
    await expect(rows.last).to_contain_text("being filled")
    filled = [old | {"live": False}, new | {"live": True, "done": 260, "lag": 0}]
    double.replies["GET /v1/pipeline"] = examples.pipeline() | {"indexes": filled}
    await expect(rows.last).to_contain_text("answers")
    double.replies["GET /v1/pipeline"] = examples.pipeline() | {"indexes": [new]}
    await expect(page.locator("#stages .indexes-table")).to_have_count(0)


async def test_what_the_caller_may_not_do_is_not_offered(
    open_page: OpenPage, double: Double
) -> None:
    double.replies["GET /v1/me"] = examples.ME | {"scopes": ["ask"]}
    page = await open_page(double.url)
    await expect(page.locator("#stages")).to_contain_text("scope “operate”")
    await expect(page.get_by_text("Add files")).to_be_hidden()
    assert double.sent("GET", "/v1/pipeline") == []


async def test_a_hidden_tab_asks_for_nothing(open_page: OpenPage, double: Double) -> None:
    page = await open_page(double.url)
    await expect(page.locator("#stages .health").last).to_contain_text("healthy")
    hide = """(hidden) => {
      Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    await page.evaluate(hide, True)
    asked = 1
    while asked:  # what was asked before that comes in for a while
        double.requests.clear()
        await page.wait_for_timeout(1_000)
        asked = len(double.requests)
    await page.wait_for_timeout(5_000)
    assert double.requests == []
    await page.evaluate(hide, False)
    async with asyncio.timeout(PATIENCE_S):
        while {path for _, path, _ in double.requests} != {"/v1/pipeline", "/v1/documents"}:
            await asyncio.sleep(0.05)


async def test_each_uploaded_file_is_followed_to_its_end(
    open_page: OpenPage, double: Double
) -> None:
    taken = {
        "a.md": {"document_id": "a.md", "version": 5, "status": "pending"},
        "b.exe": {"document_id": "b.exe", "status": "rejected", "detail": "cannot be read"},
    }

    def upload(body: bytes) -> dict[str, Any]:
        return {"documents": [taken["a.md" if b'filename="a.md"' in body else "b.exe"]]}

    double.replies["POST /v1/documents"] = upload
    status = {"document_id": "a.md", "version": 5, "status": "pending", "report": None}
    double.replies["GET /v1/documents/a.md/status"] = status
    page = await open_page(double.url)
    files = [
        {"name": name, "mimeType": "text/markdown", "buffer": b"# A"} for name in ("a.md", "b.exe")
    ]
    await page.get_by_label("Add files").set_input_files(files)
    good = page.locator("#document-list li", has_text="a.md")
    await expect(good).to_contain_text("on its way")
    bad = page.locator("#document-list li", has_text="b.exe")
    await expect(bad).to_contain_text("rejected")
    await expect(bad).to_contain_text("cannot be read")
    report = examples.document("a.md", version=5)
    status |= {"status": "indexed", "report": report}
    await expect(good).to_contain_text("indexed")
    await expect(good).to_contain_text("12 passages · searchable after 412 ms")
    double.replies["GET /v1/documents"] = {"documents": [report]}
    await page.wait_for_timeout(4_500)
    await expect(good).to_have_count(1)


async def test_a_document_of_the_list_can_be_read(open_page: OpenPage, double: Double) -> None:
    page = await open_page(double.url)
    await page.get_by_role("button", name="handbook/badges.md").click()
    await expect(page.get_by_role("dialog", name="Badges")).to_contain_text("the garage 🅿 below")
    await expect(page.locator("mark.cited, .changed")).to_have_count(0)


async def test_hostile_documents_do_nothing(open_page: OpenPage, double: Double) -> None:
    evil = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"
    link = "javascript:window.hit=1"
    where = {"title": evil, "heading_path": [evil], "url": link}
    hostile = examples.CITATION | where | {"quote": evil}
    parts = [{"start": 0, "end": 999, "text": evil, "heading_path": [evil]}]
    text = f"{evil} [x]({link}) [1]"
    shown = Hold()
    double.script = [
        token(1, 1, evil),
        shown,
        done(text=text, citations=[hostile], degradations=[evil], validation=None, intent=evil),
    ]
    source = examples.source(title=evil, url=link, parts=parts)
    double.replies["GET /v1/documents/handbook/badges.md/source"] = source
    double.replies["GET /v1/documents"] = {"documents": [examples.document(evil)]}
    double.replies["GET /v1/me"] = examples.ME | {"tenant": evil}
    page = await open_page(double.url)
    await ask(page, evil)
    await expect(page.locator(".prose")).to_contain_text(evil)
    shown.release()
    await expect(page.locator(".turn").last).to_have_attribute("data-phase", ENDED)
    await expect(page.locator(".prose")).to_contain_text(evil)
    await page.locator(".cite .title").click()
    await expect(page.get_by_role("dialog").locator(".passage")).to_have_text(evil)
    assert await page.locator("a[href^='javascript']").count() == 0
    assert await page.locator("main img, dialog img, main script").count() == 0
    assert await page.evaluate("window.hit ?? 0") == 0


async def test_light_and_dark_follow_the_system_until_one_is_chosen(
    open_page: OpenPage, double: Double
) -> None:
    page = await open_page(double.url, color_scheme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = await page.evaluate(ground)
    toggle = page.get_by_role("button", name="Dark")
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    await page.emulate_media(color_scheme="light")
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(ground) != dark
    await toggle.click()
    assert await page.evaluate(ground) == dark
    await page.reload()
    assert await page.evaluate(ground) == dark


@pytest.mark.parametrize("width", [360, 768, 1100, 1600])
async def test_nothing_sticks_out_at_any_width(
    open_page: OpenPage, double: Double, width: int
) -> None:
    wide = "x" * 300
    text = f"{wide}\n\n```\n{wide}\n```\n\n| a | b |\n|---|---|\n| {wide} | {wide} |\n"
    double.script = [done(text=text, validation=None)]
    long = examples.document(wide, status="failed", error={"code": "e", "message": wide})
    double.replies["GET /v1/documents"] = {"documents": [long]}
    page = await open_page(double.url, viewport={"width": width, "height": 800})
    await answered(page, wide)
    await expect(page.locator("#document-list li")).to_have_count(1)
    sizes = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert sizes[0] <= sizes[1]


async def test_everything_can_be_done_with_the_keyboard(
    open_page: OpenPage, double: Double
) -> None:
    page = await open_page(double.url)
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn")).to_have_attribute("data-phase", "answered")
    assert double.sent("POST", "/v1/queries")[0]["text"] == "first line\nsecond line"
    await page.evaluate("document.activeElement.blur()")
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.cite .title')"):
            break
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(page.locator("mark.cited")).to_be_visible()
    for _ in range(8):  # focus stays in the dialog, or visits the browser's own controls
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('dialog, body').id !== ''") or (
            await page.evaluate("document.activeElement === document.body")
        )


async def test_what_happens_is_announced_without_every_word(
    open_page: OpenPage, double: Double
) -> None:
    words = [token(1, seq, f"word{seq} ") for seq in range(1, 30)]
    searching, writing = Hold(), Hold()
    double.script = [stage(0), stage(1), searching, *words, writing, done()]
    page = await open_page(double.url)
    await page.evaluate(
        """() => {
          window.said = [];
          const box = document.getElementById('announcer');
          new MutationObserver(() => said.push(box.textContent)).observe(box, {childList: true});
        }"""
    )
    await ask(page)
    await holds(page, "said.includes('Searching')")
    searching.release()
    await expect(page.locator(".prose")).to_contain_text("word29")
    writing.release()
    await expect(page.locator(".turn")).to_have_attribute("data-phase", ENDED)
    said = await page.evaluate("said")
    assert said[0] in {"Sending", "Waiting for the classifier", "Understanding the question"}
    assert "Searching" in said
    assert said[-1].startswith("Answered from 1 source, procedural question. Ask at the")
    assert len(said) < 8
    assert await page.locator(".prose").get_attribute("aria-live") is None
