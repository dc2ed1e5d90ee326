"""Aggregates pairs of answers as they arrive; memory does not grow with the texts."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ragline.contracts.answers import QueryAnswered, Usage
from ragline_evaluation.shadow.measure import Compared, Pair, SameKind, cited, compare, reason

Change = tuple[str, str]
"""The live value and the shadow's value."""
TOTAL = "total"
_STAGES = 4
_EXAMPLE_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferingPair:
    """One of the most different pairs; texts are null unless they may be shown."""

    query_id: str
    tenant: str
    attempt: int
    distance: float
    statuses: Change
    reasons: tuple[str | None, str | None]
    documents: tuple[Sequence[str], Sequence[str]]
    question: str | None = None
    texts: Change | None = None


@dataclass(slots=True)
class Both:
    """The same measure of the same questions, live and in the shadow."""

    live: array[float] = field(default_factory=lambda: array("d"))
    shadow: array[float] = field(default_factory=lambda: array("d"))

    def add(self, live: float, shadow: float) -> None:
        """Add a question."""
        self.live.append(live)
        self.shadow.append(shadow)


@dataclass(slots=True)
class Counted:
    """How often something occurred, live and in the shadow."""

    live: Counter[str] = field(default_factory=Counter)
    shadow: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Failures:
    """Errors of the shadow with one code, and the first one's message."""

    example: str
    count: int = 0


class Tally:
    """The aggregated comparison of all pairs so far.

    Args:
        examples: how many of the most different pairs to keep.
        texts: whether to keep their question and texts.
    """

    def __init__(self, *, examples: int, texts: bool) -> None:
        self.pairs = 0
        self.cached = 0
        self.statuses: Counter[Change] = Counter()
        self.intents: Counter[Change] = Counter()
        self.plans: Counter[Change] = Counter()
        self.overlap = array("d")
        self.first = self.text = 0
        self.support = Both()
        self.work: defaultdict[str, Both] = defaultdict(Both)
        self.prompt_tokens, self.completion_tokens, self.cost = Both(), Both(), Both()
        self.degradations, self.models = Counted(), Counted()
        self.failures: dict[str, Failures] = {}
        self._most = examples
        self._texts = texts
        self._examples: dict[tuple[str, str], tuple[float, int, DifferingPair]] = {}

    def ran(self, shadow: QueryAnswered) -> None:
        """Record an answer of the shadow, with or without a live one to compare."""
        if shadow.error and shadow.status.value in {"failed", "expired"}:
            message = shadow.error.message[:_EXAMPLE_CHARS]
            self.failures.setdefault(shadow.error.code, Failures(message)).count += 1

    def add(self, pair: Pair) -> None:
        """Add a pair."""
        live, shadow = pair.live, pair.shadow
        compared = compare(pair)
        self.pairs += 1
        self.statuses[live.status.value, shadow.status.value] += 1
        if live.intent and shadow.intent:
            self.intents[live.intent.value, shadow.intent.value] += 1
        if live.plan and shadow.plan:
            self.plans[live.plan, shadow.plan] += 1
        for counted, answer in ((self.degradations.live, live), (self.degradations.shadow, shadow)):
            counted.update(answer.degradations)
        for counted, answer in ((self.models.live, live), (self.models.shadow, shadow)):
            counted.update(f"{role}: {name}" for role, name in answer.models.items())
        if compared.answered:
            self._add_answered(compared.answered)
        self._add_effort(live, shadow)
        self._keep(pair, compared)

    def most_different(self) -> list[DifferingPair]:
        """Return the questions whose answers differ most, each once, the most different first."""
        return [example for _, _, example in sorted(self._examples.values(), reverse=True)]

    def _add_answered(self, found: SameKind) -> None:
        self.overlap.append(found.overlap)
        self.first += found.first
        self.text += found.text
        self.support.add(*found.support)

    def _add_effort(self, live: QueryAnswered, shadow: QueryAnswered) -> None:
        """Compare times and costs if both answers were computed; a cached answer cost nothing."""
        if live.cached:
            self.cached += 1
            return
        before, after = _work(live), _work(shadow)
        for stage in before.keys() & after.keys():
            self.work[stage].add(before[stage], after[stage])
        if len(before) == len(after) == _STAGES:
            self.work[TOTAL].add(sum(before.values()), sum(after.values()))
            self._add_usage(live.usage, shadow.usage)

    def _add_usage(self, live: Usage, shadow: Usage) -> None:
        self.prompt_tokens.add(live.prompt_tokens, shadow.prompt_tokens)
        self.completion_tokens.add(live.completion_tokens, shadow.completion_tokens)
        if live.cost is not None and shadow.cost is not None:
            self.cost.add(live.cost, shadow.cost)

    def _keep(self, pair: Pair, compared: Compared) -> None:
        if not compared.distance or not self._most:
            return
        # of equally different pairs the first ones are kept
        entry = (compared.distance, -self.pairs, self._example(pair, compared.distance))
        asked = (pair.live.tenant, pair.question)
        self._examples[asked] = max(entry, self._examples.get(asked, entry))
        if len(self._examples) > self._most:
            del self._examples[min(self._examples, key=lambda each: self._examples[each][:2])]

    def _example(self, pair: Pair, distance: float) -> DifferingPair:
        live, shadow = pair.live, pair.shadow
        return DifferingPair(
            query_id=live.query_id,
            tenant=live.tenant,
            attempt=live.attempt,
            distance=round(distance, 3),
            statuses=(live.status.value, shadow.status.value),
            reasons=(reason(live), reason(shadow)),
            documents=(cited(live), cited(shadow)),
            question=pair.question if self._texts else None,
            texts=(live.text, shadow.text) if self._texts else None,
        )


def _work(answer: QueryAnswered) -> dict[str, float]:
    """Return the milliseconds of each stage's work, of all looks together."""
    work: defaultdict[str, float] = defaultdict(float)
    for each in answer.timings:
        work[each.stage] += each.finished - each.started
    return work
