"""What a reader of a page sees is in its text: opened answers, merged cells, numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ingestor.conftest import LIMITS

from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.html import parse_html

PROSE = "The office in Ghent opens at nine and closes at five on each working day. " * 5


def _parse(body: str) -> ParsedDocument:
    return parse_html(Content(data=f"<body>{body}</body>".encode()), LIMITS)


def _text(body: str) -> str:
    return _parse(body).text


def _headings(body: str) -> list[tuple[str, int]]:
    return [(b.heading, b.level) for b in _parse(body).blocks if b.kind is BlockKind.HEADING]


@pytest.mark.parametrize(
    "accordion",
    [
        "<h3><button aria-controls=a>Why?</button></h3><div id=a hidden>Because.</div>",
        "<button aria-expanded=false aria-controls=a>Why?</button><div id=a hidden>Because.</div>",
        "<button>Why?</button><div hidden>Because.</div>",
        "<button class=accordion-button>Why?</button><div>Because.</div>",
        "<details><summary>Why?</summary>Because.</details>",
        "<details><summary><h3>Why?</h3></summary><p>Because.</p></details>",
        "<div role=tablist><button role=tab aria-controls=a>Why?</button></div>"
        "<div id=a role=tabpanel hidden>Because.</div>",
    ],
)
def test_a_question_that_opens_its_answer_is_a_heading(accordion: str) -> None:
    page = f"<main><h2>Questions</h2>{accordion}</main>"
    assert _headings(page) == [("Questions", 2), ("Why?", 3)]
    assert _text(page).endswith("Why?\n\nBecause.")


def test_other_buttons_are_no_text() -> None:
    assert _text("<p>Run it.</p><button>Copy</button><button aria-controls=x>Menu</button>") == (
        "Run it."
    )


def test_tabs_head_their_panels() -> None:
    page = (
        "<div role=tablist><a role=tab aria-controls=l>Linux</a>"
        "<button role=tab aria-controls=m>macOS</button></div>"
        "<div id=l role=tabpanel>apt</div><div id=m role=tabpanel hidden>brew</div>"
    )
    assert _headings(page)[-1] == ("macOS", 1)
    assert "macOS\n\nbrew" in _text(page)


def test_a_page_that_is_one_form_keeps_its_text() -> None:
    form = "<form action=./default.aspx><h1>Bills</h1><p>Paid in 21 days.</p><input></form>"
    assert _text(form) == "Bills\n\nPaid in 21 days."
    assert _text(f"<form><div>{PROSE}</div></form>") == PROSE.strip()


def test_a_form_to_fill_in_is_no_text() -> None:
    page = "<p>Text.</p><form><label>E-mail</label><input><button>Subscribe</button></form>"
    assert _text(page) == "Text."


def test_a_warning_in_an_aside_stays_and_an_aside_of_links_goes() -> None:
    page = (
        "<article><h1>Cleaner</h1><p>Use it.</p><aside><p>Never with bleach.</p></aside></article>"
        "<aside><h4>See also</h4><a href=/a>One more page</a> <a href=/b>Another page</a></aside>"
    )
    assert _text(page) == "Cleaner\n\nUse it.\n\nNever with bleach."


def test_a_notice_beside_the_main_content_stays() -> None:
    page = "<main><p>Use it.</p></main><aside class='box warning'>Not with bleach.</aside>"
    assert _text(page) == "Use it.\n\nNot with bleach."


def test_all_articles_stay_and_so_does_what_is_between_them() -> None:
    assert _text("<article>One</article><article>Two</article>") == "One\n\nTwo"
    assert _text("<h1>News</h1><p>Intro.</p><article>One</article>") == "News\n\nIntro.\n\nOne"


def test_text_outside_a_main_content_that_is_smaller_stays() -> None:
    assert _text(f"<main>Welcome</main><div>{PROSE}</div>") == f"Welcome\n\n{PROSE.strip()}"


@pytest.mark.parametrize(
    "noise",
    [
        "<footer>{}</footer>",
        "<header>{}</header>",
        "<div hidden>{}</div>",
        "<div aria-hidden=true>{}</div>",
        "<dialog>{}</dialog>",
        "<div role=contentinfo>{}</div>",
    ],
)
def test_what_looks_like_noise_stays_where_it_is_most_of_the_text(noise: str) -> None:
    assert PROSE.strip() in _text("<p>Short.</p>" + noise.format(PROSE))
    document = _parse(f"<p>{PROSE}</p><p>{PROSE}</p>" + noise.format(PROSE))
    assert document.text.count("Ghent") == 10
    assert "characters outside the main content are not indexed" in document.warnings[0]


def test_a_page_of_links_only_keeps_them() -> None:
    assert _text("<nav><a href=/a>Holidays</a></nav>") == "Holidays"
    assert _text("<nav><a href=/a>Holidays</a></nav><p>Text.</p>") == "Text."


def test_cookie_banners_go_and_pages_on_cookies_stay() -> None:
    banner = "<div id=cookie-consent>We bake cookies. <button>Accept</button></div>"
    assert _text(f"{banner}<p>Text.</p>") == "Text."
    assert _text("<main class=cookie-policy><p>We bake. <a href=/>More</a></p></main>") == (
        "We bake. More"
    )


def test_a_page_header_with_the_title_stays_without_its_menu() -> None:
    page = "<header><nav>Menu</nav><h1>Title</h1><p>Lead.</p></header><p>Text.</p>"
    assert _text(page) == "Title\n\nLead.\n\nText."


def test_each_row_of_merged_cells_is_complete() -> None:
    table = (
        "<table><tr><th rowspan=2>Land</th><th rowspan=2>Weight</th><th colspan=2>Price</th></tr>"
        "<tr><th>Slow</th><th>Fast</th></tr><tr><td rowspan=2>Spain</td><td>5 kg</td>"
        "<td colspan=2>11</td></tr><tr><td>10 kg</td><td>17</td><td>31</td></tr></table>"
    )
    assert _text(table) == (
        "Land | Weight | Price Slow | Price Fast\n--- | --- | --- | ---\n"
        "Spain | 5 kg | 11 | 11\nSpain | 10 kg | 17 | 31"
    )


def test_a_first_row_of_names_is_a_head_where_the_page_states_none() -> None:
    table = "<table><tr><td>Vehicle<td>Fare<tr><td>Car<td>27,00 €<tr><td>Bicycle<td>3,10 €</table>"
    assert _text(table) == "Vehicle | Fare\n--- | ---\nCar | 27,00 €\nBicycle | 3,10 €"


def test_cells_over_all_rows_of_their_group_end_with_it() -> None:
    table = (
        "<table><tbody><tr><td rowspan=0>A</td><td>1</td></tr><tr><td>2</td></tr></tbody>"
        "<tbody><tr><td>B</td><td>3</td></tr></tbody></table>"
    )
    assert _text(table) == "A | 1\nA | 2\nB | 3"


def test_a_cell_over_a_whole_row_is_told_once() -> None:
    table = "<table><tr><th>A<th>B<tr><td colspan=2>Group<tr><td>1<td>2</table>"
    assert _text(table) == "A | B\n--- | ---\nGroup\n1 | 2"


def test_a_long_merged_cell_is_told_once() -> None:
    table = f"<table><tr><td rowspan=2>{PROSE}<td>1<tr><td>2</table>"
    assert _text(table) == f"{PROSE.strip()} | 1\n | 2"


def test_merged_cells_do_not_come_to_more_text_than_is_allowed() -> None:
    wide = "<tr>" + f"<td rowspan=9999>{'x' * 150}" * 100
    with pytest.raises(InvalidDocument) as caught:
        parse_html(
            Content(data=f"<table>{wide}{'<tr><td>y' * 1_000}</table>".encode()),
            replace(LIMITS, text_chars=100_000),
        )
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        ("<ol start=4><li>x<li>x</ol>", ["4.", "5."]),
        ("<ol><li>x<li value=7>x<li>x</ol>", ["1.", "7.", "8."]),
        ("<ol reversed><li>x<li>x</ol>", ["2.", "1."]),
        ("<ol reversed start=9><li>x<li>x</ol>", ["9.", "8."]),
        ("<ol type=a start=2><li>x</ol>", ["b."]),
        ("<ol type=I><li>x<li>x</ol>", ["I.", "II."]),
        ("<ol start=nonsense><li>x</ol>", ["1."]),
        ("<ol start=-1><li>x<li>x</ol>", ["-1.", "0."]),
    ],
)
def test_items_have_the_numbers_of_the_page(source: str, marks: list[str]) -> None:
    assert [line.split()[0] for line in _text(source).split("\n")] == marks


def test_a_list_directly_in_a_list_keeps_its_text() -> None:
    assert _text("<ul><li>one</li><ul><li>inner</li></ul>loose<li>two</li></ul>") == (
        "- one\n  - inner\n  loose\n- two"
    )


def test_code_in_an_item_keeps_its_lines() -> None:
    assert _text("<ol><li>Run<pre>cd x\n\n  make</pre></li></ol>") == (
        "1. Run\n   ```\n   cd x\n   \n     make\n   ```"
    )


def test_a_line_break_separates_words() -> None:
    assert _text("<table><tr><td>Night<td>Ana Duarte<br>Ben Okafor</table>") == (
        "Night | Ana Duarte, Ben Okafor"
    )
    assert _headings("<h1>Ana<br>Ben</h1>") == [("Ana Ben", 1)]
    assert _text("<pre>cd x<br>make</pre>") == "cd x\nmake"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("see <a href='https://x.example/a'>here</a>.", "see here (https://x.example/a)."),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:a@x.example'>Write</a>", "Write (mailto:a@x.example)"),
        ("<a href='#top'>Top</a> <a href='javascript:x()'>Open</a>", "Top Open"),
        ("<a href=https://x.example><div>Card</div></a>", "Card\n\n(https://x.example)"),
        ("<img src=a alt='Three zones'>", "[Image: Three zones]"),
        ("A<img src=a alt=''>B", "AB"),
        ("<figure><svg><path/><text>Zone A</text></svg></figure>", "Zone A"),
    ],
)
def test_links_tell_their_target_and_pictures_what_they_show(source: str, text: str) -> None:
    assert _text(source) == text


def test_a_base_address_completes_links() -> None:
    page = "<head><base href='https://x.example/docs/'></head><a href=form.pdf>Form</a>"
    assert parse_html(Content(data=page.encode()), LIMITS).text == (
        "Form (https://x.example/docs/form.pdf)"
    )


def test_pictures_without_a_description_are_told() -> None:
    assert _parse("Text <img src=a><img src=b>").warnings == (
        "2 pictures without a description: text in them is not indexed",
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("10<sup>6</sup> of CO<sub>2</sub>", "10⁶ of CO₂"),
        ("300 m<sup>2</sup>, 10<sup>-3</sup>, e<sup>2k</sup>", "300 m², 10⁻³, e^(2k)"),
        ("the 1<sup>st</sup> Brand<sup>TM</sup>", "the 1st Brand™"),
        ("5<sup><a href='#f1'>1</a></sup> days", "5[1] days"),
        ("5<a href='#f1'><sup>1</sup></a> days", "5[1] days"),
        ("5<sup>1</sup> days of 3 m<sup>2</sup><p><sup>1</sup> Working days.</p><p><sup>2</sup> x",
         "5[1] days of 3 m²\n\n[1] Working days.\n\n[2] x"),
        ("<math><msup><mn>10</mn><mn>6</mn></msup></math>", "10⁶"),
        ("<table><tr><td>10<sup>6</sup><td>x</table>", "10⁶ | x"),
        ("<pre>10<sup>6</sup></pre>", "10⁶"),
        ("<h1>10<sup>6</sup></h1>", "10⁶"),
        ("<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>", "東京(とうきょう)"),
    ],
)  # fmt: skip
def test_raised_and_lowered_text_has_its_sign(source: str, text: str) -> None:
    assert _text(source) == text
