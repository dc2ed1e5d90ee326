"""`ragline eval validation`: does the validator find claims that passages do not support?"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline_cli.console import print_report
from ragline_cli.evaluate.documents import events_of as events_of_files
from ragline_cli.evaluate.options import Split
from ragline_cli.evaluate.progress import bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ragline_evaluation.validation.claim_cases import ClaimCase
    from ragline_evaluation.validation.report import ValidationReport


def validation(
    *,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="BEIR form; claims are also made from metadata.answer."),
    ] = None,
    documents: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Documents without labels.")
    ] = None,
    split: Split = "dev",
    per_kind: Annotated[
        int, typer.Option(min=1, help="Most claims of each kind: true, altered, foreign.")
    ] = 100,
    seed: Annotated[int, typer.Option(help="Another seed makes other claims.")] = 1,
    folder: Annotated[Path, typer.Option("--out", help="Where the report is written.")] = Path(
        "build/reports/validation"
    ),
) -> None:
    """Measure precision and recall for unsupported claims, which are made from the documents.

    Needs no store and no language model. RAGLINE_OPINION__KIND adds a second opinion.
    """
    from ragline_evaluation import writing
    from ragline_evaluation.validation import plot, report

    if not data and not documents:
        raise typer.BadParameter("give --data DIR or --documents DIR")
    made = list(_cases(data or [], documents or [], split, per_kind=per_kind, seed=seed))
    reports = asyncio.run(_measure(made))
    text = "\n".join(report.markdown(each) for each in reports)
    figures = {"sets": {each.dataset: each.as_dict() for each in reports}}
    written = writing.write_report(folder, figures, text, partial(plot.draw, reports))
    print_report(text, written)


def _cases(
    data: Sequence[Path], documents: Sequence[Path], split: str, *, per_kind: int, seed: int
) -> Iterator[tuple[str, list[ClaimCase]]]:
    from ragline_evaluation import dataset, ingesting
    from ragline_evaluation.validation import claim_cases
    from ragline_evaluation.validation.passages import passages_of

    sets = [dataset.read(each, split=split) for each in data]
    given = [(each.name, ingesting.events_of(each.documents), each) for each in sets]
    files = [(folder.name, events_of_files([folder]), None) for folder in documents]
    for name, events, labelled in (*given, *files):
        with bar(f"{name}: reading", len(events)) as advance:
            passages = passages_of(events, advance)
        yield name, claim_cases.build(passages, labelled, per_kind=per_kind, seed=seed)


async def _measure(made: Sequence[tuple[str, list[ClaimCase]]]) -> list[ValidationReport]:
    from ragline.adapters.models import open_opinion
    from ragline_evaluation.validation import report
    from ragline_evaluation.validation.measure import judge_all
    from ragline_generator.settings import GeneratorSettings
    from ragline_generator.validation.verdicts import Validator

    settings = GeneratorSettings()
    reports = []
    async with open_opinion(settings.opinion) as opinion:
        validator = Validator(min_support=settings.generator.min_support, opinion=opinion)
        for name, cases in made:
            with bar(f"{name}: judging", len(cases)) as advance:
                judged = await judge_all(validator, cases, advance)
            reports.append(report.report(name, judged, method=validator.method))
    return reports
