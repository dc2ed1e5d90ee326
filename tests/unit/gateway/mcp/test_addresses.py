"""A document's address leads back to the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_gateway.mcp.addresses import TEMPLATE, address_of, document_at


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_address_names_one_document(document_id: str) -> None:
    address = address_of(document_id)

    assert document_at(address) == document_id
    assert address.isascii()
    assert not set(address) & set(" ?#")


def test_a_slash_stays_a_slash() -> None:
    assert address_of("a b/c.md") == "ragline://documents/a%20b/c.md"
    assert TEMPLATE == "ragline://documents/{+document_id}"


@pytest.mark.parametrize(
    "address", ["", "file:///etc/passwd", "ragline://documents/", "ragline://documents/%ff"]
)
def test_other_addresses_are_no_documents(address: str) -> None:
    assert document_at(address) is None
