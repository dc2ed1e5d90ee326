"""Computes the report of `ragline shadow`: the differences made by a second configuration."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

import numpy as np

from ragline.contracts.answers import AnswerStatus
from ragline.contracts.topics import Service
from ragline_evaluation.shadow.figures import AnswerFigures, Effort, Latency, Run, ShadowReport
from ragline_evaluation.shadow.statistics import Share, mean_difference, share, sign_test
from ragline_evaluation.shadow.tally import TOTAL, Both, Change, Counted, Tally

_STAGES = (*(each.value for each in Service if each is not Service.INGESTOR), TOTAL)
_GIVEN, _REFUSED = AnswerStatus.ANSWERED.value, AnswerStatus.REFUSED.value


def report(tally: Tally, run: Run) -> ShadowReport:
    """Compute the figures."""
    refused, answered = tally.statuses[_GIVEN, _REFUSED], tally.statuses[_REFUSED, _GIVEN]
    return ShadowReport(
        run=run,
        pairs=tally.pairs,
        statuses=_listed(tally.statuses),
        status_changed=_changed(tally.statuses),
        newly_refused=refused,
        newly_answered=answered,
        sign_test=sign_test(refused, answered),
        answers=_answers(tally),
        intent_changed=_changed(tally.intents),
        intents=_listed(tally.intents, changes_only=True),
        plan_changed=_changed(tally.plans),
        plans=_listed(tally.plans, changes_only=True),
        latency=[_latency(each, tally.work[each]) for each in _STAGES if each in tally.work],
        effort=_effort(tally),
        degradations=_counted(tally.degradations),
        models=_counted(tally.models),
        failures={
            code: {"count": each.count, "example": each.example}
            for code, each in sorted(tally.failures.items(), key=lambda item: -item[1].count)
        },
        most_different=tally.most_different(),
    )


def _answers(tally: Tally) -> AnswerFigures:
    both = len(tally.overlap)
    support = tally.support
    return AnswerFigures(
        both=both,
        mean_overlap=fmean(tally.overlap) if both else None,
        same_documents=share(tally.overlap.count(1.0), both),
        same_first_source=share(tally.first, both),
        same_text=share(tally.text, both),
        support=(fmean(support.live), fmean(support.shadow)) if both else None,
        support_difference=mean_difference(support.live, support.shadow),
    )


def _latency(stage: str, work: Both) -> Latency:
    live, shadow = (np.percentile(side, [50, 95]) for side in (work.live, work.shadow))
    return Latency(
        stage=stage,
        questions=len(work.live),
        p50=(float(live[0]), float(shadow[0])),
        p95=(float(live[1]), float(shadow[1])),
    )


def _effort(tally: Tally) -> Effort:
    prompt, completion, cost = tally.prompt_tokens, tally.completion_tokens, tally.cost
    return Effort(
        questions=len(prompt.live),
        cached=tally.cached,
        prompt_tokens=(int(sum(prompt.live)), int(sum(prompt.shadow))),
        completion_tokens=(int(sum(completion.live)), int(sum(completion.shadow))),
        priced=len(cost.live),
        cost=(sum(cost.live), sum(cost.shadow)),
        cost_difference=mean_difference(cost.live, cost.shadow),
    )


def _changed(changes: Counter[Change]) -> Share:
    count = sum(count for (live, shadow), count in changes.items() if live != shadow)
    return share(count, changes.total())


def _listed(changes: Counter[Change], *, changes_only: bool = False) -> list[tuple[str, str, int]]:
    return [
        (live, shadow, count)
        for (live, shadow), count in sorted(changes.items(), key=lambda item: (-item[1], item[0]))
        if not changes_only or live != shadow
    ]


def _counted(counted: Counted) -> dict[str, tuple[int, int]]:
    names = sorted(counted.live.keys() | counted.shadow.keys())
    return {name: (counted.live[name], counted.shadow[name]) for name in names}
