"""Files become change events; a file that cannot be sent is told, and the others go on."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ragline.contracts.documents import DocumentChanged, Operation, Outcome
from ragline.contracts.topics import MAX_RECORD_BYTES
from ragline_cli.ingest.events import (
    FileEvents,
    Labels,
    Published,
    Version,
    digest_of,
    version_of_content,
    version_of_mtime,
)
from ragline_cli.ingest.files import SourceFile
from ragline_cli.ingest.report import DocumentResult

MODIFIED_MS = 1_700_000_000_123


def file(root: Path, name: str, content: bytes) -> SourceFile:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(0, MODIFIED_MS * 1_000_000))
    return SourceFile(root, path)


def events_of(
    *files: SourceFile, labels: Labels | None = None, version: Version = version_of_mtime
) -> tuple[list[DocumentChanged], tuple[DocumentResult, ...]]:
    events = FileEvents(labels or Labels(tenant="t"), version)
    return list(events.upserts(files)), events.take_failures()


def test_text_goes_as_text_with_its_modification_time_as_version(tmp_path: Path) -> None:
    (event,), failures = events_of(file(tmp_path, "guide/a.md", "# Ünï 🙂\r\n".encode()))
    assert event == DocumentChanged(
        tenant="t",
        document_id="guide/a.md",
        version=MODIFIED_MS,
        content="# Ünï 🙂\r\n",
        media_type="text/markdown",
        updated_at=datetime.fromtimestamp(MODIFIED_MS / 1000, UTC),
    )
    assert failures == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"%PDF-1.7"), ("binary.md", b"\xff\xfe\x00\x01"), ("latin1.txt", b"caf\xe9")],
)
def test_bytes_that_are_no_utf8_text_go_as_base64(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (event,), _ = events_of(file(tmp_path, name, content))
    assert event.content_encoding == "base64"
    assert base64.b64decode(event.content or "") == content


def test_an_empty_file_is_sent(tmp_path: Path) -> None:
    (event,), _ = events_of(file(tmp_path, "empty.md", b""))
    assert event.content == ""


def test_labels_go_with_every_document(tmp_path: Path) -> None:
    labels = Labels(
        tenant="acme", access=("ops",), tags=("guide",), base_url="https://docs.example.com/x/"
    )
    (event,), _ = events_of(file(tmp_path, "a b/ü.md", b"x"), labels=labels)
    assert event.tenant == "acme"
    assert event.access == ("ops",)
    assert event.tags == ("guide",)
    assert event.url == "https://docs.example.com/x/a%20b/%C3%BC.md"


@pytest.mark.parametrize(("name", "share"), [("a.md", 1.1), ("a.pdf", 0.9), ("escapes.md", 0.5)])
def test_a_document_over_the_limit_is_told_and_the_others_go_on(
    tmp_path: Path, name: str, share: float
) -> None:
    byte = b"\x01" if name == "escapes.md" else b"x"  # JSON writes a control character in six
    big = file(tmp_path, name, byte * int(MAX_RECORD_BYTES * share))
    events, (failure,) = events_of(big, file(tmp_path, "small.md", b"x"))
    assert [event.document_id for event in events] == ["small.md"]
    assert failure.status is Outcome.FAILED
    assert failure.error is not None
    assert failure.error.code == "too_large"
    assert "content_uri" in failure.error.message


def test_an_event_at_the_limit_fits_the_record(tmp_path: Path) -> None:
    events, _ = events_of(file(tmp_path, "a.md", b"x" * (MAX_RECORD_BYTES - 65 * 1024)))
    assert len(events[0].to_json()) < MAX_RECORD_BYTES - 60 * 1024


def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    gone = SourceFile(tmp_path, tmp_path / "gone.md")
    events, (failure,) = events_of(gone)
    assert events == []
    assert failure.error is not None
    assert failure.error.code == "unreadable"


@pytest.mark.parametrize(
    ("name", "word"), [("a.zip", "unpack"), ("a.TGZ", "unpack"), ("a.doc", "DOCX")]
)
def test_a_format_that_is_never_read_is_told_at_once(tmp_path: Path, name: str, word: str) -> None:
    events, (failure,) = events_of(file(tmp_path, name, b"x"))
    assert events == []
    assert failure.error is not None
    assert failure.error.code == "unsupported_media_type"
    assert word in failure.error.message


def shrinking(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let files lose a byte behind the back of who has just read them, so many times."""
    read = Path.read_bytes
    left = [times]

    def read_bytes(path: Path) -> bytes:
        raw = read(path)
        if left[0]:
            left[0] -= 1
            path.write_bytes(raw[:-1])
        return raw

    monkeypatch.setattr(Path, "read_bytes", read_bytes)


def test_a_file_that_shrinks_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = file(tmp_path, "a.md", b"words")
    shrinking(monkeypatch, 1)
    (event,), failures = events_of(source)
    assert event.content == "word"
    assert failures == ()


def test_a_file_that_goes_on_changing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = file(tmp_path, "a.md", b"words")
    shrinking(monkeypatch, 3)
    events, (failure,) = events_of(source)
    assert events == []
    assert failure.error is not None
    assert failure.error.code == "changed_while_read"


def test_two_files_with_one_document_id_do_not_overwrite_each_other(tmp_path: Path) -> None:
    first = file(tmp_path / "a", "README.md", b"a")
    second = file(tmp_path / "b", "README.md", b"b")
    events, (failure,) = events_of(first, second)
    assert [event.content for event in events] == ["a"]
    assert failure.error is not None
    assert failure.error.code == "duplicate_id"


def test_a_name_that_is_no_document_id_is_told(tmp_path: Path) -> None:
    events, (failure,) = events_of(file(tmp_path, "a\nb.md", b"x"))
    assert events == []
    assert failure.error is not None
    assert failure.error.code == "invalid"


def test_a_name_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.md")
    events, (failure,) = events_of(file(tmp_path, name, b"x"))
    assert events == []
    assert failure.document_id == "?.md"


def test_failures_are_taken_once(tmp_path: Path) -> None:
    events = FileEvents(Labels(tenant="t"))
    list(events.upserts([SourceFile(tmp_path, tmp_path / "gone.md")]))
    assert len(events.take_failures()) == 1
    assert events.take_failures() == ()


def test_a_version_of_content_grows_only_when_the_content_differs(tmp_path: Path) -> None:
    published = {
        "same.md": Published(5, digest_of(b"same")),
        "other.md": Published(6, digest_of(b"before")),
        "future.md": Published(2_000, digest_of(b"before")),
        "deleted.md": Published(7, None),
    }
    files = [file(tmp_path, name, b"same") for name in (*published, "new.md")]
    events, _ = events_of(*files, version=version_of_content(published, now_ms=1_000))
    assert {event.document_id: event.version for event in events} == {
        "same.md": 5,
        "other.md": 1_000,
        "future.md": 2_001,
        "deleted.md": 1_000,
        "new.md": 1_000,
    }


def test_a_file_that_comes_again_has_a_higher_version(tmp_path: Path) -> None:
    events = FileEvents(Labels(tenant="t"))
    source = file(tmp_path, "a.md", b"x")
    (first,) = events.upserts([source])
    deleted = events.delete(source, now_ms=MODIFIED_MS + 50)
    (back,) = events.upserts([source])  # moved away and back: with its old modification time
    assert deleted.operation is Operation.DELETE
    assert [first.version, deleted.version, back.version] == [
        MODIFIED_MS,
        MODIFIED_MS + 50,
        MODIFIED_MS + 51,
    ]
