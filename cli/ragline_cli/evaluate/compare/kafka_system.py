"""The whole pipeline as one of the compared systems: a question is an event, its answer another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import uuid4

from ragline.contracts.queries import Options, QuerySubmitted
from ragline_cli.ask.asker import Asker

_PATIENCE_S = 120.0


class KafkaSystem:
    """Asks over Kafka, and waits for the checked answer; `statuses` counts how questions ended."""

    def __init__(self, name: str, asker: Asker, *, tenant: str) -> None:
        self.name = name
        self.statuses: Counter[str] = Counter()
        self._asker = asker
        self._tenant = tenant

    async def ask(self, question: str) -> Sequence[str]:
        """Return the documents that the answer cites.

        Raises:
            Unavailable: Kafka cannot be reached.
            DeadlineExceeded: there was no terminal answer.
        """
        query = QuerySubmitted(
            query_id=uuid4().hex,
            text=question,
            tenant=self._tenant,
            options=Options(stream=False),
        )
        answer = await self._asker.ask(query, timeout=_PATIENCE_S)
        self.statuses[answer.status.value] += 1
        return list(dict.fromkeys(each.document_id for each in answer.citations))
