"""Asks the classifier what each turn means, and searches with what it understood."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ragline.clock import utc_now
from ragline.contracts.queries import QueryClassified, QuerySubmitted, Turn
from ragline.errors import Misconfigured
from ragline.messaging.composition import Stage
from ragline_evaluation.conversations.judged_set import JudgedTurn
from ragline_evaluation.dataset import Question, rows
from ragline_evaluation.retrieval.configurations import Configuration
from ragline_evaluation.retrieval.measure import ask_all
from ragline_evaluation.retrieval.scoring import Values, score
from ragline_evaluation.stages import Stages

_PATIENCE = timedelta(hours=1)


class Form(StrEnum):
    """In which form a turn is searched: as typed, as understood, or as a person rewrote it."""

    BARE = "bare"
    REWRITTEN = "rewritten"
    GOLD = "gold"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodTurn:
    """A turn, the standalone question that the classifier made of it, and the time that it took."""

    turn: JudgedTurn
    standalone: str
    seconds: float

    def text(self, form: Form) -> str:
        """Return the turn in one form."""
        forms = {Form.BARE: self.turn.text, Form.GOLD: self.turn.gold}
        return forms.get(form, self.standalone)

    def is_right(self, form: Form) -> bool:
        """Return whether the turn has what it must hold, and nothing else's, in this form."""
        return self.turn.is_right(self.text(form))


class StandaloneText(BaseModel):
    """A line of a file of questions that need no history."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1, validation_alias=AliasChoices("text", "query"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """How many standalone questions of a source were asked behind another, and were changed."""

    source: str
    questions: int
    changed: int


FoundByForm = Mapping[Form, Values]
"""For each form the measures of retrieval, a value for each turn that has relevant pages."""


async def understand(
    classify: Stage, turns: Sequence[JudgedTurn], progress: Callable[[int], None]
) -> list[UnderstoodTurn]:
    """Ask for the standalone question of one turn after the other."""
    understood = []
    for turn in turns:
        started = time.perf_counter()
        standalone = (await _classified(classify, turn.id, turn.text, turn.history)).standalone_text
        seconds = time.perf_counter() - started
        understood.append(UnderstoodTurn(turn=turn, standalone=standalone, seconds=seconds))
        progress(1)
    return understood


def read_standalone(path: Path) -> list[str]:
    """Read questions that need no history: JSON lines with `text` or `query`.

    Raises:
        Misconfigured: no such file, a wrong line, or fewer than two questions.
    """
    found = [each.text for each in rows(path, StandaloneText)]
    if len(found) < 2:  # one is asked behind another
        raise Misconfigured(f"{path} holds fewer than two questions")
    return found


def gold_questions(turns: Sequence[JudgedTurn]) -> Mapping[str, list[str]]:
    """Return the gold rewrites by language: standalone questions in each of them."""
    languages = dict.fromkeys(turn.language for turn in turns)
    return {
        language: [turn.gold for turn in turns if turn.language == language]
        for language in languages
    }


async def leave_alone(
    classify: Stage, source: str, questions: Sequence[str], progress: Callable[[int], None]
) -> LeftAlone:
    """Ask each question behind the one half the list away, which is about something else."""
    changed, half = 0, len(questions) // 2
    for place, text in enumerate(questions):
        before = Turn(role="user", text=questions[(place + half) % len(questions)])
        event = await _classified(classify, f"{source}-{place}", text, (before,))
        changed += event.standalone_text != event.text
        progress(1)
    return LeftAlone(source=source, questions=len(questions), changed=changed)


async def search(
    stages: Stages,
    understood: Sequence[UnderstoodTurn],
    configuration: Configuration,
    *,
    tenant: str,
    progress: Callable[[int], None],
) -> FoundByForm:
    """Search for the relevant pages with each form of the turns that have some."""
    found = {}
    for form in Form:
        questions = [
            Question(_id=each.turn.id, text=each.text(form)) for each in _searchable(understood)
        ]
        asked = await ask_all(
            stages, questions, [configuration], tenant=tenant, depth=None, progress=progress
        )
        found[form] = _scored(understood, asked.outcomes[configuration.name].ranked)
    return found


def search_reference(
    reference: Callable[[str], Sequence[str]], understood: Sequence[UnderstoodTurn]
) -> FoundByForm:
    """Search as `search` does, with a function that returns the best documents' ids."""
    return {
        form: _scored(
            understood,
            {each.turn.id: reference(each.text(form)) for each in _searchable(understood)},
        )
        for form in Form
    }


def _searchable(understood: Sequence[UnderstoodTurn]) -> list[UnderstoodTurn]:
    """Return the turns that have relevant pages."""
    return [each for each in understood if each.turn.relevant]


def _scored(understood: Sequence[UnderstoodTurn], ranked: Mapping[str, Sequence[str]]) -> Values:
    return score(
        ranked,
        {each.turn.id: dict.fromkeys(each.turn.relevant, 1) for each in _searchable(understood)},
    )


async def _classified(
    classify: Stage, name: str, text: str, history: Sequence[Turn]
) -> QueryClassified:
    event = QuerySubmitted(
        query_id=name[:128], text=text, history=tuple(history), deadline=utc_now() + _PATIENCE
    )
    result = await classify(event)
    assert isinstance(result, QueryClassified)  # noqa: S101  # what this stage returns
    return result
