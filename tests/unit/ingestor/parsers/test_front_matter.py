"""Front matter states a document's title and language, in YAML or TOML, and hides no text."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.front_matter import read_front_matter


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("---\ntitle: 2031\ndate: 2026-02-30\n---\n", {"title": "2031", "date": "2026-02-30"}),
        ("---\nlanguage: no\n...\nText", {"language": "no"}),
        ("---\ntags: [a]\ntitle: 'A: b'\n---\n", {"title": "A: b"}),
        ('+++\ntitle = "A"\ndraft = false\n+++\n', {"title": "A", "draft": "False"}),
    ],
)
def test_values_are_text_as_they_are_written(text: str, values: dict[str, str]) -> None:
    matter = read_front_matter(text)
    assert (matter.values, matter.problem) == (values, None)
    assert matter.end > 0


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("---\ntitle: Setup: it\nlang: en\nx: [\n---\nText", "YAML"),
        ("+++\ntitle = Setup: it\nlang = 'en'\n+++\nText", "TOML"),
    ],
)
def test_what_is_not_valid_is_read_by_line_and_told(text: str, name: str) -> None:
    matter = read_front_matter(text)
    assert matter.values == {"title": "Setup: it", "lang": "en"}
    assert name in (matter.problem or "")
    assert text[matter.end :] == "\nText"


@pytest.mark.parametrize(
    "text",
    [
        "---\n---\n",
        "---\n\nAn introduction.\n\n---\n",
        "---\n- a\n---\n",
        "---\ntitle: never closed\n",
        "text",
    ],
)
def test_text_between_rulers_stays_text(text: str) -> None:
    assert read_front_matter(text).end == 0
