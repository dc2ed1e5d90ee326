"""The questions of a load test: from a file, or about the titles of the tenant's documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import cycle
from pathlib import Path

from ragline.contracts.documents import DocumentChanged, Operation
from ragline.errors import Misconfigured, Unavailable
from ragline.settings import KafkaSettings
from ragline_cli.demo.corpus import python_reference
from ragline_cli.ingest.published import read_documents
from ragline_cli.ingest.run import ingest_documents

_MAX_TITLE = 200
_HEAD_CHARS = 4_096
_HEADING = re.compile(r"^(?:#{1,6}\s+|title:\s*)(\S.*)$", re.MULTILINE)  # or front matter
_LINE = re.compile(r"^(.*\w.*)$", re.MULTILINE)
# One of each intent: factual, procedural, navigational, troubleshooting
_TEMPLATES = (
    "What is {}?",
    "How do I use {}?",
    "Where is {} documented?",
    "Why do I get an error with {}?",
)


def questions_of_file(path: Path) -> list[str]:
    """Return the non-empty lines of `path`.

    Raises:
        Misconfigured: the file cannot be read or holds no question.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: {error}; give a text file, one question a line") from error
    questions = [line.strip() for line in lines if line.strip()]
    if not questions:
        raise Misconfigured(f"{path}: holds no question; write one a line")
    return questions


def questions_about(titles: Iterable[str]) -> list[str]:
    """Return a question about each title, cycling through the four intents."""
    templates = cycle(_TEMPLATES)
    return [next(templates).format(title) for title in titles]


async def titles_of_tenant(kafka: KafkaSettings, tenant: str, *, timeout: float) -> list[str]:
    """Return the titles of the tenant's documents.

    If the tenant has none, the Python language reference is ingested first.

    Raises:
        Unavailable: the corpus could not be made searchable.
    """
    documents = [d for d in await read_documents(kafka, tenant) if d.operation is Operation.UPSERT]
    if not documents:
        documents = [d.model_copy(update={"tenant": tenant}) for d in python_reference()]
        report = await ingest_documents(kafka, documents, timeout=timeout)
        if failures := report.failures:
            reason = failures[0].error.message if failures[0].error else "no reason given"
            raise Unavailable(f"{len(failures)} documents of the corpus failed: {reason}")
    return [title_of(document) for document in documents]


def title_of(document: DocumentChanged) -> str:
    """Return the document's title, else its first heading or line, else its file name."""
    text = (document.content or "") if document.content_encoding == "text" else ""
    found = _HEADING.search(text[:_HEAD_CHARS]) or _LINE.search(text[:_HEAD_CHARS])
    stem = document.document_id.rpartition("/")[2].partition(".")[0]
    title = document.title or (found and found[1].strip("\"' ")) or stem
    return title[:_MAX_TITLE]
