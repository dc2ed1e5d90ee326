"""The monitor's stage: counts answers, feedback, document statuses and dead letters."""

from __future__ import annotations

from collections.abc import Callable

from ragline.contracts.answers import QueryAnswered
from ragline.contracts.dead_letters import DeadLetterStored
from ragline.contracts.documents import DocumentStatus
from ragline.contracts.feedback import FeedbackGiven
from ragline_monitor.answers import AnswerCounter
from ragline_monitor.dead_letters import DeadLetters
from ragline_monitor.documents import DocumentCounter, StatusKeeper
from ragline_monitor.feedback import Ratings
from ragline_monitor.ports import Memory, Meter, RecordId


class MonitorStage:
    """Counts each event once.

    Args:
        meter: the exported metrics.
        memory: knows what was counted before.
        statuses: stores each document's last status for the views.
        record: returns the position of the event that is being processed.
        freshness_objective_s: seconds within which a change should be searchable.
    """

    def __init__(
        self,
        *,
        meter: Meter,
        memory: Memory,
        statuses: StatusKeeper,
        record: Callable[[], RecordId],
        freshness_objective_s: float,
    ) -> None:
        self._record = record
        self._ratings = Ratings(meter=meter, memory=memory)
        self._answers = AnswerCounter(meter=meter, memory=memory, ratings=self._ratings)
        self._documents = DocumentCounter(
            meter=meter, memory=memory, statuses=statuses, objective_s=freshness_objective_s
        )
        self._dead_letters = DeadLetters(meter=meter, memory=memory)

    async def __call__(
        self, event: QueryAnswered | FeedbackGiven | DocumentStatus | DeadLetterStored
    ) -> None:
        """Count `event`."""
        match event:
            case QueryAnswered():
                await self._answers.note(event)
            case FeedbackGiven():
                await self._ratings.note(event, self._record())
            case DocumentStatus():
                await self._documents.note(event, self._record())
            case DeadLetterStored():
                await self._dead_letters.note(event, self._record())
