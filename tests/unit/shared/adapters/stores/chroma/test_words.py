"""Pages of words give the scores that counting the words themselves gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.bm25 import weight
from ragline.adapters.stores.chroma.words import (
    PAGE,
    WordPage,
    by_metadata,
    by_relevance,
    pages_of,
)
from ragline.adapters.stores.indexing import literal_terms, share_found, terms_of
from ragline.adapters.stores.marked.keys import chunk_key
from ragline.adapters.stores.sparse import chunk_vector, question_vector
from ragline.ports.store import IndexedDocument
from ragline.testing.store_contract.builders import document

words = st.sampled_from(["queue", "stream", "raft", "x-max.length", "全文", "node", "disk"])
texts = st.lists(words, max_size=8).map(" ".join)
documents = st.lists(st.lists(texts, max_size=5), min_size=1, max_size=4).map(
    lambda each: [document(f"d{n}", texts=found) for n, found in enumerate(each)]
)
questions = st.lists(words, min_size=1, max_size=4, unique=True)


@given(documents, questions, st.data())
def test_a_chunks_score_is_the_inner_product_of_its_sparse_vector(
    stored: list[IndexedDocument], question: list[str], data: st.DataObject
) -> None:
    vectors = {
        chunk_key(each.ref.document_id, each.version, chunk.ordinal): chunk_vector(
            terms_of(each, chunk).relevance
        )
        for each in stored
        for chunk in each.chunks
    }
    terms = [term for word in question for term in (word, word.partition("-")[0])]
    held = {
        term: sum(bool(each.dot(question_vector([term]))) for each in vectors.values())
        for term in terms
    }
    weights = {term: weight(len(vectors), found) for term, found in held.items() if found}
    pages = [page for each in stored for page in pages_of(each)]
    shown = data.draw(st.sets(st.sampled_from([page.uuid for page in pages]))) if pages else set()
    found = by_relevance(pages, frozenset(shown), terms, chunks=len(vectors))

    mine = {page.document_id for page in pages if page.uuid in shown}
    keys = {
        chunk_key(each.ref.document_id, each.version, chunk.ordinal)
        for each in stored
        if each.ref.document_id in mine
        for chunk in each.chunks
    }
    asked = question_vector(terms, weights)
    expected = {key: score for key in keys if (score := vectors[key].dot(asked))}
    assert {key: round(score, 9) for key, score in found} == {
        key: round(score, 9) for key, score in expected.items()
    }
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@given(documents, questions)
def test_a_chunks_share_is_that_of_its_literal_words(
    stored: list[IndexedDocument], question: list[str]
) -> None:
    worded = literal_terms(question)
    found = by_metadata([page for each in stored for page in pages_of(each)], worded)
    expected = {
        chunk_key(each.ref.document_id, each.version, chunk.ordinal): share
        for each in stored
        for chunk in each.chunks
        if (share := share_found(worded, terms_of(each, chunk).metadata))
    }
    assert dict(found) == expected


@given(documents)
def test_a_page_that_is_kept_as_text_comes_back(stored: list[IndexedDocument]) -> None:
    for page in (page for each in stored for page in pages_of(each)):
        again = WordPage.of_json(page.json())
        assert again.uuid == page.uuid
        assert again.words == page.words
        assert again.json() == page.json()


def test_a_long_document_has_pages_that_begin_where_the_one_before_ends() -> None:
    pages = pages_of(document(texts=[f"part {n}" for n in range(2 * PAGE + 1)]))
    assert [(page.ordinal, len(page.lengths)) for page in pages] == [
        (0, PAGE),
        (PAGE, PAGE),
        (2 * PAGE, 1),
    ]
    assert len({page.uuid for page in pages}) == 3


def test_a_literal_word_is_never_a_relevant_one() -> None:
    (page,) = pages_of(document(texts=["limits"], title="Limits"))
    assert "limit" in page.words
    assert "=limits" in page.words
    assert "limits" not in page.words
