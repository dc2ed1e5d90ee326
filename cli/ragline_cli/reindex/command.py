"""`ragline reindex`: a second index beside the live one, filled, compared, and turned to."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragline.contracts.base import DEFAULT_TENANT
from ragline_cli.connection import AsJson, Bootstrap, RedisUrl, Tenant, connection
from ragline_cli.console import err, out, print_json
from ragline_cli.reindex.gates import GateName
from ragline_cli.stack.current import stack_environment

if TYPE_CHECKING:
    from ragline.contracts.indexes import Index
    from ragline.settings import VectorStoreSettings
    from ragline_cli.reindex.differences import IndexComparison
    from ragline_cli.reindex.gates import GateState
    from ragline_cli.reindex.quality_gate import QualityGate
    from ragline_cli.reindex.reindex import Reindex

app = typer.Typer(
    no_args_is_help=True,
    help="Change the embedding model, the chunks or the store while people ask.",
)

_To = Annotated[str, typer.Option(help="Name of the new index: a-z, 0-9 and -.")]
_Name = Annotated[
    str | None, typer.Argument(metavar="[INDEX]", help="Which one; default: the one not live.")
]
_Forced = Annotated[
    list[GateName] | None,
    typer.Option("--force", help="Skip a gate; repeatable. What it would have found is your risk."),
]
_Judged = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Also the gate `quality`: judged questions (queries.jsonl, qrels/), as `ragline "
        "feedback export` writes them.",
    ),
]
_Split = Annotated[str, typer.Option(help="Which judgements: qrels/SPLIT.tsv.")]
_Groups = Annotated[
    list[str] | None, typer.Option("--group", help="A group of who asks them; repeatable.")
]


@app.command()
def start(
    to: _To,
    *,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting of the new index, for example EMBEDDING__MODEL=…; repeatable.",
        ),
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Another kind of store, as RAGLINE_VECTOR_STORE__KIND.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Its URL, without credentials: those are the services'.")
    ] = None,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Make an index beside the live one, and fill it from the log of all documents.

    On a stack of `ragline up` an ingestor is started for it; elsewhere start one yourself, with
    RAGLINE_INGESTOR__INDEX. Run it again after an interruption.
    """
    from ragline_cli.reindex.index_changes import read_settings, with_collection
    from ragline_cli.reindex.local_ingestors import fill_locally, local_data
    from ragline_cli.reindex.store_options import store_settings

    chosen = with_collection(to, read_settings(settings or []) | store_settings(store, url))
    data = local_data(bootstrap)
    indexes = asyncio.run(_reindexing(bootstrap, None).start(to, chosen))
    local = fill_locally(data, indexes)
    if as_json:
        print_json({"index": to, "settings": chosen, "ingestor": "started" if local else None})
        return
    out.print(f"index {to} is being made, beside {indexes.live}, which answers")
    if not local:
        out.print(
            f"fill it: run ingestors with RAGLINE_INGESTOR__INDEX={to}, as many as you like; in "
            f"Kubernetes `ragline reindex manifest {to}` makes a Deployment of them",
            soft_wrap=True,
        )
    out.print("watch it with `ragline reindex status --watch`")


@app.command()
def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Until the new index is filled.")] = False,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
    redis: RedisUrl = None,
) -> None:
    """Show the indexes: how far they are filled, what failed, and who has them open."""
    from ragline_cli.reindex.view import status_json, status_view, watched

    reindex = _reindexing(bootstrap, redis)
    found = asyncio.run(watched(reindex, err) if watch else reindex.status())
    if as_json:
        print_json(status_json(found))
    else:
        out.print(status_view(found))


