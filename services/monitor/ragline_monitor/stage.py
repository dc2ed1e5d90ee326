"""The monitor's stage: takes note of answers, feedback, documents' statuses and dead letters."""

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
        meter: what is exported.
        memory: tells what was counted before.
        statuses: keeps documents' last status for those who look.
        record: returns where the event lies that is being shown.
        freshness_objective_s: within how many seconds a change should be searchable.
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
        """Take note of `event`."""
        match event:
            case QueryAnswered():
                await self._answers.note(event)
            case FeedbackGiven():
                await self._ratings.note(event, self._record())
            case DocumentStatus():
                await self._documents.note(event, self._record())
            case DeadLetterStored():
                await self._dead_letters.note(event, self._record())
