"""Links to the pages that an answer cites."""

from __future__ import annotations

from tests.unit.generator.conftest import make_passage

from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.document_link import cited_links, document_link
from ragline_generator.passages.units import split

TITLES = ("Queues", "Streams", "Quorum queues")


def excerpt(number: int, url: str | None) -> Excerpt:
    passage = make_passage("Text.", chunk=f"c{number}", title=TITLES[number - 1], url=url)
    return Excerpt(passage, split(passage.text))


CONTEXT = [
    excerpt(1, "https://docs.example/queues"),
    excerpt(2, "https://docs.example/streams"),
    excerpt(3, None),
]


def test_each_cited_page_gets_its_link_in_the_order_of_the_text() -> None:
    assert cited_links("Streams [2] and queues [1], streams again [2].", CONTEXT) == (
        "[Streams](https://docs.example/streams) [2]\n\n[Queues](https://docs.example/queues) [1]"
    )


def test_a_page_of_several_passages_gets_one() -> None:
    twice = [CONTEXT[0], CONTEXT[0]]

    assert cited_links("One [1], other [2].", twice) == "[Queues](https://docs.example/queues) [1]"


def test_an_address_that_is_told_already_is_not_repeated() -> None:
    assert cited_links("See https://docs.example/queues [1].", CONTEXT) == ""


def test_what_is_not_cited_or_has_no_address_gets_none() -> None:
    assert cited_links("Nothing.", CONTEXT) == ""
    assert cited_links("Quorum queues [3].", CONTEXT) == ""


def test_the_headings_lead_to_the_passage() -> None:
    passage = make_passage(
        "Text.", title="Queues", heading_path=("Durability",), url="https://x.example"
    )

    assert document_link(passage) == "[Queues](https://x.example) — Durability"
    assert document_link(passage, named=frozenset()) == "[Queues](https://x.example)"
