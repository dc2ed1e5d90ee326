"""An answer sent piece by piece while it is written, in whatever form a client reads."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ragline.adapters.redis.entries import Entry
from ragline.contracts.answers import QueryAnswered
from ragline_gateway.chat.translation import AnswerContent, check_answered, content_of
from ragline_gateway.problems import Problem
from ragline_gateway.streams.frames import PING
from ragline_gateway.streams.mailbox import Answer, Closing
from ragline_gateway.streams.readers import Followed, GaveUp, Silence

_INTERRUPTED = Problem(
    status=503, code="interrupted", title="The stream was interrupted", detail="ask again"
)


class StreamedAnswer(ABC):
    """Converts the events of a question; sent text cannot be retracted.

    Only the first attempt at an answer is sent. If the final text begins with the sent text, the
    rest follows; if not, the last event says what counts. JSON is sent in one piece: before it is
    whole, nobody knows whether it fits.
    """

    def __init__(self, *, for_json: bool) -> None:
        self._for_json = for_json
        self._attempt: int | None = None
        self._sent = ""

    @abstractmethod
    def _begin(self) -> list[bytes]:
        """Return what is sent first."""

    @abstractmethod
    def _piece(self, text: str) -> list[bytes]:
        """Return a piece of the content."""

    @abstractmethod
    def _last(self, answer: QueryAnswered, content: AnswerContent) -> list[bytes]:
        """Return what is sent behind all pieces."""

    @abstractmethod
    def _failed(self, problem: Problem) -> list[bytes]:
        """Return what is sent last where there is no answer."""

    async def of(self, followed: AsyncGenerator[Followed, None]) -> AsyncGenerator[bytes, None]:
        """Yield server-sent events until the answer is complete."""
        for event in self._begin():
            yield event
        async with aclosing(followed):
            async for each in followed:
                for event in self._events(each):
                    yield event

    def _events(self, followed: Followed) -> list[bytes]:
        match followed:
            case Entry() as entry:
                return self._added(self._text(entry))
            case Silence():
                return [PING]
            case Answer(data):
                return self._ended(QueryAnswered.model_validate_json(data))
            case Closing() | GaveUp():
                return self._failed(_INTERRUPTED)

    def _text(self, entry: Entry) -> str:
        attempt, _ = entry.order
        if attempt == 0 or self._for_json:
            return ""
        self._attempt = self._attempt or attempt
        if attempt != self._attempt:
            return ""
        text: str = json.loads(entry.data).get("delta", "")
        return text

    def _added(self, text: str) -> list[bytes]:
        self._sent += text
        return self._piece(text) if text else []

    def _ended(self, answer: QueryAnswered) -> list[bytes]:
        try:
            check_answered(answer, for_json=self._for_json)
        except Problem as problem:
            return self._failed(problem)
        content = content_of(answer, for_json=self._for_json)
        goes_on = content.text is not None and content.text.startswith(self._sent)
        rest = content.said[len(self._sent) :] if goes_on else ""
        return [*self._added(rest), *self._last(answer, content)]
