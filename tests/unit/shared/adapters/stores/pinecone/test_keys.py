"""Names of namespaces, indexes and records, and the tokens of filters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.pinecone.keys import (
    OPEN,
    RecordName,
    access_key,
    document_key,
    index_name,
    marker_name,
    namespace,
    reader_keys,
    token,
)

COLLECTIONS = st.from_regex(r"[A-Z][A-Za-z0-9_]{0,62}", fullmatch=True)


def test_names_cannot_run_into_each_other() -> None:
    assert token("chunk", "a", 11, 1) != token("chunk", "a", 1, 11)
    assert token("tag", "x") != token("group", "x")


def test_no_group_can_have_the_key_of_everyone() -> None:
    assert reader_keys(()) == [OPEN]
    assert OPEN not in reader_keys(("open", "", "*"))


def test_access_is_a_set() -> None:
    assert access_key(("a", "b", "a")) == access_key(("b", "a"))
    assert access_key(("a", "b")) != access_key(("ab",))


@given(st.text(max_size=300))
def test_a_namespace_is_a_name_that_pinecone_takes(tenant: str) -> None:
    name = namespace(tenant)
    assert name.isascii()
    assert "\0" not in name
    assert 1 <= len(name) <= 512


def test_tenants_have_namespaces_of_their_own() -> None:
    tenants = ["acme", "Acme", "a/b", "a%2Fb", "", " ", "日本", "x" * 600, "x" * 601]
    assert len({namespace(tenant) for tenant in tenants}) == len(tenants)


@given(COLLECTIONS)
def test_an_index_has_a_name_that_pinecone_takes(collection: str) -> None:
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?", index_name(collection))


@given(COLLECTIONS, COLLECTIONS)
def test_collections_have_indexes_of_their_own(one: str, other: str) -> None:
    assert (index_name(one) == index_name(other)) == (one == other)


@pytest.mark.parametrize("other", ["CHunks", "Chunks_", "Chun_ks"])
def test_collections_that_differ_in_case_or_underscores_are_told_apart(other: str) -> None:
    assert index_name(other) != index_name("Chunks") == "chunks"


@given(
    st.sampled_from(["chunk", "words", "text"]),
    st.text(max_size=40),
    st.integers(0, 2**63 - 1),
    st.integers(0, 10**6),
    st.integers(0, 100),
)
def test_a_records_name_says_what_it_is_of(
    kind: str, document_id: str, version: int, ordinal: int, piece: int
) -> None:
    name = RecordName(kind, document_key(document_id), version, ordinal, piece)
    assert RecordName.parse(str(name)) == name
    assert len(str(name)) <= 512


def test_markers_have_names_of_their_own() -> None:
    facts = [("content", 1, 0), ("content", 1, 1), ("content", 11, 0), ("gone", 1, 0)]
    names = {marker_name(kind, "d", version, piece) for kind, version, piece in facts}
    assert len(names) == len(facts)
