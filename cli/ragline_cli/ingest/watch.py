"""Watches files: changed files are published again, removed files are deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from ragline.clock import Clock, epoch_ms, utc_now
from ragline.contracts.documents import DocumentChanged
from ragline.settings import KafkaSettings
from ragline_cli.ingest.events import FileEvents
from ragline_cli.ingest.files import SourceFile, find_files, watched_folders
from ragline_cli.ingest.report import IngestReport
from ragline_cli.ingest.run import ingest_documents

_Stamp = tuple[int, int]  # modification time in ns, size in bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Files that are new or modified, and files that were removed."""

    written: list[SourceFile]
    gone: list[SourceFile]

    def __bool__(self) -> bool:
        return bool(self.written or self.gone)

    def events(self, events: FileEvents, *, now_ms: int) -> Iterator[DocumentChanged]:
        """Yield the change events, deletions first."""
        for file in self.gone:
            yield events.delete(file, now_ms=now_ms)
        yield from events.upserts(self.written)


class FileWatcher:
    """Reports what happened to the files named by the arguments since the last check.

    It checks the files themselves rather than the system's notifications, which may be lost or name
    only a folder. A new file counts exactly if `ragline ingest` would accept it.
    """

    def __init__(self, arguments: Iterable[str]) -> None:
        self._arguments = list(arguments)
        self._known = self._look()

    def changes(self) -> Changes:
        """Return what changed since the last call."""
        known, self._known = self._known, self._look()
        return Changes(
            written=[file for file, stamp in self._known.items() if known.get(file) != stamp],
            gone=[file for file in known if file not in self._known],
        )

    @property
    def folders(self) -> set[Path]:
        """The folders in which changes can matter."""
        return watched_folders(self._arguments)

    @property
    def recursive(self) -> bool:
        """Whether to watch subfolders: not for plain files, whose folder may be a home folder."""
        return not all(Path(argument).is_file() for argument in self._arguments)

    def _look(self) -> dict[SourceFile, _Stamp]:
        stamps = ((file, _stamp(file.path)) for file in find_files(self._arguments))
        return {file: stamp for file, stamp in stamps if stamp is not None}


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:  # removed since it was listed
        return None
    return found.st_mtime_ns, found.st_size


async def follow(
    kafka: KafkaSettings,
    watcher: FileWatcher,
    events: FileEvents,
    *,
    timeout: float,
    clock: Clock = utc_now,
) -> AsyncIterator[IngestReport]:
    """Publish the changes that `watcher` finds as they happen; yield the report of each batch."""
    # Checking even without a notification covers changes from before the watch began
    async for _ in awatch(*watcher.folders, yield_on_timeout=True, recursive=watcher.recursive):
        if changes := watcher.changes():
            changed = changes.events(events, now_ms=int(epoch_ms(clock())))
            report = await ingest_documents(kafka, changed, timeout=timeout)
            yield report.joined(events.take_failures())
