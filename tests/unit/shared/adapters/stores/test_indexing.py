"""What a chunk is found by."""

import pytest

from ragline.adapters.stores.indexing import (
    IndexIdentity,
    chunk_id,
    literal_terms,
    mismatch,
    share_found,
    terms_of,
)
from ragline.testing.store_contract.builders import document


def test_a_title_word_counts_more_than_a_heading_word_and_that_more_than_text() -> None:
    stored = document(texts=["limits"], title="Alarms", headings=("Memory",))
    relevance = terms_of(stored, stored.chunks[0]).relevance
    counts = [relevance.count(term) for term in ("alarm", "memori", "limit")]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 3


def test_metadata_words_come_from_everything_but_the_text() -> None:
    stored = document(
        "ops/a.md", texts=["inside"], title="T1", headings=("H1",), tags=("g1",), url="u://host"
    )
    words = terms_of(stored, stored.chunks[0]).metadata
    assert {"ops", "a.md", "t1", "h1", "g1", "host"} <= set(words)
    assert "inside" not in words


def test_a_chunk_id_names_document_version_and_place() -> None:
    assert chunk_id("guide", 7, 3) == "guide@7#3"


@pytest.mark.parametrize(
    ("terms", "metadata", "share"),
    [
        (["a", "b"], {"a"}, 0.5),
        (["a b"], {"a"}, 0.0),
        (["a b"], {"a", "b"}, 1.0),
        (["A", "a"], {"a"}, 1.0),
        (["?!", "a"], {"a"}, 1.0),
        ([], {"a"}, 0.0),
    ],
)
def test_the_share_counts_distinct_terms_with_all_their_words(
    terms: list[str], metadata: set[str], share: float
) -> None:
    assert share_found(literal_terms(terms), metadata) == share


def test_the_number_of_terms_is_bounded() -> None:
    assert len(literal_terms(f"t{n}" for n in range(500))) == 32


def test_an_index_of_another_model_offers_the_command_that_changes_it() -> None:
    told = str(mismatch("Chunks", IndexIdentity("old", 384), IndexIdentity("new", 768)))
    assert "filled with `old`" in told
    assert "`ragline reindex start --to NAME --set EMBEDDING__MODEL=…`" in told
