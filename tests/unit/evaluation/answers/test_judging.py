"""The judge: asked about answers that have a reference, believed only when it says yes or no."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Any

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.errors import Unavailable
from ragline.ports.models import ChatMessage, Delta
from ragline_evaluation.answers.judging import judge
from ragline_evaluation.answers.measure import Answered
from ragline_evaluation.dataset import Question


class Strict:
    """Grades by comparison, is away for one answer and babbles about another."""

    model_id = "strict"

    def stream(
        self, messages: Sequence[ChatMessage], **_: Any
    ) -> AsyncGenerator[Delta, None]:  # pragma: no cover
        raise NotImplementedError

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        material = json.loads(messages[-1].content)
        if material["answer"] == "away":
            raise Unavailable("down")
        if material["answer"] == "babble":
            return {"correct": "perhaps"}
        return {"correct": material["answer"] == material["reference"]}

    async def write_json(
        self, messages: Sequence[ChatMessage], **_: Any
    ) -> Delta:  # pragma: no cover
        raise NotImplementedError


def answered(text: str, *, reference: str | None = "six", answerable: bool = True) -> Answered:
    return Answered(
        question=Question(_id=text, text="well?", metadata={"answer": reference}),
        relevant=frozenset({"d"} if answerable else ()),
        answer=QueryAnswered(
            query_id="q",
            status=AnswerStatus.ANSWERED,
            text=text,
            answered_at=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        seconds=0.1,
    )


async def test_only_clear_verdicts_count() -> None:
    given = [
        answered("six"),
        answered("seven"),
        answered("away"),
        answered("babble"),
        answered("nothing to compare with", reference=None),
        answered("hopeless", answerable=False),
    ]
    verdicts = await judge(Strict(), given, lambda _: None)
    assert verdicts == {"six": True, "seven": False}
