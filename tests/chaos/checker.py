"""The checker: compares the promises with the records of the topics and the store. Pure.

It shares no code with the product, and relies only on the records and the model.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .attacks import ATTACKER, Sent
from .model import Change, Expected
from .reading import Read, Stored
from .stream import Stream

CAUSES = {
    "invalid_headers",
    "invalid_json",
    "invalid_key",
    "invalid_schema",
    "oversize_output",
    "permanent_error",
    "retries_exhausted",
    "kills_the_worker",
}
TERMINAL = {"answered", "refused", "failed", "expired"}
_EVIDENCE = 5


@dataclass
class Findings:
    """The checker's findings. `broken` lists the broken promises in words, with evidence."""

    queries: int = 0
    answered: int = 0
    refused: int = 0
    failed: int = 0
    expired: int = 0
    degraded: int = 0
    missing: int = 0
    conflicting: int = 0
    identical_repeats: int = 0
    documents: int = 0
    changes: int = 0
    unfinished_changes: int = 0
    wrong_versions: int = 0
    orphans: int = 0
    resurrected: int = 0
    two_versions_seen: int = 0
    streams: int = 0
    streams_without_answer: int = 0
    hostile: int = 0
    hostile_without_end: int = 0
    dead_letters: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    degradations: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def breaks(self, promise: str, evidence: Iterable[object]) -> None:
        """Record a broken promise."""
        shown = list(evidence)
        more = f" and {len(shown) - _EVIDENCE} more" if len(shown) > _EVIDENCE else ""
        self.broken.append(f"{promise}: {', '.join(map(str, shown[:_EVIDENCE]))}{more}")


def check(
    *,
    asked: Iterable[str],
    answers: Sequence[Read],
    published: Sequence[Change],
    expected: Mapping[str, Expected],
    statuses: Sequence[Read],
    stored: Sequence[Stored],
    letters: Sequence[Read],
    poison: Mapping[str, Sequence[str]],
    streams: Sequence[Stream] = (),
    attacks: Sequence[Sent] = (),
) -> Findings:
    """Check everything."""
    findings = Findings()
    check_answers(findings, asked, answers)
    check_statuses(findings, published, statuses)
    check_store(findings, expected, [each for each in stored if not _hostile(each)])
    check_citations(findings, answers, statuses)
    check_dead_letters(findings, letters, poison)
    check_streams(findings, streams, answers)
    check_ends(findings, attacks, [*answers, *statuses, *letters])
    return findings


def check_answers(findings: Findings, asked: Iterable[str], answers: Sequence[Read]) -> None:
    """Each query that Kafka stored has exactly one distinct terminal answer."""
    by_query: dict[str, list[Read]] = defaultdict(list)
    for read in answers:
        by_query[read.key].append(read)
    wanted = set(asked)
    findings.queries = len(wanted)
    missing = sorted(wanted - by_query.keys())
    conflicts = []
    for query_id, reads in by_query.items():
        distinct = {(read.value, read.headers.get("ce_id")) for read in reads}
        findings.identical_repeats += len(reads) - len(distinct)
        if len(distinct) > 1:
            conflicts.append(_where(query_id, reads))
        if query_id in wanted:
            _count_answer(findings, json.loads(reads[0].value or b"{}"))
    findings.missing, findings.conflicting = len(missing), len(conflicts)
    if missing:
        findings.breaks("queries without an answer", missing)
    if conflicts:
        findings.breaks("queries with different answers", conflicts)


def _count_answer(findings: Findings, answer: Mapping[str, Any]) -> None:
    status = answer.get("status")
    if status not in TERMINAL:
        findings.breaks("an answer that is not terminal", [answer])
        return
    setattr(findings, status, getattr(findings, status) + 1)
    if status == "failed":
        code = (answer.get("error") or {}).get("code", "?")
        findings.errors[code] = findings.errors.get(code, 0) + 1
    if kinds := answer.get("degradations"):
        findings.degraded += 1
        for kind in kinds:
            findings.degradations[kind] = findings.degradations.get(kind, 0) + 1


def _where(query_id: str, reads: Sequence[Read]) -> str:
    places = ", ".join(f"{read.topic}[{read.partition}]@{read.offset}" for read in reads)
    return f"{query_id} ({places})"


def check_statuses(
    findings: Findings, published: Sequence[Change], statuses: Sequence[Read]
) -> None:
    """Each change that Kafka stored ends in a status."""
    ended = {
        (read.key, status.get("version"), status.get("change", "content"))
        for read in statuses
        if (status := _json(read))
    }
    wanted = {
        (change.key, change.version, "access" if change.kind == "access" else "content")
        for change in published
    }
    unfinished = sorted(wanted - ended)
    findings.changes = len(published)
    findings.unfinished_changes = len(unfinished)
    if unfinished:
        findings.breaks("changes without a status", unfinished)


def check_store(
    findings: Findings, expected: Mapping[str, Expected], stored: Sequence[Stored]
) -> None:
    """The store holds the highest version of each document, and nothing else."""
    objects: dict[str, list[Stored]] = defaultdict(list)
    for each in stored:
        objects[each.key].append(each)
    wrong, orphans, back = [], [], []
    for key in sorted(expected.keys() | objects.keys()):
        want = expected.get(key, Expected())
        if problem := _wrong(want, objects[key]):
            wrong.append(f"{key}: {problem}")
        orphans += [f"{key}: {each.kind} v{each.version}" for each in _orphans(objects[key])]
        if want.gone and any(each.kind == "chunk" for each in objects[key]):
            back.append(key)
    findings.documents = len(expected)
    findings.wrong_versions, findings.orphans = len(wrong), len(orphans)
    findings.resurrected += len(back)
    for promise, evidence in (
        ("documents in another state than their highest version", wrong),
        ("objects that belong to no document", orphans),
        ("deleted documents that are still stored", back),
    ):
        if evidence:
            findings.breaks(promise, evidence)


