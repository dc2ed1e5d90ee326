"""The report of `ragline eval compare`: figures for programs, tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ragline_evaluation.compare.figures import LoadLevel, Ratio
from ragline_evaluation.compare.footprint import Footprint
from ragline_evaluation.compare.targets import Target, targets
from ragline_evaluation.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemReport:
    """One system: how it was set up, and what was measured of it.

    `ndcg` is the mean nDCG@10 of the documents found; None where answers, not documents, came.
    `cosine` is the least cosine of a question's vector and Ragline's. `statuses` are of answers.
    """

    name: str
    means: str
    versions: Mapping[str, str]
    levels: Sequence[LoadLevel]
    footprint: Footprint
    ndcg: float | None = None
    cosine: float | None = None
    statuses: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonReport:
    """Everything measured in one run."""

    dataset: str
    origin: str
    documents: int
    passages: int
    questions: int
    model: str
    store: str
    depth: int
    workers: int
    threads: int
    machine: str
    measured_at: str
    command: str
    systems: Sequence[SystemReport]

    @property
    def targets(self) -> list[Target]:
        """The targets and what was measured."""
        return targets({each.name: each.levels for each in self.systems})

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "targets": [asdict(each) for each in self.targets]}


def markdown(report: ComparisonReport) -> str:
    """Return the report as a Markdown page."""
    parts = [
        "# Beside other frameworks",
        f"```console\n$ {report.command}\n```",
        _what(report),
        table(list(_rate_rows(report))),
        "Rates are medians over rounds; latencies are those of all questions. To the best peer: "
        "the rate as a multiple of the best peer's in the same round, median and range. CPU is a "
        "question's processor time in all processes of the system, servers included.",
        "## Targets",
        table([["target", "wanted", "measured", "met"], *map(_target_row, report.targets)]),
        "## Footprint",
        table(list(_footprint_rows(report))),
        _footprint_words(report),
        "## How each was set up",
        "\n".join(_setups(report)),
    ]
    return "\n\n".join(parts) + "\n"


def _what(report: ComparisonReport) -> str:
    return (
        f"{report.dataset}: {report.documents:,} documents in {report.passages:,} passages, "
        f"{report.questions:,} questions ({report.origin}). {report.machine}, "
        f"measured {report.measured_at}. One run: in each round every system is asked the same "
        "questions, in turn, and each round begins with another system."
    )


def _rate_rows(report: ComparisonReport) -> Iterator[list[str]]:
    yield [
        "system",
        "in flight",
        "questions/s",
        "p50/p95/p99 ms",
        "CPU ms",
        "to the best peer",
        "nDCG@10",
    ]
    for system in report.systems:
        for place, level in enumerate(system.levels):
            first = place == 0
            yield [
                system.name if first else "",
                f"{level.in_flight}",
                f"{level.per_second:.1f}",
                f"{level.p50_ms:.0f}/{level.p95_ms:.0f}/{level.p99_ms:.0f}",
                f"{level.cpu_ms:.1f}",
                _ratio(level.to_best_peer),
                f"{system.ndcg:.3f}" if first and system.ndcg is not None else "",
            ]


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"


def _target_row(target: Target) -> list[str]:
    figure = "{:.0f} ms" if target.unit == "ms" else "{:.2f}"
    wanted = f"under {figure}" if target.unit == "ms" else f"at least {figure}"
    return [
        target.what,
        wanted.format(target.wanted),
        figure.format(target.measured),
        "yes" if target.met else "no",
    ]


def _footprint_rows(report: ComparisonReport) -> Iterator[list[str]]:
    yield ["system", "memory MB", "start to first answer s", "install MB"]
    for system in report.systems:
        print_of = system.footprint
        yield [
            system.name,
            f"{print_of.total_memory_mb:.0f}",
            f"{print_of.start_s:.1f}",
            f"{print_of.install_mb:.0f}",
        ]


def _footprint_words(report: ComparisonReport) -> str:
    several = [each for each in report.systems if len(each.footprint.memory_mb) > 1]
    listed = "; ".join(
        f"{each.name}: "
        + ", ".join(f"{name} {value:.0f}" for name, value in each.footprint.memory_mb.items())
        for each in several
    )
    return (
        "Memory is the peak of each process, for servers of several processes what they held at "
        f"the end. {listed}. Starts find the index made. Install is the size of the Python "
        "packages; servers, Java and the model (34 MB, the same for all) are not in it."
    )


def _setups(report: ComparisonReport) -> Iterator[str]:
    yield (
        f"- **All**: the passages are Ragline's chunks with title and headings, with the same "
        f"vectors, so nDCG@10 compares retrieval only; questions are embedded by {report.model}, "
        f"the same ONNX file, on onnxruntime; {report.depth} passages of each search; no "
        "cross-encoder."
    )
    yield (
        f"- **Peers**: {report.workers} questions at a time on threads, {report.threads} thread "
        "of onnxruntime for each; the index is in memory, which is the fastest that they have "
        f"for a corpus of this size. Ragline's is in {report.store}, on disk."
    )
    for system in report.systems:
        made_of = ", ".join(f"{name} {version}" for name, version in system.versions.items())
        told = f"- **{system.name}**: {system.means} ({made_of})."
        if system.cosine is not None:
            told += (
                f" Its questions' vectors have a cosine of at least {system.cosine:.4f} to ours."
            )
        if system.statuses:
            counted = ", ".join(f"{count:,} {name}" for name, count in system.statuses.items())
            told += f" Of its answers were {counted}."
        yield told
