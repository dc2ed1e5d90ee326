"""What a null value on `documents` says, and what is remembered for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ragline.contracts.documents import DocumentTombstone
from ragline.errors import InvalidEvent
from ragline.messaging.tombstones import RetriedVersions, is_tombstone, tombstone_in


@dataclass
class FakeRecord:
    value: bytes | None = None
    key: bytes | None = b"acme/a/b.md"
    topic: str = "documents"
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    headers: Any = ()


def test_only_a_null_on_documents_is_one_also_on_its_way_through_the_retries() -> None:
    retried = [("ragline-retry-origin", b"documents")]
    assert is_tombstone(FakeRecord())
    assert is_tombstone(FakeRecord(topic="documents.retry.10s", headers=retried))
    assert not is_tombstone(FakeRecord(value=b""))
    assert not is_tombstone(FakeRecord(topic="document-access"))
    assert not is_tombstone(FakeRecord(topic="queries"))


def test_its_key_names_the_document_and_its_header_the_version() -> None:
    said = tombstone_in(FakeRecord(), published=4)
    assert said == DocumentTombstone(tenant="acme", document_id="a/b.md", published=4)
    assert said.key == "acme/a/b.md"
    stated = FakeRecord(headers=[("ragline-version", b"3"), ("ragline-version", b"17")])
    assert tombstone_in(stated, published=0).version == 17


@pytest.mark.parametrize(
    "key", [None, b"", b"a.md", b"acme/", b"no tenant!/a", b"\xff/a", b"a/\x00"]
)
def test_a_key_that_names_no_document_is_refused(key: bytes | None) -> None:
    with pytest.raises(InvalidEvent, match="tenant/document_id") as raised:
        tombstone_in(FakeRecord(key=key), published=0)
    assert raised.value.cause == "invalid_key"


@pytest.mark.parametrize("version", [b"", b"-1", b"seven", b"\xff", b"1" * 400])
def test_a_version_that_is_none_is_refused(version: bytes) -> None:
    record = FakeRecord(headers=[("ragline-version", version)])
    with pytest.raises(InvalidEvent, match="whole number") as raised:
        tombstone_in(record, published=0)
    assert raised.value.cause == "invalid_headers"


def test_the_highest_version_on_its_way_through_the_retries_is_remembered() -> None:
    retried = RetriedVersions()
    for version in (b"5", b"3", b'"4"', b"null"):
        retried.note(FakeRecord(value=b'{"version": %s}' % version))
    retried.note(FakeRecord(value=b'{"version": 9}', topic="documents.retry.10s"))
    assert retried.highest(b"acme/a/b.md") == 5
    assert retried.highest(b"acme/other") == retried.highest(None) == 0
