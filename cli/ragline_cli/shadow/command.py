"""`ragline shadow`: a second configuration on a share of the live questions, without publishing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.errors import Misconfigured
from ragline_cli.connection import AsJson, Bootstrap, SearchedIndexName, connection
from ragline_cli.evaluate.installed import require_evaluation
from ragline_cli.stack.current import stack_environment

if TYPE_CHECKING:
    from ragline_cli.shadow.configuration import SecondConfiguration

_REPORTS = Path("build/reports/shadow")


def shadow(
    *,
    name: Annotated[str, typer.Option(help="Names its consumer groups; run it again to continue.")],
    share: Annotated[
        float, typer.Option(min=0.0001, max=1, help="Share of the questions, chosen by their ids.")
    ] = 0.1,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting of the second configuration (docs/settings.md); repeatable.",
        ),
    ] = None,
    env_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Lines of NAME=VALUE; --set overrides it."),
    ] = None,
    plans: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Another plans file.")
    ] = None,
    collection: Annotated[
        str | None, typer.Option(help="Another collection of the vector store.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another language model.")] = None,
    index: SearchedIndexName = None,
    at_once: Annotated[int, typer.Option(min=1, help="Questions run at the same time.")] = 4,
    behind: Annotated[
        float,
        typer.Option(min=1, metavar="SECONDS", help="Skip questions that wait longer than this."),
    ] = 60.0,
    wait: Annotated[
        float,
        typer.Option(min=1, metavar="SECONDS", help="How long to wait for a live answer."),
    ] = 90.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many pairs.")] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0, metavar="SECONDS", help="Stop after this time.")
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, help="How many of the most different answers to list.")
    ] = 20,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Include their questions and answers in the report."),
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Where the report is written; else build/reports/shadow/NAME."),
    ] = None,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Run live questions through a second configuration, and report how its answers differ.

    It publishes nothing. Without a changed setting it shows how much answers differ by chance.
    It keeps the index with which it began, whatever becomes the live one meanwhile.
    Ctrl-C stops it gracefully and writes the report. Its language model calls cost money as usual.
    """
    require_evaluation("ragline shadow")
    from ragline_cli.reindex.searched_index import index_environment, searched_index
    from ragline_cli.shadow.configuration import COLLECTION, MODEL, PLANS
    from ragline_cli.shadow.options import Counts, ShadowOptions
    from ragline_cli.shadow.run import State
    from ragline_cli.shadow.session import run_and_report
    from ragline_evaluation.shadow.tally import Tally

    options = ShadowOptions(
        name=_checked(name),
        share=share,
        at_once=at_once,
        behind_s=behind,
        wait_s=wait,
        limit=limit,
        seconds=seconds,
    )
    plans_file = str(plans.resolve()) if plans else None
    shortcuts = {PLANS: plans_file, COLLECTION: collection, MODEL: model}
    configured = _configuration(set_ or [], env_file, shortcuts, bootstrap)
    kafka = connection(bootstrap).kafka
    searched = asyncio.run(searched_index(kafka, index))
    configuration = configured(
        index=index_environment(searched.index), live=index_environment(searched.live)
    )
    run_and_report(
        kafka,
        options,
        State(counts=Counts(), tally=Tally(examples=examples, texts=show_text)),
        configuration,
        folder=folder or _REPORTS / name,
        as_json=as_json,
    )


def _checked(name: str) -> str:
    from ragline_cli.shadow.options import check_name

    try:
        return check_name(name)
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error


def _configuration(
    pairs: list[str],
    env_file: Path | None,
    options: Mapping[str, str | None],
    bootstrap: str | None,
) -> Callable[..., SecondConfiguration]:
    """Return what makes the configuration for an index; what is stated was found to be right."""
    from ragline_cli.shadow.configuration import second_configuration, stated_settings

    addresses = stack_environment() if bootstrap is None else {}
    try:
        stated = stated_settings(pairs, env_file, options)
        configured = partial(
            second_configuration, stated, addresses=addresses, given=dict(os.environ)
        )
        configured()
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error
    return configured
