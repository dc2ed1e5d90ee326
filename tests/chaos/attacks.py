"""Hostile but valid input, as data: what one caller may send, and what once stopped all the others.

Each attack is a list of records of the tenant `ATTACKER`. All of them are well-formed; what is
wrong is their size, their number or their text.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ATTACKER = "mallory"
KILLER = "This text kills who reads it."  # in a process of `tests/chaos/entries/fragile.py`
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DEADLINE_S = 60.0
_QUESTION_CHARS = 8_000
# What a pattern that backtracks is slow on, over and over
_UNITS = (" ", "\n", " \n", "\t", "#", "|", "| a ", "<", "<!---->", "<a ", "{/*", "(", "[a](", "[")
_FORMATS = ("text/plain", "text/markdown", "text/mdx", "text/html", "text/x-rst", None)
_TEXT_CHARS = 100_000
_UNUSABLE = 150  # two instances share them, and 50 in a row once stopped a topic
_WAITERS = 40
_BOMB_NODES = 3_000_000
_TAG_CHARS = 3_000_000
_TAGGED_QUESTIONS = 40
_LEGAL_CHARS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One record: it ends in an answer, a status or a dead letter."""

    topic: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack; `records` makes its records, whose ids begin with a given text."""

    name: str
    about: str
    records: Callable[[str], Iterator[Sent]]


def question(query_id: str, text: str, **fields: Any) -> Sent:
    """Return a question of the attacker."""
    deadline = datetime.now(UTC) + timedelta(seconds=_DEADLINE_S)
    body = {"query_id": query_id, "text": text, "tenant": ATTACKER} | fields
    body["deadline"] = deadline.isoformat()
    return Sent(topic="queries", key=query_id, value=json.dumps(body).encode())


def document(document_id: str, content: str | bytes, media_type: str | None, **more: Any) -> Sent:
    """Return a document of the attacker; bytes are sent as base64."""
    body: dict[str, Any] = {"tenant": ATTACKER, "document_id": document_id, "version": 1} | more
    if isinstance(content, bytes):
        body |= {"content": base64.b64encode(content).decode(), "content_encoding": "base64"}
    else:
        body["content"] = content
    if media_type is not None:
        body["media_type"] = media_type
    key = f"{ATTACKER}/{document_id}"
    return Sent(topic="documents", key=key, value=json.dumps(body).encode())


def _slow_documents(prefix: str) -> Iterator[Sent]:
    yield document(f"{prefix}-comments", "<!---->" * 40 + "x", None)
    for number, unit in enumerate(_UNITS):
        for kind, media_type in enumerate(_FORMATS):
            text = "A title\n\n" + unit * (_TEXT_CHARS // len(unit)) + "x"
            yield document(f"{prefix}-{number}-{kind}", text, media_type)


def _slow_questions(prefix: str) -> Iterator[Sent]:
    for number, unit in enumerate((*_UNITS, "it ", "what's new ", "a?", "the the ")):
        text = "What" + unit * (_QUESTION_CHARS // len(unit)) + "x"
        history = [{"role": "user", "text": text}, {"role": "assistant", "text": text}]
        yield question(f"{prefix}-{number}", text, history=history)


def docx(body: str) -> bytes:
    """Return a DOCX whose document has this body."""
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Override PartName="/word/document.xml" ContentType='
            f'"{DOCX}.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>"
        )
    return packed.getvalue()


def _bombs(prefix: str) -> Iterator[Sent]:
    deep = 100_000
    for number, body in enumerate(
        (
            "<w:p/>" * _BOMB_NODES,
            "<w:p>" * deep + "</w:p>" * deep,
            "<w:tbl><w:tr>" + "<w:tc/>" * _BOMB_NODES + "</w:tr></w:tbl>",
        )
    ):
        yield document(f"{prefix}-{number}", docx(body), DOCX)


def _unusable_documents(prefix: str) -> Iterator[Sent]:
    empty = docx("<w:p/>")
    for number in range(_UNUSABLE):
        yield document(f"{prefix}-{number}", empty, DOCX)


def _waiters(prefix: str) -> Iterator[Sent]:
    for number in range(_WAITERS):
        never = {f"{prefix}-never": 99}
        yield question(f"{prefix}-{number}", "What is new in it?", options={"min_versions": never})


def _huge_tags(prefix: str) -> Iterator[Sent]:
    text = "# Tags\n\nThe tagged machine has a tag.\n"
    yield document(f"{prefix}-one", text, "text/markdown", tags=["t" * _TAG_CHARS])
    yield document(f"{prefix}-many", text, "text/markdown", tags=[f"tag-{n}" for n in range(60)])
    for number in range(_TAGGED_QUESTIONS):
        yield question(f"{prefix}-{number}", "What has the tagged machine?")


def _legal_text(prefix: str) -> Iterator[Sent]:
    clause = (
        "The party of the first part, notwithstanding section {n}, shall indemnify the party of "
        "the second part against claim {n} under the agreement, and nothing in clause {n} waives "
        "any other right.\n\n"
    )
    text = "".join(clause.format(n=n) for n in range(_LEGAL_CHARS // len(clause)))
    yield document(f"{prefix}-law", f"# Terms\n\n{text}", "text/markdown")


def _killers(prefix: str) -> Iterator[Sent]:
    yield document(f"{prefix}-document", f"# Killer\n\n{KILLER}\n", "text/markdown")
    yield question(f"{prefix}-question", KILLER)


ATTACKS = (
    Attack(
        name="slow documents",
        about="documents of every text format on which patterns that backtrack take for ever",
        records=_slow_documents,
    ),
    Attack(
        name="slow questions",
        about="questions and histories on which patterns that backtrack take for ever",
        records=_slow_questions,
    ),
    Attack(
        name="docx bombs",
        about="three DOCX of a few kB with millions of nodes, or nested a hundred thousand deep",
        records=_bombs,
    ),
    Attack(
        name="unusable documents",
        about=f"{_UNUSABLE} documents without text in a row",
        records=_unusable_documents,
    ),
    Attack(
        name="waiters",
        about=f"{_WAITERS} questions that wait for a version that never comes",
        records=_waiters,
    ),
    Attack(
        name="huge tags",
        about=f"a tag of {_TAG_CHARS / 1e6:g} MB, and {_TAGGED_QUESTIONS} questions that find it",
        records=_huge_tags,
    ),
    Attack(
        name="legal text",
        about=f"one document of {_LEGAL_CHARS / 1e6:g} million characters",
        records=_legal_text,
    ),
    Attack(
        name="killers",
        about="a document and a question of which whoever works on them dies",
        records=_killers,
    ),
)
