"""The console's logic, imported into the browser that will run it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from tests.browser.double import Double

pytestmark = pytest.mark.asyncio(loop_scope="session")

# `run(module, body, argument)` returns the result of `body`, which sees the module as `m`
IMPORTED = "async ([url, argument]) => { const m = await import(url); %s }"
HTML = "const box = document.createElement('div'); box.append(...m.render(argument)); "


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser, served_double: Double) -> AsyncIterator[Page]:
    """A page of the server without any script."""
    context = await browser.new_context()
    blank = await context.new_page()
    await blank.goto(f"{served_double.url}v1/blank")
    yield blank
    await context.close()


async def run(page: Page, module: str, body: str, argument: Any = None) -> Any:
    return await page.evaluate(IMPORTED % body, [f"/console/{module}.js", argument])


async def html(page: Page, text: str) -> str:
    rendered: str = await run(page, "markdown", HTML + "return box.innerHTML;", text)
    return rendered


async def test_a_stream_gives_the_same_events_wherever_it_is_cut(page: Page) -> None:
    stream = (
        "\ufeffid: 1-1\r\nevent: token\ndata: ä\rdata:  b\n\n: ping\n\nretry: 5\n"
        "data\ndata: two\n\nevent: lost\n\nid\ndata: last\r\n\r\ndata: unfinished"
    )
    body = """
      const whole = new m.EventParser().feed(argument);
      for (let one = 0; one < argument.length; one += 1) {
        for (let two = one; two < argument.length; two += 3) {
          const parser = new m.EventParser();
          const cuts = [argument.slice(0, one), argument.slice(one, two), argument.slice(two)];
          const events = cuts.flatMap((piece) => parser.feed(piece));
          if (JSON.stringify(events) !== JSON.stringify(whole)) return [one, two, events];
        }
      }
      return whole;
    """
    assert await run(page, "sse", body, stream) == [
        {"type": "token", "id": "1-1", "data": "ä\n b"},
        {"type": "message", "id": "1-1", "data": "\ntwo"},
        {"type": "message", "id": "", "data": "last"},
    ]


async def test_the_history_of_a_question_is_as_long_as_the_server_takes_it(page: Page) -> None:
    """Ten long answers were refused together: the conversation could not go on."""
    body = """
      const ended = (n) => ({
        phase: 'answered', text: `q${n}`, answer: {text: '\U0001f511'.repeat(40000)},
      });
      const questions = [...Array(10).keys()].map(ended);
      const told = m.historyOf([...questions, {phase: 'refused', text: 'x', answer: {text: ''}}]);
      const few = m.historyOf([{phase: 'answered', text: 'q', answer: {text: 'a'}}]);
      return [told.map((turn) => [turn.role, [...turn.text].length]), told[0].text, few];
    """
    lengths, oldest, few = await run(page, "ask", body)
    assert lengths == [["user", 2], ["assistant", 32_000]] * 4
    assert oldest == "q6"
    assert few == [{"role": "user", "text": "q"}, {"role": "assistant", "text": "a"}]


async def test_a_stream_that_breaks_is_followed_from_its_last_event(page: Page) -> None:
    body = """
      const asked = [], states = [], got = [], pauses = [];
      const bodies = ['id: a\\ndata: 1\\n\\nid: b\\ndata: 2', null, 503, 'id: b\\ndata: 2\\n\\n'];
      const open = async (lastId) => {
        asked.push(lastId);
        const body = bodies.shift();
        if (body === null) throw new TypeError('network');
        if (body === 503) return new Response('{}', {status: 503, headers: {'Retry-After': '7'}});
        return new Response(body);
      };
      await m.follow(open, {
        onEvent: (event) => got.push(event.data), onState: (state) => states.push(state),
        isLast: (event) => event.id === 'b', signal: new AbortController().signal,
        pause: async (ms) => pauses.push(ms),
      });
      return {asked, states, got, longest: Math.max(...pauses)};
    """
    followed = await run(page, "sse", body)
    assert followed["asked"] == ["", "a", "a", "a"]
    assert followed["got"] == ["1", "2"]
    assert followed["states"] == ["open", "lost", "lost", "lost", "open"]
    assert followed["longest"] >= 7_000


async def test_a_question_that_is_unknown_is_not_asked_for_again(page: Page) -> None:
    body = """
      let asked = 0;
      const open = async () => (asked += 1, new Response('{"detail": "gone"}', {status: 404}));
      const heard = {onEvent() {}, onState() {}, isLast: () => false};
      const signal = new AbortController().signal;
      const error = await m.follow(open, {...heard, signal}).catch((problem) => problem.message);
      return [asked, error];
    """
    assert await run(page, "sse", body) == [1, "gone"]


PROGRESS = """
  const heard = argument.map(([type, data]) => ({type, data: JSON.stringify(data)}));
  return heard.reduce(m.advance, m.BEGINNING);
