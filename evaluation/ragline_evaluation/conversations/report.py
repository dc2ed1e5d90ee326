"""The report of `ragline eval conversations`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragline_evaluation.conversations.judged_set import SetPart, TurnKind
from ragline_evaluation.conversations.measure import Form, FoundByForm, LeftAlone, UnderstoodTurn
from ragline_evaluation.retrieval.scoring import AT_TEN, MAIN, Difference, difference
from ragline_evaluation.tables import table

MEASURES = (MAIN, *AT_TEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """The shares of some turns that are right, by form."""

    group: str
    part: str
    turns: int
    right: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The means of a part's turns that have relevant pages: by form, then by measure."""

    part: str
    turns: int
    means: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTurn:
    """A turn that was not understood."""

    id: str
    text: str
    standalone: str
    gold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsReport:
    """`searched` names the configuration of retrieval; None if nothing was searched.

    `gain` is what the rewritten turns have more of nDCG@10 than the bare ones, with its interval.
    """

    turns: int
    searched: str | None
    by_language: Sequence[Accuracy]
    by_kind: Sequence[Accuracy]
    all: Sequence[Accuracy]
    left_alone: Sequence[LeftAlone]
    retrieval: Sequence[Retrieved]
    gain: Difference | None
    wrong: Sequence[WrongTurn]
    p50_ms: float
    p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(
    understood: Sequence[UnderstoodTurn],
    left_alone: Sequence[LeftAlone],
    found: FoundByForm | None,
    *,
    searched: str,
) -> ConversationsReport:
    """Compute the figures of at least one turn; `found` is None if nothing was searched."""
    languages = list(dict.fromkeys(each.turn.language for each in understood))
    milliseconds = np.array([each.seconds for each in understood]) * 1_000
    return ConversationsReport(
        turns=len(understood),
        searched=searched if found else None,
        by_language=_groups(understood, languages, lambda each: each.turn.language),
        by_kind=_groups(understood, list(TurnKind), lambda each: each.turn.kind.value),
        all=_groups(understood, ["all"], lambda _: "all"),
        left_alone=left_alone,
        retrieval=_retrieved(understood, found) if found else [],
        gain=difference(found[Form.REWRITTEN][MAIN], found[Form.BARE][MAIN]) if found else None,
        wrong=[
            WrongTurn(
                id=each.turn.id,
                text=each.turn.text,
                standalone=each.standalone,
                gold=each.turn.gold,
            )
            for each in understood
            if not each.is_right(Form.REWRITTEN)
        ],
        p50_ms=float(np.percentile(milliseconds, 50)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _groups(
    understood: Sequence[UnderstoodTurn],
    names: Sequence[str],
    group: Callable[[UnderstoodTurn], str],
) -> list[Accuracy]:
    found = []
    for name in names:
        for part in SetPart:
            of_it = [each for each in understood if group(each) == name and each.turn.part is part]
            if of_it:
                right = {
                    form.value: float(np.mean([each.is_right(form) for each in of_it]))
                    for form in Form
                }
                found.append(Accuracy(group=name, part=part.value, turns=len(of_it), right=right))
    return found


def _retrieved(understood: Sequence[UnderstoodTurn], found: FoundByForm) -> list[Retrieved]:
    parts = np.array([each.turn.part.value for each in understood if each.turn.relevant])
    return [
        Retrieved(
            part=part.value,
            turns=int((parts == part.value).sum()),
            means={
                form.value: {
                    name: float(found[form][name][parts == part.value].mean()) for name in MEASURES
                }
                for form in Form
            },
        )
        for part in SetPart
        if (parts == part.value).any()
    ]


def markdown(report: ConversationsReport) -> str:
    """Return the report as Markdown tables."""
    forms = [form.value for form in Form]
    accuracy = [["turns that are right", "part", "turns", *forms]] + [
        [each.group, each.part, str(each.turns), *(f"{each.right[form]:.0%}" for form in forms)]
        for each in (*report.all, *report.by_language, *report.by_kind)
    ]
    parts = [
        "## Conversations",
        table(accuracy),
        f"Time of the classifier p50 {report.p50_ms:.2f} ms, p95 {report.p95_ms:.2f} ms.",
    ]
    if report.retrieval:
        parts.append(table(_retrieval_rows(report)))
    if report.gain:
        gain = report.gain
        parts.append(
            f"Searched with {report.searched}. Rewritten against bare, all parts: "
            f"{MAIN} {gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]."
        )
    if report.left_alone:
        parts.append(table(_left_alone_rows(report)))
    return "\n\n".join(parts) + "\n"


def _retrieval_rows(report: ConversationsReport) -> list[list[str]]:
    columns = [(form.value, name) for name in MEASURES for form in Form]
    head = ["part", "turns", *(f"{name} {form}" for form, name in columns)]
    return [head] + [
        [each.part, str(each.turns), *(f"{each.means[form][name]:.3f}" for form, name in columns)]
        for each in report.retrieval
    ]


def _left_alone_rows(report: ConversationsReport) -> list[list[str]]:
    return [["standalone questions behind another", "questions", "changed"]] + [
        [
            each.source,
            f"{each.questions:,}",
            f"{each.changed:,} ({each.changed / each.questions:.1%})",
        ]
        for each in report.left_alone
    ]