def _wrong(want: Expected, objects: Sequence[Stored]) -> str | None:
    """Return what is wrong with a document's state, according to its markers."""
    contents = [each for each in objects if each.kind in ("content", "gone")]
    if not contents:
        return None if want.version < 0 else f"nothing is stored, v{want.version} expected"
    top = max(contents, key=lambda each: (each.version, each.kind == "gone"))
    if (top.version, top.kind == "gone") != (want.version, want.gone):
        return f"{top.kind} v{top.version} is stored, v{want.version} gone={want.gone} expected"
    text = "\n".join(each.text or "" for each in objects if each.kind == "chunk")
    if not want.gone and _code_word(want.content or "") not in text:
        return f"v{want.version} is stored with another text"
    stated = [each for each in objects if each.groups is not None]
    if not stated and want.access_version < 0:
        return None
    access = max(stated, key=lambda each: (each.version, each.kind == "access"), default=None)
    if access is None or set(access.groups or ()) != set(want.access):
        return f"access {access.groups if access else None} is stored, {want.access} expected"
    return None


def _code_word(content: str) -> str:
    return next((line for line in content.splitlines() if "code word" in line), content)


def _orphans(objects: Sequence[Stored]) -> list[Stored]:
    """Return chunks of versions that are not current, and obsolete markers."""
    contents = [each for each in objects if each.kind in ("content", "gone")]
    top = max(contents, key=lambda each: (each.version, each.kind == "gone"), default=None)
    stated = [each for each in objects if each.groups is not None]
    access = max(stated, key=lambda each: (each.version, each.kind == "access"), default=None)
    found = []
    for each in objects:
        if each.kind == "chunk":
            if top is None or top.kind == "gone" or each.version != top.version:
                found.append(each)
        elif each is not top and each is not access:
            found.append(each)
    return found


def check_citations(findings: Findings, answers: Sequence[Read], statuses: Sequence[Read]) -> None:
    """No answer cites a version that was known to be replaced or deleted when it searched.

    An answer's `watermark` is the time of its search: every change whose status was published
    before was visible. Also, no answer cites two versions of a document.
    """
    ended: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    for read in statuses:
        status = _json(read)
        if status.get("change", "content") == "content" and status.get("status") in (
            "indexed",
            "deleted",
        ):
            ended[read.key].append((read.at * 1000, status["version"], status["status"]))
    stale, double = [], []
    for read in answers:
        answer = _json(read)
        cited: dict[str, set[int]] = defaultdict(set)
        for citation in answer.get("citations", ()):
            cited[citation["document_id"]].add(citation["version"])
        for document_id, versions in cited.items():
            key = f"{answer.get('tenant', 'default')}/{document_id}"
            if len(versions) > 1:
                double.append(f"{read.key}: {key} {sorted(versions)}")
            before = [e for e in ended[key] if e[0] < (answer.get("watermark") or 0)]
            known = max(before, key=lambda e: (e[1], e[2] == "deleted"), default=None)
            if known and (min(versions), False) < (known[1], known[2] == "deleted"):
                stale.append(f"{read.key}: {key} v{min(versions)} after {known[2]} v{known[1]}")
    findings.resurrected += len(stale)
    findings.two_versions_seen = len(double)
    if stale:
        findings.breaks("answers from versions that were gone", stale)
    if double:
        findings.breaks("answers from two versions of a document", double)


def check_dead_letters(
    findings: Findings, letters: Sequence[Read], poison: Mapping[str, Sequence[str]]
) -> None:
    """Each dead letter has a known cause, and each poison record became a dead letter."""
    causes = Counter(
        read.headers.get("ragline-dead-letter-cause", b"none").decode() for read in letters
    )
    findings.dead_letters = dict(causes)
    if unknown := sorted(causes.keys() - CAUSES):
        findings.breaks("dead letters without a known cause", unknown)
    found = {read.key for read in letters}
    lost = [f"{topic}: {key}" for topic, keys in poison.items() for key in keys if key not in found]
    if lost:
        findings.breaks("poison that is no dead letter", lost)


def check_streams(findings: Findings, streams: Sequence[Stream], answers: Sequence[Read]) -> None:
    """Each stream of an accepted question ends with the answer that is on the topic."""
    published = {read.key: _json(read) for read in answers}
    findings.streams = len(streams)
    refused = [stream for stream in streams if not stream.query_id]
    open_ones = [each.query_id for each in streams if each.query_id and each.answer is None]
    other = [
        stream.query_id
        for stream in streams
        if stream.answer is not None
        and _essence(stream.answer) != _essence(published.get(stream.query_id, {}))
    ]
    findings.streams_without_answer = len(open_ones)
    if refused:
        findings.breaks("questions that no gateway accepted", [len(refused)])
    if open_ones:
        findings.breaks("streams without an answer", open_ones)
    if other:
        findings.breaks("streams with another answer than the topic", other)


def _essence(answer: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(answer.get(name) for name in ("query_id", "status", "text"))


def check_ends(findings: Findings, attacks: Sequence[Sent], ends: Sequence[Read]) -> None:
    """Each record of an attack ends in an answer, a status or a dead letter."""
    ended = {read.key for read in ends}
    left = sorted(record.key for record in attacks if record.key not in ended)
    findings.hostile, findings.hostile_without_end = len(attacks), len(left)
    if left:
        findings.breaks("hostile records without an end", left)


def _hostile(stored: Stored) -> bool:
    return stored.key.startswith(f"{ATTACKER}/")


def _json(read: Read) -> dict[str, Any]:
    found = json.loads(read.value or b"{}")
    return found if isinstance(found, dict) else {}