"""


def said(attempt: int, seq: int, delta: str) -> list[Any]:
    return ["token", {"attempt": attempt, "seq": seq, "delta": delta}]


async def test_a_repeated_event_changes_nothing(page: Page) -> None:
    events = [said(1, 0, ""), said(1, 1, "ab"), said(1, 1, "ab"), said(1, 2, "c"), said(1, 1, "ab")]
    progress = await run(page, "progress", PROGRESS, events)
    assert (progress["text"], progress["gap"], progress["restarted"]) == ("abc", False, False)


async def test_a_higher_attempt_drops_the_text_and_a_lower_one_is_not_heard(page: Page) -> None:
    events = [said(1, 1, "old"), said(2, 0, ""), said(2, 1, "new"), said(1, 2, "late")]
    progress = await run(page, "progress", PROGRESS, events)
    assert (progress["text"], progress["restarted"]) == ("new", True)


async def test_missing_text_is_noticed(page: Page) -> None:
    progress = await run(page, "progress", PROGRESS, [said(1, 1, "a"), said(1, 3, "c")])
    assert progress["gap"]


BOLD = "**bold** and *it* and _so_ snake_case_name"
STEPS = "3. c\n4. d\n   ```\n   x\n   ```"
LINK = "a [link](https://example.org/a_(b)) here"
LINKED = 'href="https://example.org/a_(b)" target="_blank" rel="noopener noreferrer"'
CODE = '<pre tabindex="0"><code>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>"),
        (BOLD, "<p><strong>bold</strong> and <em>it</em> and <em>so</em> snake_case_name</p>"),
        ("- a\n- b\n\n  more", "<ul><li><p>a</p></li><li><p>b</p><p>more</p></li></ul>"),
        ("- a\n  - b", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"),
        ("- a\n\n1. b", '<ul><li><p>a</p></li></ul><ol start="1"><li><p>b</p></li></ol>'),
        (STEPS, f'<ol start="3"><li><p>c</p></li><li><p>d</p>{CODE}x</code></pre></li></ol>'),
        ("```py\nif a < b:\n\n  **x**\n```", f"{CODE}if a &lt; b:\n\n  **x**</code></pre>"),
        ("```\n\nnever closed", f"{CODE}\nnever closed</code></pre>"),
        ("> said\n> so", "<blockquote><p>said\nso</p></blockquote>"),
        (LINK, f"<p>a <a {LINKED}>link</a> here</p>"),
        ("## Name", '<p class="heading" role="heading" aria-level="5">Name</p>'),
        ("`[1]` stays code", "<p><code>[1]</code> stays code</p>"),
        ("see [7]", "<p>see [7]</p>"),
        ("1 * 2 * 3 and 2 ** 3", "<p>1 * 2 * 3 and 2 ** 3</p>"),
        ("---", "<hr>"),
        ("", ""),
    ],
)
async def test_text_is_shown_with_its_structure(page: Page, text: str, shown: str) -> None:
    assert await html(page, text) == shown


async def test_a_table_is_a_table(page: Page) -> None:
    shown = await html(page, "| a | b |\n|---|---|\n| `x|y` | 2 |")
    assert "<th>a</th><th>b</th>" in shown
    assert "<td><code>x|y</code></td><td>2</td>" in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>window.hit = 1</script>",
        "<img src=x onerror='window.hit = 1'>",
        "[click](javascript:window.hit=1)",
        "[click](JaVaScRiPt:window.hit=1)",
        "[click](data:text/html,<script>window.hit=1</script>)",
        "<javascript:window.hit=1>",
        '[a](https://e.org/"onmouseover="window.hit=1)',
        "```\n</code></pre><script>window.hit = 1</script>\n```",
    ],
)
async def test_no_text_becomes_markup(page: Page, text: str) -> None:
    body = (
        HTML
        + """
      document.body.append(box);
      for (const link of box.querySelectorAll('a')) link.click();
      const odd = [...box.querySelectorAll('script, img, [onmouseover], [onerror]')];
      const links = [...box.querySelectorAll('a')].map((link) => new URL(link.href).protocol);
      return [odd.length, links.filter((protocol) => !/^https?:$/.test(protocol)), window.hit ?? 0];
    """
    )
    await page.route("https://e.org/**", lambda route: route.abort())
    assert await run(page, "markdown", body, text) == [0, [], 0]


async def test_random_text_only_makes_known_elements_and_keeps_its_words(page: Page) -> None:
    body = """
      const pieces = ['<script>', '<b onclick=x>', '*', '**', '_', '`', '```', '[', ']', '(', ')',
        'javascript:', 'https://e.org/', '[1]', '|', '|-|', '\\n', '\\n\\n', '- ', '1. ', '> ',
        '  ', '#', '\\\\', '"', 'word', '🅿', '\\u0000', '&lt;'];
      let seed = 7;
      const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
      const known = new Set(['P', 'UL', 'OL', 'LI', 'PRE', 'CODE', 'BLOCKQUOTE', 'STRONG', 'EM',
        'A', 'SPAN', 'HR', 'DIV', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD', 'MARK']);
      const attributes = new Set(['class', 'role', 'aria-level', 'aria-hidden', 'tabindex', 'start',
        'href', 'target', 'rel', 'data-doubt', 'title']);
      for (let round = 0; round < 3000; round += 1) {
        const text = Array.from({length: random(40)}, () => pieces[random(pieces.length)]).join('');
        const end = random(text.length + 1);
        const box = document.createElement('div');
        box.append(...m.render(text, {doubts: [{start: random(end + 1), end, why: 'w'}]}));
        for (const element of box.querySelectorAll('*')) {
          const odd = [...element.attributes].filter(({name}) => !attributes.has(name));
          if (!known.has(element.tagName) || odd.length) return [text, element.outerHTML];
          if (element.href && !/^https?:/.test(element.href)) return [text, element.href];
        }
        for (const note of box.querySelectorAll('.unseen, .doubt-sign')) note.remove();
        const words = (of) => (of.match(/word/g) ?? []).length;
        // what follows a fence on its line, and where a link leads, is not shown
        const unshown = words((text.match(/`{3,}[^`\\n]*|\\]\\([^)\\n]*\\)/g) ?? []).join(''));
        if (words(box.textContent) < words(text) - unshown) return [text, box.innerHTML];
      }
      return null;
    """
    assert await run(page, "markdown", body) is None


async def test_hostile_text_is_shown_in_time(page: Page) -> None:
    body = """
      const slow = [];
      const pieces = ['**a ', '*a', '[', '[a](', '`', '` ``', '> ', '- ', '_a ', '|', 'https://'];
      for (const piece of pieces) {
        const begun = performance.now();
        m.render(piece.repeat(Math.ceil(20000 / piece.length)));
        if (performance.now() - begun > 1500) slow.push([piece, performance.now() - begun]);
      }
      return slow;
    """
    assert await run(page, "markdown", body) == []


async def test_a_doubt_is_marked_across_markup_and_explained_once(page: Page) -> None:
    text = "Fine. It takes **two** [days](https://e.org/x) or `so`."
    body = """
      const box = document.createElement('div');
      const start = argument.indexOf('It');
      box.append(...m.render(argument, {doubts: [{start, end: argument.length, why: 'w'}]}));
      const marks = [...box.querySelectorAll('mark')];
      const signs = box.querySelectorAll('.doubt-sign').length;
      const notes = [...box.querySelectorAll('.unseen')].map((note) => note.textContent.trim());
      for (const note of box.querySelectorAll('.unseen, .doubt-sign')) note.remove();
      return [marks.map((mark) => mark.textContent).join(''), signs, notes];
    """
    assert await run(page, "markdown", body, text) == [
        "It takes two days or so.",
        1,
        ["(not supported: w)"],
    ]


async def test_growing_text_keeps_the_blocks_that_are_complete(page: Page) -> None:
    body = """
      const box = document.createElement('div');
      m.renderGrowing(box, 'one\\n\\ntw');
      const first = box.firstChild;
      m.renderGrowing(box, 'one\\n\\ntwo\\n\\n- three');
      return [box.firstChild === first, box.innerHTML];
    """
    assert await run(page, "markdown", body) == [
        True,
        "<p>one</p><p>two</p><ul><li><p>three</p></li></ul>",
    ]


async def test_ranges_count_code_points(page: Page) -> None:
    body = """
      const part = {start: 10, end: 14, text: 'a🅿bc', heading_path: []};
      const later = {start: 20, end: 23, text: 'd e', heading_path: []};
      const laid = m.layOut([later, part]);
      const cut = (range) => range && laid.text.slice(...range);
      return [cut(laid.rangeOf(11, 13)), cut(laid.rangeOf(12, 21)), cut(laid.rangeOf(40, 50)),
        cut(laid.find('c  d\\ne')), cut(laid.find('b.')), cut(laid.find(' '))];
    """
    expected = ["🅿b", "bc\nd", None, "c\nd e", None, None]
    assert await run(page, "source-text", body) == expected


LONG = "This line was broken by hand because the editor's window ended"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{LONG}\nhere.", f"{LONG}¶here."),
        (f"- {LONG}\n  here.\n- next", f"- {LONG}¶here.\n- next"),
        (f"{LONG}\n\nAnother", f"{LONG}\n\nAnother"),
        (f"{LONG}:\nx = 1", f"{LONG}:\nx = 1"),
        (f"```\n{LONG}\n{LONG}\n```\nend", f"```\n{LONG}\n{LONG}\n```\nend"),
        (f"    {LONG}\n    {LONG}", f"    {LONG}\n    {LONG}"),
        (f"-   - {LONG}\n    here {LONG}\n    too", f"-   - {LONG}¶here {LONG}¶too"),
        (f"| {LONG} |\n| {LONG} |", f"| {LONG} |\n| {LONG} |"),
        ("short\nlines", "short\nlines"),
    ],
)
async def test_only_line_breaks_without_meaning_run_on(page: Page, text: str, shown: str) -> None:
    body = """
      const box = document.createElement('div');
      box.append(...m.softened(argument, m.softBreaks(argument)));
      const whole = box.textContent;
      for (const soft of box.querySelectorAll('.soft')) soft.textContent = '¶';
      return [whole, box.textContent];
    """
    assert await run(page, "soft-breaks", body, text) == [text, shown]


@pytest.mark.parametrize(
    ("stage", "stale", "health"),
    [
        ({"lag": 5, "members": 1, "per_second": 0.0}, False, "healthy"),
        ({"lag": 6, "members": 1, "per_second": None}, False, "lagging"),
        ({"lag": 90, "members": 1, "per_second": 20.0}, False, "healthy"),
        ({"lag": 0, "members": 0, "per_second": 1.0}, False, "absent"),
        ({"lag": 0, "members": 1, "per_second": 1.0}, True, "unknown"),
    ],
)
async def test_a_stages_health_is_how_far_it_is_behind(
    page: Page, stage: dict[str, Any], stale: bool, health: str
) -> None:
    view = {"stages": [{"stage": "reranker", "topic": "candidates"} | stage], "stale": stale}
    body = "return m.stagesOf(argument)[0].health;"
    assert await run(page, "health", body, view) == health


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0.4, "0 ms"),
        (999.4, "999 ms"),
        (1_243, "1.24 s"),
        (12_340, "12.3 s"),
        (125_000, "2 min 5 s"),
    ],
)
async def test_durations_read_well(page: Page, ms: float, words: str) -> None:
    assert await run(page, "words", "return m.duration(argument);", ms) == words


async def test_a_further_look_of_a_stage_has_a_row_of_its_own(page: Page) -> None:
    timings = [
        {"stage": stage, "queued": at, "started": at + 1, "finished": at + 3}
        for at, stage in enumerate(
            ("classifier", "retriever", "reranker", "retriever", "reranker"), start=10
        )
    ]
    body = """
      const rows = m.rowsOf(argument, { now: 20, over: false });
      const told = rows.map(({ stage, look, phase }) => `${stage} ${look} ${phase}`);
      return [told, m.lastLooks(rows).map(({ stage, working }) => `${stage} ${working}`)];
    """
    rows, stages = await run(page, "timeline", body, timings)
    assert rows == [
        "classifier 1 done",
        "retriever 1 done",
        "reranker 1 done",
        "retriever 2 done",
        "reranker 2 done",
        "generator 1 ahead",
    ]
    assert stages == ["classifier 2", "retriever 4", "reranker 4", "generator 0"]
