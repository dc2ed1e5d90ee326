"""Questions out of documents: unambiguous headings and links, nothing else."""

from __future__ import annotations

import pytest

from ragline.errors import Misconfigured
from ragline_evaluation.retrieval import known_item

PAGES = {
    "guide/queues.md": "# Quorum Queues {#quorum}\n\n## See also\n\n"
    "Read [memory alarms](../alarms.md#memory).\n",
    "alarms.md": "# Resource alarms\n\n## See also\n\n```\n# Not a heading\n```\n"
    "[the quorum ones](./guide/queues) and [elsewhere entirely](https://example.org/queues.md)\n",
}


def asked() -> dict[str, str]:
    data = known_item.build(PAGES, name="docs")
    return {q.text: next(iter(data.judgements[q.id])) for q in data.questions}


def test_headings_and_links_ask_for_their_page() -> None:
    assert asked() == {
        "Quorum Queues": "guide/queues.md",
        "Resource alarms": "alarms.md",
        "memory alarms": "alarms.md",
        "the quorum ones": "guide/queues.md",
    }


def test_what_names_two_pages_or_none_asks_for_nothing() -> None:
    assert "See also" not in asked()
    assert "Not a heading" not in asked()
    assert "elsewhere entirely" not in asked()


def test_the_report_can_say_that_there_were_no_labels() -> None:
    assert "no labels" in known_item.build(PAGES, name="docs").origin


def test_documents_without_any_are_an_error() -> None:
    with pytest.raises(Misconfigured, match="give labels"):
        known_item.build({"a.md": "only text"}, name="docs")
