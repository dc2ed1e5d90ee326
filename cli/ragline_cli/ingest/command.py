"""`ragline ingest`: publishes files as change events; ends when every document has a status."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import BaseModel

from ragline.contracts.base import DEFAULT_TENANT
from ragline.errors import Misconfigured
from ragline.settings import KafkaSettings
from ragline_cli.connection import AsJson, Bootstrap, Tenant, connection
from ragline_cli.console import ExitCode, err, out, print_json
from ragline_cli.ingest.events import (
    FileEvents,
    Labels,
    Version,
    version_of_content,
    version_of_mtime,
)
from ragline_cli.ingest.files import SourceFile, require_files
from ragline_cli.ingest.report import IngestReport
from ragline_cli.ingest.skipped import skipped_kinds

if TYPE_CHECKING:
    from ragline_cli.ingest.watch import FileWatcher

VersionFrom = Literal["mtime", "content"]


def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or globs.")],
    *,
    tenant: Tenant = DEFAULT_TENANT,
    access: Annotated[
        list[str] | None,
        typer.Option(help="A group that may read; repeatable. Default: the whole tenant."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; repeatable.")] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Base address; a document's URL is this plus its id.")
    ] = None,
    version_from: Annotated[
        VersionFrom,
        typer.Option(
            help="mtime: modification time. content: increases only if the content differs from "
            "what was published (for checkouts and copies)."
        ),
    ] = "mtime",
    watch: Annotated[bool, typer.Option("--watch", help="Keep running, publish changes.")] = False,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds without any status before giving up.")
    ] = 120.0,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Publish documents and wait until each is searchable.

    Exit code 1 when any failed, or was not indexed because a newer version is.
    """
    from ragline_cli.ingest.watch import FileWatcher

    try:
        found = require_files(paths)
    except Misconfigured as error:
        raise typer.BadParameter(str(error)) from error
    target = connection(bootstrap).kafka
    version = asyncio.run(_version(version_from, target, tenant))
    groups = tuple(access) if access else None
    labels = Labels(tenant=tenant, access=groups, tags=tuple(tag or ()), base_url=base_url)
    events = FileEvents(labels, version)
    watcher = FileWatcher(paths) if watch else None  # changes count from this moment on
    report = asyncio.run(_ingest(target, found.files, events, timeout, shown=not as_json))
    report = report.model_copy(update={"skipped": skipped_kinds(found.skipped)})
    _show(report, as_json=as_json)
    if watcher:
        with suppress(KeyboardInterrupt):
            asyncio.run(_follow(target, watcher, events, timeout, as_json=as_json))
    if report.failures or report.superseded:
        raise typer.Exit(ExitCode.FAILURE)


async def _version(version_from: str, kafka: KafkaSettings, tenant: str) -> Version:
    from ragline_cli.ingest.published import read_published

    if version_from == "mtime":
        return version_of_mtime
    return version_of_content(await read_published(kafka, tenant), now_ms=int(time.time() * 1000))


async def _ingest(
    kafka: KafkaSettings,
    files: list[SourceFile],
    events: FileEvents,
    timeout: float,
    *,
    shown: bool,
) -> IngestReport:
    from ragline_cli.ingest.run import ingest_documents
    from ragline_cli.ingest.view import progress_bar

    with progress_bar(err, len(files), shown=shown) as advance:
        report = await ingest_documents(
            kafka, events.upserts(files), on_progress=advance, timeout=timeout
        )
        unsent = events.take_failures()
        for failure in unsent:
            advance(failure)
    return report.joined(unsent)


async def _follow(
    kafka: KafkaSettings, watcher: FileWatcher, events: FileEvents, timeout: float, *, as_json: bool
) -> None:
    from ragline_cli.ingest.view import result_line
    from ragline_cli.ingest.watch import follow

    err.print("Watching for changes; Ctrl-C ends it.")
    async for report in follow(kafka, watcher, events, timeout=timeout):
        for result in report.results:
            typer.echo(result.model_dump_json() if as_json else result_line(result))


def _show(report: IngestReport, *, as_json: bool) -> None:
    from ragline_cli.ingest.view import (
        failures_table,
        summary_text,
        superseded_table,
        warnings_table,
    )

    if as_json:
        told: dict[str, Sequence[BaseModel]] = {
            "failures": report.failures,
            "not_indexed": report.superseded,
        }
        told |= {"incomplete": report.incomplete, "skipped": report.skipped}
        lists = {
            name: [each.model_dump(mode="json") for each in many] for name, many in told.items()
        }
        print_json({**report.summary(), **lists})
        return
    if report.incomplete:
        out.print(warnings_table(report))
    if report.superseded:
        out.print(superseded_table(report))
    if report.failures:
        out.print(failures_table(report))
    out.print(summary_text(report), highlight=False)
