"""The report of `ragline shadow` as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ragline.contracts.answers import AnswerStatus
from ragline_evaluation.retrieval.scoring import Difference
from ragline_evaluation.shadow.examples import cell, examples
from ragline_evaluation.shadow.figures import ShadowReport
from ragline_evaluation.shadow.statistics import Share
from ragline_evaluation.tables import table

_STATUSES = [status.value for status in AnswerStatus]


def markdown(report: ShadowReport) -> str:
    """Return the report as Markdown."""
    return "\n\n".join([f"## Shadow: {report.run.name}", *_parts(report)]) + "\n"


def _parts(report: ShadowReport) -> Iterator[str]:
    yield _settings(report)
    yield _traffic(report)
    if report.failures:
        yield table([["the shadow's errors", "questions", "for example"], *_failures(report)])
    if not report.pairs:
        yield "No question has both answers, so there is nothing to compare."
        return
    yield _statuses(report)
    yield table(_measures(report))
    yield table(_latencies(report))
    yield _effort(report)
    yield from _counted("went without", report.degradations)
    yield from _counted("models", report.models)
    yield from _changes("intent", report.intents)
    yield from _changes("plan", report.plans)
    if report.most_different:
        yield "### The most different"
        yield from examples(report.most_different)


def _settings(report: ShadowReport) -> str:
    if not report.run.settings:
        return "No setting differs: what is different below is chance, load or another shell's."
    rows = [
        [f"`{each.name}`", cell(each.shadow or "unset"), cell(each.otherwise or "unset")]
        for each in report.run.settings
    ]
    return table([["setting", "shadow", "otherwise"], *rows])


def _traffic(report: ShadowReport) -> str:
    run = report.run
    seconds = (run.ended_at - run.started_at).total_seconds()
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in run.traffic.items())
    return (
        f"{run.started_at:%Y-%m-%d %H:%M:%S %Z}, {seconds:,.0f} s, a share of {run.share:g} of the "
        f"live questions: {counts}."
    )


def _failures(report: ShadowReport) -> list[list[str]]:
    return [
        [code, str(each["count"]), cell(each["example"])] for code, each in report.failures.items()
    ]


def _statuses(report: ShadowReport) -> str:
    counts = {(live, shadow): count for live, shadow, count in report.statuses}
    rows = [["live \\ shadow", *_STATUSES]] + [
        [live, *(str(counts.get((live, shadow), 0)) for shadow in _STATUSES)] for live in _STATUSES
    ]
    chance = "" if report.sign_test is None else f" (sign test p = {report.sign_test:.2g})"
    note = (
        f"{report.pairs:,} pairs, another status in {_share(report.status_changed)}. "
        f"{report.newly_refused:,} answered questions are refused, {report.newly_answered:,} "
        f"refused ones answered{chance}."
    )
    return f"{table(rows)}\n\n{note}"


def _measures(report: ShadowReport) -> list[list[str]]:
    answers = report.answers
    rows = [
        [f"of {answers.both:,} that both answered", ""],
        ["overlap of the cited documents (Jaccard)", _number(answers.mean_overlap)],
        ["the same documents", _share(answers.same_documents)],
        ["the same first source", _share(answers.same_first_source)],
        ["the same text", _share(answers.same_text)],
    ]
    if answers.support:
        live, shadow = answers.support
        rows.append(
            ["supported claims", f"{live:.3f} → {shadow:.3f}{_by(answers.support_difference)}"]
        )
    rows.append(["another intent", _share(report.intent_changed)])
    rows.append(["another plan", _share(report.plan_changed)])
    return rows


def _latencies(report: ShadowReport) -> list[list[str]]:
    rows = [["work in ms", "questions", "p50 live", "p50 shadow", "p95 live", "p95 shadow"]]
    return rows + [
        [
            each.stage,
            f"{each.questions:,}",
            *(f"{value:,.1f}" for value in (*each.p50, *each.p95)),
        ]
        for each in report.latency
    ]


def _effort(report: ShadowReport) -> str:
    effort = report.effort
    rows = [["", "live", "shadow"]]
    for name, values in (
        ("prompt tokens", effort.prompt_tokens),
        ("completion tokens", effort.completion_tokens),
    ):
        rows.append([name, *(f"{value:,}" for value in values)])
    if effort.priced:
        rows.append([f"cost of {effort.priced:,} ($)", *(f"{value:,.4f}" for value in effort.cost)])
    note = (
        "Live work holds the wait for admission and for the ledger, the shadow's the load of this "
        f"process. {effort.cached:,} answers from the cache are in neither table."
    )
    return f"{table(rows)}\n\n{note}"


def _counted(title: str, counts: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    if counts:
        rows = [[cell(name), str(live), str(shadow)] for name, (live, shadow) in counts.items()]
        yield table([[title, "live", "shadow"], *rows])


def _changes(title: str, changes: Sequence[tuple[str, str, int]]) -> Iterator[str]:
    if changes:
        rows = [[cell(live), cell(shadow), str(count)] for live, shadow, count in changes]
        yield table([[f"{title} live", "shadow", "questions"], *rows])


def _share(found: Share) -> str:
    if found.share is None or found.low is None or found.high is None:
        return "none"
    return f"{found.count:,} of {found.of:,}: {found.share:.1%} [{found.low:.1%}, {found.high:.1%}]"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _by(found: Difference | None) -> str:
    if found is None:
        return ""
    return f" ({found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}])"
