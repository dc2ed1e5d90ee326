"""The reference BM25 finds by stemmed words of title and text."""

from __future__ import annotations

from ragline.contracts.documents import DocumentChanged
from ragline_evaluation.retrieval.reference import ReferenceBM25


def test_documents_come_by_their_words_and_others_not_at_all() -> None:
    events = [
        DocumentChanged(document_id="queues", version=1, title="Queues", content="They expire."),
        DocumentChanged(document_id="policy", version=1, content="A policy makes a queue expire."),
        DocumentChanged(document_id="cats", version=1, title="Cats", content="They sleep."),
    ]
    reference = ReferenceBM25(events)
    assert set(reference.search("expiring queue policies")) == {"queues", "policy"}
    assert reference.search("expiring queue policies")[0] == "policy"
    assert reference.search("the and of") == []
