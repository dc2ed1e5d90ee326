"""The rows of a document's postings."""

from __future__ import annotations

from ragline.adapters.stores.pgvector.buckets import BUCKET_SIZE
from ragline.adapters.stores.pgvector.impacts import PackedPostings
from ragline.adapters.stores.pgvector.postings import rows_of


def test_a_document_has_a_row_for_each_term_and_bucket() -> None:
    edge = 3 * BUCKET_SIZE
    rows = rows_of("acme", [(edge - 1, ["a", "b", "a"]), (edge, ["a"]), (edge + 5, ["a"])], 2.0)
    assert [row[:5] for row in rows] == [
        ("acme", "a", 2, BUCKET_SIZE - 1, 1),
        ("acme", "a", 3, 0, 2),
        ("acme", "b", 2, BUCKET_SIZE - 1, 1),
    ]
    assert PackedPostings(*rows[0][7:]) == PackedPostings.of([(BUCKET_SIZE - 1, 2, 3)])
    assert PackedPostings(*rows[1][7:]) == PackedPostings.of([(0, 1, 1), (5, 1, 1)])


def test_a_row_states_the_peak_of_its_postings() -> None:
    (row,) = rows_of("acme", [(1, ["a", "a", "b"][:2]), (2, ["a"])], 2.0)
    packed = PackedPostings(*row[7:])
    assert abs(row[5] - packed.peak(2.0)) < 1e-12
