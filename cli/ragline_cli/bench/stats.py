"""Figures of a load test: times per stage and in total, with waiting and work separated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from ragline.contracts.answers import QueryAnswered, StageTiming
from ragline.contracts.topics import QUERY_STAGES
from ragline_cli.figures import percentile

QUERY_PATH = tuple(service.value for service in QUERY_STAGES)


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's answer, and the milliseconds from publishing the question to reading it."""

    answer: QueryAnswered
    elapsed_ms: float


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Quantiles(_Figures):
    """Milliseconds; null when there was nothing to measure."""

    p50: float | None
    p95: float | None
    p99: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Quantiles:
        """Return the quantiles of `values`, rounded to microseconds."""
        p50, p95, p99 = (percentile(values, percent) for percent in (50, 95, 99))
        return cls(p50=_rounded(p50), p95=_rounded(p95), p99=_rounded(p99))


class StageFigures(_Figures):
    """One stage: `waiting` is from append to its topic to start, `work` from start to finish."""

    stage: str
    messages: int
    per_second: float
    waiting: Quantiles
    work: Quantiles


class LevelFigures(_Figures):
    """One level of load: `in_flight` questions at a time; the next starts when one is answered.

    `end_to_end` is the time measured by the publisher. `hops` is the waiting on the four topics
    between publisher and generator, summed per question; only questions that reached the generator
    count. `beyond_work` is the part of `end_to_end` that is not the work of a stage: those four
    hops, the fifth one back to the publisher, and the storing in between. `processor` is the time
    of processors, in ms for a question, that each part of a stack on this machine used.
    """

    in_flight: int
    questions: int
    elapsed_s: float
    per_second: float
    statuses: dict[str, int]
    end_to_end: Quantiles
    work: Quantiles
    hops: Quantiles
    beyond_work: Quantiles
    stages: tuple[StageFigures, ...]
    processor: dict[str, float] = Field(default_factory=dict)


def level_figures(
    samples: Sequence[Sample],
    *,
    in_flight: int,
    elapsed_s: float,
    processor: Mapping[str, float] = MappingProxyType({}),
) -> LevelFigures:
    """Return the figures of the questions asked at one level in `elapsed_s` seconds."""
    whole = [sample for sample in samples if _went_all_the_way(sample.answer)]
    work = [sum(map(_work, sample.answer.timings)) for sample in whole]
    return LevelFigures(
        in_flight=in_flight,
        questions=len(samples),
        elapsed_s=round(elapsed_s, 3),
        per_second=_rate(len(samples), elapsed_s),
        statuses=dict(Counter(sample.answer.status.value for sample in samples)),
        end_to_end=Quantiles.of([sample.elapsed_ms for sample in samples]),
        work=Quantiles.of(work),
        hops=Quantiles.of([sum(map(_waiting, sample.answer.timings)) for sample in whole]),
        beyond_work=Quantiles.of(
            [sample.elapsed_ms - spent for sample, spent in zip(whole, work, strict=True)]
        ),
        stages=tuple(_stage(name, samples, elapsed_s) for name in QUERY_PATH),
        processor=dict(processor),
    )


def _stage(name: str, samples: Sequence[Sample], elapsed_s: float) -> StageFigures:
    timings = [t for sample in samples for t in sample.answer.timings if t.stage == name]
    return StageFigures(
        stage=name,
        messages=len(timings),
        per_second=_rate(len(timings), elapsed_s),
        waiting=Quantiles.of([_waiting(timing) for timing in timings]),
        work=Quantiles.of([_work(timing) for timing in timings]),
    )


def _went_all_the_way(answer: QueryAnswered) -> bool:
    return {timing.stage for timing in answer.timings} == set(QUERY_PATH)


def _waiting(timing: StageTiming) -> float:
    return timing.started - timing.queued


def _work(timing: StageTiming) -> float:
    return timing.finished - timing.started


def _rate(count: int, seconds: float) -> float:
    return round(count / seconds, 2) if seconds > 0 else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
