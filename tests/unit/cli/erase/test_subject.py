"""What a subject covers, and what speaks of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.base import QueryRef
from ragline_cli.erase.subject import Subject, parsed, query_in

ONE = Subject(tenant="acme", documents=frozenset({"a/b.md"}))
ALL = Subject(tenant="acme")


@pytest.mark.parametrize(
    ("key", "one", "everything"),
    [
        (b"acme/a/b.md", True, True),
        (b"acme/a", False, True),
        (b"acme2/a/b.md", False, False),
        (b"acme", False, False),
        (b"\xff/a", False, False),
        (None, False, False),
    ],
)
def test_a_key_is_a_tenant_and_a_document(key: bytes | None, one: bool, everything: bool) -> None:
    assert ONE.covers_key(key) is one
    assert ALL.covers_key(key) is everything


def test_a_value_speaks_of_a_document_at_any_depth_and_only_of_its_own_tenant() -> None:
    cited = {"tenant": "acme", "citations": [{"document_id": "a/b.md"}]}
    assert ONE.is_in(json.dumps(cited).encode())
    assert ONE.is_in(json.dumps(cited))
    assert not ONE.is_in(json.dumps(cited | {"tenant": "other"}).encode())
    assert not ONE.is_in(json.dumps({"tenant": "acme", "text": "a/b.md"}).encode())
    assert ALL.is_in(b'{"tenant": "acme"}')
    assert Subject(tenant="default").is_in(b"{}")


@given(st.binary(max_size=40) | st.none())
def test_whatever_a_value_is_it_can_be_looked_at(value: bytes | None) -> None:
    assert isinstance(ONE.is_in(value), bool)
    assert isinstance(parsed(value), dict)
    query_in(value)


def test_an_event_names_its_query() -> None:
    assert query_in(b'{"query_id": "q", "tenant": "acme"}') == QueryRef("acme", "q")
    assert query_in(b'{"query_id": "q"}') == QueryRef("default", "q")
    assert query_in(b'{"query_id": 7}') is None
    assert query_in(b"no JSON") is None
