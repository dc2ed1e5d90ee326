"""Turns files into change events, or into failures with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from ragline.contracts.documents import DocumentChanged, DocumentError, Operation, Outcome
from ragline.contracts.media_types import encode_content, named_media_type, refusal
from ragline.contracts.topics import MAX_RECORD_BYTES
from ragline.errors import InvalidDocument
from ragline_cli.ingest.files import SourceFile
from ragline_cli.ingest.report import DocumentResult

# For key, headers and batch overhead; retries and dead letters add further headers
_HEADROOM_BYTES = 64 * 1024
MAX_EVENT_BYTES = MAX_RECORD_BYTES - _HEADROOM_BYTES
# a file that is being written is read again
_READS = 3

Version = Callable[[str, int, bytes], int]
"""Computes a change's version from document id, modification time in epoch ms, and content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Metadata that the user sets for all documents of a run."""

    tenant: str
    access: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    base_url: str | None = None

    def url(self, document_id: str) -> str | None:
        """Return the document's address, or None without a base address."""
        return f"{self.base_url.rstrip('/')}/{quote(document_id)}" if self.base_url else None


def version_of_mtime(_document_id: str, modified_ms: int, _content: bytes) -> int:
    """Return the modification time."""
    return modified_ms


@dataclass(frozen=True, slots=True)
class Published:
    """The last change of a document on the `documents` topic."""

    version: int
    digest: bytes | None


def digest_of(content: bytes) -> bytes:
    """Return a digest to compare contents by."""
    return blake2b(content, digest_size=16).digest()


def version_of_content(published: Mapping[str, Published], *, now_ms: int) -> Version:
    """Return a version function that only increases if the content differs from what was published.

    For checkouts and copies, whose modification times say nothing about the content.
    """

    def version(document_id: str, _modified_ms: int, content: bytes) -> int:
        last = published.get(document_id)
        if last is None:
            return now_ms
        return last.version if last.digest == digest_of(content) else max(now_ms, last.version + 1)

    return version


class FileEvents:
    """Makes the change events of files; files that cannot be sent are collected as failures.

    When a file is sent again, its version is higher than before, whatever its modification time.
    """

    def __init__(self, labels: Labels, version: Version = version_of_mtime) -> None:
        self._labels = labels
        self._version = version
        self._failures: list[DocumentResult] = []
        self._sources: dict[str, Path] = {}
        self._last: dict[str, int] = {}

    def upserts(self, files: Iterable[SourceFile]) -> Iterator[DocumentChanged]:
        """Yield the event of every file that can be sent, reading one file at a time."""
        for file in files:
            try:
                yield self._upsert(file)
            except InvalidDocument as error:
                self._fail(file, error.code, str(error))
            except OSError as error:
                self._fail(file, "unreadable", f"{error.strerror}: {file.path}")
            except ValidationError as error:
                reason = error.errors()[0]
                self._fail(file, "invalid", f"{reason['loc']}: {reason['msg']}")

    def delete(self, file: SourceFile, *, now_ms: int) -> DocumentChanged:
        """Return the event that removes the file's document."""
        self._sources.pop(file.document_id, None)
        return DocumentChanged(
            tenant=self._labels.tenant,
            document_id=file.document_id,
            version=self._above_last(file.document_id, now_ms),
            operation=Operation.DELETE,
        )

    def take_failures(self) -> tuple[DocumentResult, ...]:
        """Return the files that could not be sent since the last call."""
        failures, self._failures = tuple(self._failures), []
        return failures

    def _above_last(self, document_id: str, version: int) -> int:
        self._last[document_id] = max(version, self._last.get(document_id, -1) + 1)
        return self._last[document_id]

    def _upsert(self, file: SourceFile) -> DocumentChanged:
        other = self._sources.setdefault(file.document_id, file.path)
        if other != file.path:
            raise InvalidDocument(
                f"{other} has the same document id; ingest a folder above both",
                code="duplicate_id",
            )
        _check_kind(file.path)
        _check_size(file.path.stat().st_size)
        event = self._event(file)
        _check_size(len(event.to_json()))
        return event

    def _event(self, file: SourceFile) -> DocumentChanged:
        raw, modified_ms = _read(file.path)
        version = self._version(file.document_id, modified_ms, raw)
        content, encoding = encode_content(raw, file.media_type)
        _check_size(len(content))  # base64 is a third longer than its file
        return DocumentChanged(
            tenant=self._labels.tenant,
            document_id=file.document_id,
            version=self._above_last(file.document_id, version),
            content=content,
            content_encoding=encoding,
            media_type=file.media_type,
            url=self._labels.url(file.document_id),
            tags=self._labels.tags,
            access=self._labels.access,
            updated_at=datetime.fromtimestamp(modified_ms / 1000, UTC),
        )

    def _fail(self, file: SourceFile, code: str, message: str) -> None:
        self._failures.append(
            DocumentResult(
                tenant=self._labels.tenant,
                # a file name may be invalid UTF-8, but a report must be valid
                document_id=file.document_id.encode("utf-8", "replace").decode(),
                version=None,
                status=Outcome.FAILED,
                error=DocumentError(code=code, message=message),
            )
        )


def _read(path: Path) -> tuple[bytes, int]:
    """Return a file's bytes and its modification time in epoch ms, of one and the same state.

    Raises:
        InvalidDocument: `changed_while_read`: it is being written.
    """
    for _ in range(_READS):
        before = path.stat()
        raw = path.read_bytes()
        after = path.stat()
        is_same = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
        if is_same and len(raw) == after.st_size:
            return raw, after.st_mtime_ns // 1_000_000
    raise InvalidDocument(
        f"changed while it was read ({before.st_size} bytes, then {len(raw)}): ingest it again"
        " when it is complete",
        code="changed_while_read",
    )


def _check_kind(path: Path) -> None:
    reason = refusal(named_media_type(path.suffix))
    if reason:
        raise InvalidDocument(f"{path.suffix}: {reason}", code="unsupported_media_type")


def _check_size(size: int) -> None:
    if size > MAX_EVENT_BYTES:
        raise InvalidDocument(
            f"{size / 2**20:.1f} MiB as an event, over the limit of "
            f"{MAX_EVENT_BYTES / 2**20:.1f} MiB; split it, or publish it with `content_uri` "
            "where the ingestor may fetch it",
            code="too_large",
        )
