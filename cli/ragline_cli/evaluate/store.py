"""The stores of an evaluation: from the settings, of the running stack, or started for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ragline.errors import Misconfigured
from ragline_cli.console import err
from ragline_cli.stack.addresses import names_a_cluster
from ragline_cli.stack.current import DEFAULT_NAME, read_settings
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.plan import Ports
from ragline_cli.stack.signals import stop_signals
from ragline_cli.stack.state import Phase, StackKind, read_state
from ragline_cli.stack.view import StartView

_NAME = "eval"
_MOST_WORKERS = 4
_NO_CLUSTER = (
    "--index: nothing names a cluster that could know indexes: start `ragline up`, or set "
    "RAGLINE_KAFKA__BOOTSTRAP_SERVERS"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationStore:
    """The kind of a store, and whether it is the evaluation's own: nobody else asks it."""

    kind: str
    own: bool


@contextmanager
def evaluation_store(kind: StackKind | None, index: str | None = None) -> Iterator[EvaluationStore]:
    """Put addresses of a vector store and of Redis into the environment; yield the store.

    Documents are embedded on all cores, unless the environment says otherwise.

    A store started for the evaluation keeps its data, so that a second run embeds nothing.

    Args:
        kind: start this store, even if another one runs; None uses the store in the settings or
            the running one, else starts PostgreSQL.
        index: which index of those that the cluster knows; None uses the live one.

    Raises:
        Misconfigured: there is no such index, or no cluster is named that could know it.
        Unavailable: Kafka does not answer, so nobody says which index is live.
    """
    if kind is not None and index is not None:
        raise Misconfigured("--index is an index of a store that is there: leave out --stack")
    os.environ.setdefault(
        "RAGLINE_EMBEDDING__WORKERS", str(min(_MOST_WORKERS, os.cpu_count() or 1))
    )
    if kind is None and "RAGLINE_VECTOR_STORE__URL" in os.environ:
        yield EvaluationStore(kind=_opened_index(index), own=False)
        return
    running = read_state(state_folder(DEFAULT_NAME))
    if kind is None and running is not None and running.phase is Phase.RUNNING:
        os.environ.update(running.addresses.environment())
        yield EvaluationStore(kind=_opened_index(index), own=False)
        return
    if index is not None:
        raise Misconfigured(_NO_CLUSTER)
    with started_stack(kind or StackKind.EMBEDDED, _NAME, pipeline=False) as launcher:
        addresses = launcher.plan.addresses
        os.environ.update(addresses.environment())
        yield EvaluationStore(kind=addresses.vector_store.kind.value, own=True)


def _opened_index(name: str | None) -> str:
    """Put the settings of an index into the environment; return the kind of its store."""
    if names_a_cluster():
        from ragline_cli.reindex.searched_index import index_environment, searched_index

        found = asyncio.run(searched_index(read_settings().kafka, name))
        os.environ.update(index_environment(found.index))
    elif name is not None:
        raise Misconfigured(_NO_CLUSTER)
    return os.environ.get("RAGLINE_VECTOR_STORE__KIND", "weaviate")


@contextmanager
def started_stack(kind: StackKind, name: str, *, pipeline: bool) -> Iterator[Launcher]:
    """Start a stack of an evaluation's own, whose data is kept under `name`.

    Args:
        kind: which store.
        name: of the folder with its data.
        pipeline: whether to start Kafka and the services, too.

    Raises:
        StackError: a part did not start.
    """
    with stop_signals() as signals:
        view = StartView(err)
        launcher = Launcher(
            kind,
            state_folder(name),
            ports=Ports(),
            cancel=signals.requested,
            on_change=view.on_change,
            pipeline=pipeline,
        )
        signals.on_repeat(launcher.kill)
        with view.live(launcher), launcher, signals.interrupting():
            yield launcher