@app.command()
def check(
    name: _Name = None,
    *,
    judged: _Judged = None,
    split: _Split = "dev",
    tenant: Tenant = DEFAULT_TENANT,
    groups: _Groups = None,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Look at the gates: does the index hold all that was published, and what the live one holds?

    Exit code 1 if one is shut.
    """
    from ragline_cli.reindex.index_changes import the_other
    from ragline_cli.reindex.view import check_json

    reindex = _reindexing(bootstrap, None, quiet=as_json)

    quality = _quality(judged, split, tenant, groups)

    async def look() -> tuple[str, tuple[list[GateState], IndexComparison]]:
        chosen = the_other(await reindex.indexes(), name)
        return chosen, await reindex.check(chosen, quality=quality)

    chosen, (states, compared) = asyncio.run(look())
    if as_json:
        print_json(check_json(chosen, states, compared))
    else:
        for each in states:
            mark = "[green]open[/]" if each.open else "[red]shut[/]"
            out.print(f"{each.gate}: {mark}  ", end="")
            out.print(each.found, markup=False, highlight=False, soft_wrap=True)
    if not all(each.open for each in states):
        raise typer.Exit(1)


@app.command()
def flip(
    name: _Name = None,
    *,
    judged: _Judged = None,
    split: _Split = "dev",
    tenant: Tenant = DEFAULT_TENANT,
    groups: _Groups = None,
    forced: _Forced = None,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
    redis: RedisUrl = None,
) -> None:
    """Let another index answer, if all gates are open: each question is answered from one index."""
    from ragline_cli.reindex.index_changes import next_to_answer
    from ragline_cli.reindex.view import print_turned

    reindex = _reindexing(bootstrap, redis, quiet=as_json)

    quality = _quality(judged, split, tenant, groups)

    async def turn() -> None:
        chosen = next_to_answer(await reindex.indexes(), name)
        turned = await reindex.flip(chosen, forced or (), quality=quality)
        print_turned(turned, as_json=as_json)

    asyncio.run(turn())


@app.command()
def rollback(
    *,
    forced: _Forced = None,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
    redis: RedisUrl = None,
) -> None:
    """Let the index before answer again; its ingestor has kept it up to date."""
    from ragline_cli.reindex.view import print_turned

    reindex = _reindexing(bootstrap, redis, quiet=as_json)
    print_turned(asyncio.run(reindex.rollback(forced or ())), as_json=as_json)


@app.command()
def drop(
    name: Annotated[str, typer.Argument(metavar="INDEX", help="Which one.")],
    *,
    keep: Annotated[
        float,
        typer.Option(min=0, metavar="HOURS", help="How long the index before stays after a flip."),
    ] = 24.0,
    as_json: AsJson = False,
    bootstrap: Bootstrap = None,
    redis: RedisUrl = None,
) -> None:
    """Remove an index that does not answer: its ingestors end, then its collection goes.

    Run it again after an interruption, and to repeat it later, until its time is over.
    """
    from ragline_cli.reindex.local_ingestors import fill_locally, local_data

    data = local_data(bootstrap)
    reindex = _reindexing(bootstrap, redis, quiet=as_json)

    async def remove() -> None:
        indexes = await reindex.mark(name, keep=timedelta(hours=keep))
        index = next(each for each in indexes.indexes if each.name == name)
        await asyncio.to_thread(fill_locally, data, indexes)
        await reindex.remove(name, index)

    asyncio.run(remove())
    if as_json:
        print_json({"dropped": name})
    else:
        out.print(f"index {name} is dropped")


@app.command()
def manifest(
    name: Annotated[str, typer.Argument(metavar="INDEX", help="Which one.")],
) -> None:
    """Make a Deployment of ingestors for an index from that of the ingestors that there are.

    kubectl get deployment ragline-ingestor -o json | ragline reindex manifest NAME | kubectl apply
    -f -
    """
    from ragline_cli.reindex.ingestor_deployment import deployment_for

    print_json(deployment_for(sys.stdin.read(), name))


def _reindexing(bootstrap: str | None, redis: str | None, *, quiet: bool = False) -> Reindex:
    from ragline_cli.reindex.reindex import Reindex

    reached = connection(bootstrap, redis)
    # a producer that another one has shut out leaves futures that nobody waits for
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return Reindex(
        reached.kafka,
        reached.redis,
        _store_of(bootstrap),
        tell=(lambda _text: None) if quiet else _tell,
    )


def _quality(
    judged: Path | None, split: str, tenant: str, groups: list[str] | None
) -> QualityGate | None:
    if judged is None:
        return None
    from ragline_cli.reindex.quality_gate import QualityGate

    return QualityGate(folder=judged, split=split, tenant=tenant, groups=tuple(groups or ()))


def _tell(text: str) -> None:
    err.print(text, highlight=False, markup=False)


def _store_of(bootstrap: str | None) -> Callable[[Index], VectorStoreSettings]:
    """Return where an index is, according to the ingestor's settings.

    The running stack's store counts only with the running stack's Kafka.
    """
    from ragline.index_settings import settings_for
    from ragline_ingestor.settings import Settings

    if bootstrap is None:
        os.environ.update(stack_environment())
    settings = Settings()
    return lambda index: settings_for(settings, index).vector_store
