"""Which records have ended, and how; what is wrong with their ends. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.reading import Read

from ragline.contracts.topics import ANSWERS, DEAD_LETTERS, DOCUMENT_STATUS

from .case import ID_HEADER, Case
from .expectation import Expectation, expect

OUTPUTS = (ANSWERS.name, DOCUMENT_STATUS.name, DEAD_LETTERS.name)
_CAUSE = "ragline-dead-letter-cause"
_ERROR = "ragline-dead-letter-error"
_OF_READABLE = {"permanent_error", "retries_exhausted", "oversize_output"}
_TYPE = re.compile(r"\binternal: (\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that must not be: `what` groups findings, `evidence` is of this one.

    `cases` are the records that show it; of a process, those that it may have been working on.
    """

    what: str
    evidence: str
    cases: tuple[Case, ...] = ()


@dataclass(slots=True)
class _Sent:
    case: Case
    expected: Expectation
    end: str | None = None


@dataclass
class Ledger:
    """Notes what was sent and what came out."""

    findings: list[Finding] = field(default_factory=list)
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _open: dict[str, _Sent] = field(default_factory=dict)
    _by_answer: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _by_status: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def sent(self, case: Case) -> None:
        """Note a record that Kafka has stored, or is about to store."""
        expected = expect(case)
        entry = _Sent(case=case, expected=expected)
        self._sent[case.id] = self._open[case.id] = entry
        if expected.answer:
            self._by_answer.setdefault(expected.answer, []).append(case.id)
        if expected.status:
            self._by_status.setdefault(expected.status, []).append(case.id)

    def read(self, record: Read) -> None:
        """Note a record of one of `OUTPUTS`."""
        if record.topic == DEAD_LETTERS.name:
            self._buried(record)
            return
        event = json.loads(record.value or b"{}")
        if record.topic == ANSWERS.name:
            ids = self._by_answer.get((event["tenant"], event["query_id"]), [])
        else:
            key = f"{event['tenant']}/{event['document_id']}"
            ids = self._by_status.get((key, event["version"]), [])
        for name in ids:
            self._finish(name, _outcome(event))
        self._check_internal(event, ids)

    def passed(self, ids: Iterable[str]) -> None:
        """Note that the groups have read these records, of which nothing is published."""
        for name in ids:
            if self._sent[name].expected.is_silent:
                self._finish(name, "noted")

    def refused(self, name: str, why: str) -> None:
        """Note that the broker did not take a record, as it may."""
        self._open.pop(name).end = f"refused by the broker: {why}"

    @property
    def open(self) -> list[Case]:
        """The records without an end, in the order of sending."""
        return [each.case for each in self._open.values()]

    @property
    def waiting(self) -> list[Case]:
        """Those of `open` of which something has to be published."""
        return [each.case for each in self._open.values() if not each.expected.is_silent]

    def close(self) -> list[Finding]:
        """Return all findings, with the records that have not ended."""
        lost = [
            Finding(
                what=f"no end: {each.case.kind}",
                evidence=f"{each.case.id} on {each.case.topic} has not become {_wanted(each)}",
                cases=(each.case,),
            )
            for each in self._open.values()
        ]
        return [*self.findings, *lost]

    def counts(self) -> Mapping[str, Counter[str]]:
        """Return how many records of each kind ended in which way."""
        table: dict[str, Counter[str]] = {}
        for each in self._sent.values():
            table.setdefault(each.case.kind, Counter())[each.end or "no end"] += 1
        return dict(sorted(table.items()))

    def _finish(self, name: str, end: str) -> None:
        entry = self._open.pop(name, None)
        if entry is not None:
            entry.end = end
            if entry.expected.causes and not end.startswith("dead letter"):
                self._finds(f"unreadable, but {end}", entry, end)

    def _buried(self, record: Read) -> None:
        entry = self._sent.get(record.headers.get(ID_HEADER, b"").decode("utf-8", "replace"))
        cause = record.headers.get(_CAUSE, b"").decode("utf-8", "replace")
        error = record.headers.get(_ERROR, b"").decode("utf-8", "replace")
        if entry is None:
            self.findings.append(Finding(what="a dead letter of nobody", evidence=error))
            return
        allowed = entry.expected.causes or _OF_READABLE
        if cause not in allowed:
            wanted = " or ".join(sorted(entry.expected.causes)) or "none of an unreadable record"
            self._finds(f"wrong cause: {cause}, not {wanted}", entry, error)
        if found := _TYPE.search(error):
            self._finds(f"internal error: {found[1]}", entry, error)
        self._finish(entry.case.id, f"dead letter: {cause}")

    def _check_internal(self, event: Mapping[str, Any], ids: Iterable[str]) -> None:
        error = event.get("error") or {}
        if error.get("code") == "internal":
            for name in ids:
                what = f"internal error: {str(error.get('message')).partition(':')[0]}"
                self._finds(what, self._sent[name], str(error.get("message")))

    def _finds(self, what: str, entry: _Sent, evidence: str) -> None:
        text = f"{entry.case.id} ({entry.case.kind}): {evidence[:400]}"
        self.findings.append(Finding(what=what, evidence=text, cases=(entry.case,)))


def smallest(findings: Iterable[Finding]) -> dict[str, tuple[int, Finding]]:
    """Return of each kind of finding how many there are, and the one with the smallest records."""
    groups: dict[str, list[Finding]] = {}
    for each in findings:
        groups.setdefault(each.what, []).append(each)
    return {
        what: (len(group), min(group, key=lambda each: sum(case.size for case in each.cases)))
        for what, group in groups.items()
    }


def _outcome(event: Mapping[str, Any]) -> str:
    code = (event.get("error") or {}).get("code")
    return f"{event['status']}: {code}" if code else str(event["status"])


def _wanted(entry: _Sent) -> str:
    if entry.expected.causes:
        return f"a dead letter ({' or '.join(sorted(entry.expected.causes))})"
    if entry.expected.is_silent:
        return "a read offset or a dead letter"
    return "an answer, a status or a dead letter"
