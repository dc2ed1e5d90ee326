"""The user's own documents as change events and, if they are Markdown, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ragline.contracts.base import DEFAULT_TENANT
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.media_types import MARKDOWN
from ragline_cli.ingest.events import FileEvents, Labels, version_of_mtime
from ragline_cli.ingest.files import require_files


def events_of(folders: Sequence[Path]) -> list[DocumentChanged]:
    """Return the change events of all documents below `folders`.

    Raises:
        Misconfigured: there are none.
    """
    files = require_files(map(str, folders)).files
    return list(FileEvents(Labels(tenant=DEFAULT_TENANT), version_of_mtime).upserts(files))


def markdown_of(events: Sequence[DocumentChanged]) -> Mapping[str, str]:
    """Return the text of the Markdown documents by document id."""
    return {
        event.document_id: event.content
        for event in events
        if event.media_type == MARKDOWN and event.content is not None
    }
