"""Answers, sources and pipeline states as the gateway sends them, for the double."""

from __future__ import annotations

from typing import Any

from tests.browser.double import Said

QUERY_ID = "q-1"
SUBMITTED = "2026-11-24T10:00:00Z"
BEGUN = 1_795_000_000_000.0
STAGES = ("classifier", "retriever", "reranker", "generator")
TIMINGS = [
    {"stage": "classifier", "queued": BEGUN, "started": BEGUN + 4, "finished": BEGUN + 35},
    {"stage": "retriever", "queued": BEGUN + 38, "started": BEGUN + 43, "finished": BEGUN + 122},
    {"stage": "reranker", "queued": BEGUN + 125, "started": BEGUN + 180, "finished": BEGUN + 334},
    {"stage": "generator", "queued": BEGUN + 338, "started": BEGUN + 341, "finished": BEGUN + 1243},
]
ME = {
    "tenant": "acme",
    "subject": "anonymous",
    "groups": [],
    "scopes": ["ask", "operate", "write"],
    "anonymous": True,
}
PARTS = [
    {
        "start": 7,
        "end": 130,
        "heading_path": ["Badges"],
        "text": "Everybody who works on site wears a badge. It opens the doors of your own floor, "
        "of the canteen and of the garage 🅿 below. ",
    },
    {
        "start": 152,
        "end": 311,
        "heading_path": ["Badges", "Lost badges"],
        "text": "Report a lost badge to the front desk at once: 555-0100. Ask for a new one at the "
        "front desk and bring your passport. The first replacement is free of charge.\n",
    },
]
QUOTE = "Ask for a new one at the front desk and bring your passport."
CITATION = {
    "marker": 1,
    "chunk_id": "c-1",
    "document_id": "handbook/badges.md",
    "version": 3,
    "title": "Badges",
    "heading_path": ["Badges", "Lost badges"],
    "url": "https://intranet.example.org/badges",
    "start": 152 + 57,
    "end": 152 + 57 + len(QUOTE),
    "quote": QUOTE,
}
TEXT = (
    "Ask at the **front desk** and bring your passport [1].\n\n"
    "1. Report the loss first: `555-0100` [1]\n"
    "2. A replacement takes 2 days [1]\n"
)


def state(status: str = "pending") -> dict[str, Any]:
    """A question's state as `POST /v1/queries` returns it."""
    here = f"/v1/queries/{QUERY_ID}"
    return {
        "query_id": QUERY_ID,
        "status": status,
        "submitted_at": SUBMITTED,
        "deadline": SUBMITTED,
        "answer": None,
        "links": {"self": here, "events": f"{here}/events", "feedback": f"{here}/feedback"},
    }


def answer(**fields: Any) -> dict[str, Any]:
    """An answer; null fields are left out, as on the wire."""
    doubtful = TEXT.index("A replacement")
    whole = {
        "query_id": QUERY_ID,
        "tenant": "acme",
        "attempt": 1,
        "status": "answered",
        "text": TEXT,
        "intent": "procedural",
        "citations": [CITATION],
        "nearest": [],
        "validation": {
            "method": "lexical.v2",
            "claims": [
                claim(0, TEXT.index("\n"), "supported"),
                claim(doubtful, len(TEXT) - 1, "unsupported", problem="number"),
            ],
        },
        "degradations": ["llm_skipped"],
        "timings": TIMINGS,
        "missing_versions": {},
        "first_text_ms": 420.0,
        "answered_at": SUBMITTED,
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def claim(start: int, end: int, support: str, **fields: Any) -> dict[str, Any]:
    """A verdict on a range of an answer's text."""
    verdict = {"start": start, "end": end, "support": support, "score": 0.5, "markers": [1]}
    return {"text": TEXT[start:end]} | verdict | fields


def stage(number: int) -> Said:
    """The event of a stage that begins, with the times of the stages before it."""
    own = TIMINGS[number]
    data = {"stage": own["stage"], "queued": own["queued"], "started": own["started"]}
    identity = f"0-{number + 1}"
    return Said(identity, "stage", {"id": identity, **data, "timings": TIMINGS[:number]})


def token(attempt: int, seq: int, delta: str) -> Said:
    """A piece of text."""
    identity = f"{attempt}-{seq}"
    data = {"id": identity, "attempt": attempt, "seq": seq, "delta": delta}
    return Said(identity, "token", data)


def done(**fields: Any) -> Said:
    """The answer, as a stream's last event."""
    return Said("done", "answer", answer(**fields))


def source(**fields: Any) -> dict[str, Any]:
    """A document's text."""
    return {
        "document_id": CITATION["document_id"],
        "version": 3,
        "current": True,
        "title": "Badges",
        "url": CITATION["url"],
        "media_type": "text/markdown",
        "parts": PARTS,
    } | fields


def pipeline(**changed: dict[str, Any]) -> dict[str, Any]:
    """A state of the pipeline; fields of a stage may be `changed`."""
    topics = ("queries", "intents", "candidates", "ranked")
    rows = [*zip(STAGES, topics, strict=True), ("ingestor", "documents")]
    stages = [
        {"stage": name, "topic": topic, "lag": 0, "members": 2, "per_second": 4.2}
        | changed.get(name, {})
        for name, topic in rows
    ]
    return {"stages": stages, "dead_letters": 0, "seen_at": SUBMITTED, "stale": False}


def document(name: str, **fields: Any) -> dict[str, Any]:
    """A document's last status."""
    return {
        "tenant": "acme",
        "document_id": name,
        "version": 3,
        "status": "indexed",
        "change": "content",
        "chunks": {"added": 12, "kept": 0, "removed": 0},
        "freshness_ms": 412.0,
        "warnings": [],
        "finished_at": SUBMITTED,
    } | fields
