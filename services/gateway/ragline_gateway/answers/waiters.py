"""The callbacks in this process that wait for an answer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ragline.contracts.base import QueryRef
from ragline_gateway.answers.answered_question import answered_question

Deliver = Callable[[bytes], None]


class Waiters:
    """Delivers an answer to every callback that waits for it.

    An answer is its record's value: UTF-8 JSON of a `QueryAnswered`. Its record's key, the query
    id, does not say whose it is: another tenant's question may have the same id, and so may another
    question of the same tenant.
    """

    def __init__(self) -> None:
        self._waiting: dict[bytes, list[tuple[QueryRef, str, Deliver]]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    @contextmanager
    def joined(self, query: QueryRef, digest: str, deliver: Deliver) -> Iterator[None]:
        """Call `deliver` with the answer to the question with this digest while the block runs."""
        key = query.query_id.encode()
        waiting = self._waiting.setdefault(key, [])
        waiting.append(waiter := (query, digest, deliver))
        try:
            yield
        finally:
            waiting.remove(waiter)
            if not waiting:
                self._waiting.pop(key, None)

    def deliver(self, key: bytes | None, value: bytes | None) -> None:
        """Deliver a record of `answers`; for most records nobody waits, which costs one look-up."""
        if key is None or value is None:
            return
        waiting = tuple(self._waiting.get(key, ()))
        about = answered_question(value) if waiting else None
        for query, digest, deliver in waiting:
            if about is not None and about.matches(query.tenant, digest):
                deliver(value)
