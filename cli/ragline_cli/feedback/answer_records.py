"""The answers that feedback refers to, read from a large topic record by record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ragline.contracts.answers import QueryAnswered
from ragline.messaging.record import Record
from ragline_cli.kafka.events import parse


class AnswerRecords:
    """Keeps the answers to the questions `wanted`; others are skipped by their key, unparsed.

    Publishers choose query ids, so two tenants may use the same id. If an operator replayed a
    query, the last attempt counts, because the first one failed.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = {query_id.encode() for query_id in wanted}
        self._found: dict[str, dict[str, QueryAnswered]] = {}
        self.unreadable = 0

    def see(self, record: Record) -> None:
        """Process a record."""
        if record.key is not None and record.key not in self._wanted:
            return
        answer = parse(QueryAnswered, record.value)
        if answer is None or answer.key.encode() != record.key:
            self.unreadable += 1
            return
        by_tenant = self._found.setdefault(answer.query_id, {})
        known = by_tenant.get(answer.tenant)
        if known is None or answer.attempt > known.attempt:
            by_tenant[answer.tenant] = answer

    def of(self, query_id: str) -> Mapping[str, QueryAnswered]:
        """Return the answers to a question by their tenant."""
        return self._found.get(query_id, {})
