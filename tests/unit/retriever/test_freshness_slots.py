"""Questions that wait for versions leave their slots to others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from tests.patience import PATIENCE_S

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import CandidatesRetrieved, Options, QueryClassified
from ragline.ladder import Ladder
from ragline.messaging.slots import Slots
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import KafkaSettings
from ragline_retriever.freshness import VersionWaiter
from ragline_retriever.stage import RetrieverStage

SETTINGS = KafkaSettings(max_in_flight=4, spare_in_flight=0)


class Member:
    """One member of the retriever's group, with four slots."""

    def __init__(self, store: Any, embedder: Any, waiter: VersionWaiter) -> None:
        self.waiting = WaitingTasks()
        self.slots = Slots(
            "intents",
            SETTINGS,
            metrics=Metrics(),
            waiting=self.waiting,
            paused=lambda: False,
            advanced=lambda _seconds: None,
            changed=lambda: None,
        )
        self._stage = RetrieverStage(
            search=store,
            embedder=embedder,
            clock=lambda: datetime(2025, 6, 1, tzinfo=UTC),
            ladder=Ladder(
                one_look_s=0, less_rerank_s=0, no_rerank_s=0, keyword_only_s=0, extractive_s=0
            ),
            waiter=waiter,
        )

    def ask(self, event: QueryClassified) -> asyncio.Task[CandidatesRetrieved]:
        return asyncio.create_task(self._run(event))

    async def _run(self, event: QueryClassified) -> CandidatesRetrieved:
        headers = [("ragline-tenant", event.tenant.encode())]
        record: Any = SimpleNamespace(topic="intents", key=b"q", value=b"{}", headers=headers)
        slot = self.slots.line_up(record)
        await slot.take()
        try:
            return await self._stage(event)
        finally:
            slot.leave()


async def test_forty_questions_that_wait_keep_nobody_from_being_searched(
    store: Any,
    event: Callable[..., QueryClassified],
    embedder: Any,
    waiter: Callable[..., VersionWaiter],
) -> None:
    searched = store()
    member = Member(searched, embedder(), waiter(searched, per_tenant=16))
    waits = Options(min_versions={"page": 2})
    loud = [member.ask(event(tenant="loud", options=waits)) for _ in range(45)]
    async with asyncio.timeout(PATIENCE_S):
        await member.ask(event(tenant="quiet"))
        while len(member.waiting.tasks) != 16 or member.slots.turns.held:
            await asyncio.sleep(0.01)
    at_once = [task.result() for task in loud if task.done()]
    assert len(at_once) == 45 - 16
    for each in at_once:
        assert each.missing_versions == {"page": 2}
        assert each.degradations == (Degradation.MIN_VERSIONS,)
    for task in loud:
        task.cancel()
