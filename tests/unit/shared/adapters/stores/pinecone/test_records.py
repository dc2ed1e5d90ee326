"""Chunks and markers as records: complete, findable, and within Pinecone's limits."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from pinecone.models.documents.document import Document

from ragline.adapters.stores.marked.markers import DocumentState, MarkerKind
from ragline.adapters.stores.pinecone.keys import OPEN, RecordName, document_key, reader_keys
from ragline.adapters.stores.pinecone.limits import MAX_METADATA_BYTES, MAX_NONZERO, MAX_PIECE
from ragline.adapters.stores.pinecone.records import (
    MarkerFacts,
    chunk_records,
    digest,
    document_vector,
    marker,
    marker_facts,
    marker_records,
    name_dimension,
    payload,
)
from ragline.adapters.stores.pinecone.schema import EMBEDDING, SPARSE
from ragline.adapters.stores.sparse import SparseVector, chunk_vector, question_vector
from ragline.contracts import bounds
from ragline.testing.store_contract.builders import COMMON, DIMENSIONS, document

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def sparse(record: dict[str, Any]) -> SparseVector:
    return SparseVector(tuple(record[SPARSE]["indices"]), tuple(record[SPARSE]["values"]))


def metadata_bytes(record: dict[str, Any]) -> int:
    return len(orjson.dumps({k: v for k, v in record.items() if k not in (EMBEDDING, SPARSE)}))


@given(text=TEXT, times=st.integers(1, 300), title=TEXT)
@settings(max_examples=30)
def test_a_chunk_comes_back_whole_from_records_within_the_limits(
    text: str, times: int, title: str
) -> None:
    stored = document(texts=[text * times], title=title)
    records = chunk_records(stored, [OPEN])
    assert all(metadata_bytes(each) <= MAX_METADATA_BYTES for each in records)
    assert all(len(each[SPARSE]["indices"]) <= MAX_NONZERO for each in records)
    assert all(any(each[EMBEDDING]) for each in records)
    assert len({each["_id"] for each in records}) == len(records)

    main, *rest = records
    pieces = [each["payload"] for each in rest if each["kind"] == "text"]
    assert main["pieces"] == len(pieces)
    said = payload(main["payload"] + "".join(pieces))
    assert (said["text"], said["title"]) == (f"{COMMON} {text * times}", title)


def test_words_in_several_records_score_as_in_one() -> None:
    words = [f"word{n}" for n in range(2_300)]
    stored = document(texts=[" ".join(words)])
    records = [each for each in chunk_records(stored, [OPEN]) if each["kind"] in ("chunk", "words")]
    assert len(records) == 3
    question = question_vector(["word1", "word1200", "word2299"])
    whole = chunk_vector([COMMON.removesuffix("ous") + "it", *words])  # another word of its stem
    total = sum(sparse(each).dot(question) for each in records)
    assert abs(total - whole.dot(question)) < 1e-9


def test_every_record_is_found_by_its_document_and_by_no_other() -> None:
    stored = document("guide", texts=["a", " ".join(f"w{n}" for n in range(1_500))])
    further, record = marker_records(
        MarkerKind.CONTENT,
        MarkerFacts(document_id="guide", chunk_hashes=("h" * 64,) * 500),
        1,
        dimensions=DIMENSIONS,
    )
    own, other = document_vector([document_key("guide")]), document_vector([document_key("x")])
    for each in [*chunk_records(stored, [OPEN]), *further, record]:
        assert sparse(each).dot(own) == 1.0
        assert sparse(each).dot(other) == 0.0


def test_literal_words_are_not_the_terms_of_texts() -> None:
    assert question_vector(["queue"]).indices != (name_dimension("queue"),)


def test_a_record_of_the_largest_metadata_has_room_for_every_group_later() -> None:
    stored = document(
        texts=["x" * bounds.CHUNK_CHARS],
        title="t" * bounds.TITLE_CHARS,
        tags=tuple(f"tag {n}" for n in range(bounds.TAGS - 1)),
        language="en",
        url="u" * bounds.URL_CHARS,
    )
    readers = reader_keys(f"group {n}" for n in range(bounds.GROUPS))
    for each in chunk_records(stored, readers):
        assert metadata_bytes(each) <= MAX_METADATA_BYTES


def test_a_marker_says_all_in_its_pieces() -> None:
    facts = MarkerFacts(
        document_id="guide",
        groups=tuple(f"group {n}" for n in range(bounds.GROUPS)),
        content_hash="hash",
        chunk_hashes=tuple(f"{n:064}" for n in range(2_000)),
    )
    further, record = marker_records(MarkerKind.CONTENT, facts, 7, dimensions=DIMENSIONS)
    assert all(len(orjson.dumps(each["payload"])) <= MAX_PIECE for each in [*further, record])
    assert all(metadata_bytes(each) <= MAX_METADATA_BYTES for each in [*further, record])
    assert record["pieces"] == len(further) > 0
    assert marker_facts(record["payload"] + "".join(each["payload"] for each in further)) == facts


def test_a_marker_is_read_without_its_pieces_as_far_as_readers_need_it() -> None:
    facts = MarkerFacts(document_id="d", groups=("a",), chunk_hashes=("x", "y"))
    _, record = marker_records(MarkerKind.CONTENT, facts, 2, dimensions=DIMENSIONS)
    state = DocumentState((marker(Document(record)),))
    assert state.shows(2, tuple(reader_keys(("a", "b"))))
    assert not state.shows(2, tuple(reader_keys(("b",))))
    assert not state.shows(1, tuple(reader_keys(("a",))))
    assert not state.is_outdated(2, 1)
    assert state.is_outdated(2, 2)
    assert state.content is not None
    assert state.content.chunk_hashes[0] == digest(("x", "y"))


def test_a_marker_that_states_no_access_differs_from_one_for_everyone() -> None:
    for groups in (None, ()):
        facts = MarkerFacts(document_id="d", groups=groups)
        _, record = marker_records(MarkerKind.GONE, facts, 2, dimensions=DIMENSIONS)
        assert marker(Document(record)).groups == groups


def test_names_of_chunks_are_in_the_records() -> None:
    (record,) = chunk_records(document("guide", 4, ["a"]), [OPEN])
    assert RecordName.parse(record["_id"]) == RecordName("chunk", document_key("guide"), 4, 0)
