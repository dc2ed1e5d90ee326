"""The current documents, and who may read them, from two compacted topics."""

from __future__ import annotations

import io
import json
from random import Random

from hypothesis import given as examples
from hypothesis import strategies as st
from tests.unit.cli.feedback.conftest import FakeRecord, document, record

from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged, Operation
from ragline_cli.feedback.access import Access
from ragline_cli.feedback.document_records import AccessRecords, DocumentRecords
from ragline_cli.feedback.documents import Documents


def limited(version: int, *groups: str, document_id: str = "d") -> DocumentAccessChanged:
    return DocumentAccessChanged(
        tenant="acme", document_id=document_id, version=version, access=groups
    )


class Topics:
    """Both topics of a tenant, read."""

    def __init__(self) -> None:
        self.documents, self.access = Documents(io.BytesIO()), Access()
        self.records = DocumentRecords("acme", self.documents, self.access)
        self.limits = AccessRecords("acme", self.access)

    def see(self, *events: DocumentChanged | DocumentAccessChanged) -> Topics:
        for event in events:
            reader = self.records if isinstance(event, DocumentChanged) else self.limits
            reader.see(record(event))
        return self

    def text(self, document_id: str = "d") -> str:
        text: str = json.loads(self.documents.row(self.documents.entries[document_id]))["text"]
        return text


def test_the_highest_version_is_the_current_one() -> None:
    topics = Topics().see(*(document(version=n, content=f"v{n}") for n in (1, 3, 2)))
    assert topics.text() == "v3"
    assert list(topics.documents) == ["d"]


def test_a_deleted_document_is_gone_until_a_higher_version_comes() -> None:
    topics = Topics().see(document(version=1), document(version=2, operation=Operation.DELETE))
    assert topics.documents.entries["d"].gone
    topics.see(document(version=2))
    assert topics.documents.entries["d"].gone  # at one version a deletion goes before
    assert not topics.see(document(version=3)).documents.entries["d"].gone


def test_a_key_that_was_erased_is_forgotten() -> None:
    topics = Topics().see(document())
    topics.records.see(FakeRecord(None, key=b"acme/d"))
    topics.records.see(FakeRecord(None, key=b"other/e"))
    topics.records.see(FakeRecord(None, key=None))
    assert list(topics.documents) == []


def test_documents_of_other_tenants_stay_out_and_what_is_no_document_is_counted() -> None:
    topics = Topics().see(document(tenant="beta"))
    for value in (b"{", b"\xff", b"[]"):
        topics.records.see(FakeRecord(value, key=b"acme/d"))
    assert (list(topics.documents), topics.records.unreadable) == ([], 3)


def test_texts_lie_apart_whatever_they_hold() -> None:
    texts = {"a": "line\nline", "b": "\u2028 ü 🙂 \x00", "c": ""}
    topics = Topics().see(*(document(d, content=text) for d, text in texts.items()))
    assert {d: topics.text(d) for d in topics.documents} == texts


def test_binary_documents_and_those_by_uri_have_no_text_here() -> None:
    topics = Topics().see(
        document("a", content="AAAA", content_encoding="base64"),
        document("b", content_uri="https://example.com/b.pdf"),
    )
    assert [entry.place for entry in topics.documents.entries.values()] == [None, None]


def test_access_is_what_the_highest_version_states_on_either_topic() -> None:
    topics = Topics().see(document(version=1, access=("hr",)), document(version=2))
    assert topics.access.restricted("d")
    assert not topics.see(limited(3)).access.restricted("d")
    assert not topics.see(document(version=3, access=("hr",))).access.restricted("d")
    assert topics.see(document(version=4, access=("hr",))).access.restricted("d")
    assert not topics.access.restricted("never seen")


def test_a_lost_access_event_counts_as_a_restriction_until_the_next() -> None:
    topics = Topics().see(document(), limited(1))
    topics.limits.see(FakeRecord(b"{", key=b"acme/d"))
    topics.limits.see(FakeRecord(b"{", key=b"beta/e"))
    assert topics.limits.unreadable == 2
    assert (topics.access.restricted("d"), topics.access.restricted("e")) == (True, False)
    assert not topics.see(limited(2)).access.restricted("d")


EVENTS = st.lists(
    st.builds(
        lambda version, groups, event: (
            limited(version, *groups) if event else document(version=version, access=groups)
        ),
        st.integers(0, 4),
        st.sampled_from([(), ("hr",)]),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda event: (event.version, type(event)),
)


@examples(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_neither_access_nor_text(
    events: list[DocumentChanged | DocumentAccessChanged], random: Random
) -> None:
    shuffled = random.sample(events, len(events))
    one, other = Topics().see(*events), Topics().see(*shuffled)
    assert one.access.restricted("d") == other.access.restricted("d")
    versions = [{d: e.version for d, e in each.documents.entries.items()} for each in (one, other)]
    assert versions[0] == versions[1]
