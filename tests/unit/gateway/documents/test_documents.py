"""Requests become change events, files become documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts import bounds
from ragline.contracts.documents import DocumentStatus, Operation, Outcome
from ragline_gateway.documents.events import access_changed, changed, deleted
from ragline_gateway.documents.models import AccessBody, DocumentBody, DocumentProgress
from ragline_gateway.documents.uploads import file_changed
from ragline_gateway.problems import Problem

NOW_MS = 1_795_559_805_252


def test_a_document_without_a_version_gets_the_time() -> None:
    event = changed("acme", "a/b.md", DocumentBody(content="# A"), NOW_MS)

    assert (event.tenant, event.document_id, event.version) == ("acme", "a/b.md", NOW_MS)
    assert deleted("acme", "a", 7, NOW_MS).operation is Operation.DELETE
    assert access_changed("acme", "a", AccessBody(access=("hr",)), NOW_MS).access == ("hr",)


@pytest.mark.parametrize(
    ("document_id", "body"),
    [
        ("a", DocumentBody()),
        ("a", DocumentBody(content="x", content_uri="https://example.org/x")),
        ("a\x00", DocumentBody(content="x")),
        ("x" * 600, DocumentBody(content="x")),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(
    document_id: str, body: DocumentBody
) -> None:
    with pytest.raises(Problem) as refused:
        changed("acme", document_id, body, NOW_MS)

    assert refused.value.status == 422
    assert refused.value.detail


def file(name: str, content: bytes, declared: str | None = None) -> object:
    return file_changed(
        tenant="acme",
        name=name,
        content=content,
        declared_type=declared,
        tags=("t",),
        access=(),
        now_ms=NOW_MS,
    )


def test_a_files_name_says_its_format() -> None:
    event = file("handbook/Badges.MD", b"# Badges", "application/octet-stream")

    assert event.media_type == "text/markdown"  # type: ignore[attr-defined]
    assert event.content == "# Badges"  # type: ignore[attr-defined]
    assert event.access is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a.exe", "noname", ""])
def test_a_format_that_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(Problem) as refused:
        file(name, b"x", "application/x-msdownload")

    assert refused.value.status == 415


@pytest.mark.parametrize(("name", "word"), [("a.zip", "unpack"), ("a.doc", "DOCX")])
def test_what_is_never_read_is_refused_with_what_helps(name: str, word: str) -> None:
    with pytest.raises(Problem) as refused:
        file(name, b"x")

    assert refused.value.status == 415
    assert word in (refused.value.detail or "")


@pytest.mark.parametrize(
    ("name", "most", "told"),
    [("a.pdf", 6_291_456, "at most 6,291,456 bytes"), ("a.md", 8_388_608, "8,388,608 characters")],
)
def test_a_file_that_no_event_can_carry_is_refused_with_the_limit(
    name: str, most: int, told: str
) -> None:
    """A body of eight million bytes may hold one: in base64 it is a third longer."""
    longest = file(name, b"x" * most)
    with pytest.raises(Problem) as refused:
        file(name, b"x" * (most + 1))

    assert len(longest.content) == bounds.CONTENT_CHARS  # type: ignore[attr-defined]
    assert refused.value.status == 413
    assert told in (refused.value.detail or "")
    assert "content_uri" in (refused.value.detail or "")


@given(st.binary(max_size=200), st.sampled_from(["a.md", "a.pdf", "a.html"]))
def test_any_bytes_are_taken(content: bytes, name: str) -> None:
    event = file(name, content)

    assert event.content is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reported", "wanted", "status"),
    [(None, 5, "pending"), (4, 5, "pending"), (5, 5, "indexed"), (6, 5, "superseded")],
)
def test_a_change_is_pending_until_its_version_is_reported(
    reported: int | None, wanted: int, status: str
) -> None:
    report = (
        None
        if reported is None
        else DocumentStatus(
            document_id="a",
            version=reported,
            status=Outcome.INDEXED,
            finished_at=datetime(2026, 11, 24, tzinfo=UTC),
        )
    )

    assert DocumentProgress.of("a", report, wanted).status == status
