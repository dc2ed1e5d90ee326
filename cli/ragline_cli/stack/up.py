"""`ragline up`: start the stack and the services."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated

import typer
from rich.table import Table

from ragline.settings import StoreKind
from ragline_cli.console import out
from ragline_cli.errors import StackError
from ragline_cli.stack.chat_models import ChatModelSize
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.detached import start_detached
from ragline_cli.stack.gateway import CONSOLE_PORT, console_port
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.llm import ModelSize, WithModel, require_model
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.plan import Ports
from ragline_cli.stack.signals import StopSignals, stop_signals
from ragline_cli.stack.state import StackKind, StackState, read_state
from ragline_cli.stack.view import StartView

_STACKS = {
    StoreKind.PGVECTOR: StackKind.EMBEDDED,
    StoreKind.WEAVIATE: StackKind.REAL,
    StoreKind.CHROMA: StackKind.CHROMA,
    StoreKind.QDRANT: StackKind.QDRANT,
}
_PORT = "default: a free port"
_GATEWAY_PORT = f"port of the API and the console; default: {CONSOLE_PORT} if that is free"


def up(
    *,
    stack: Annotated[
        StackKind | None,
        typer.Option(help="embedded (default): PostgreSQL; real: Weaviate; chroma; qdrant"),
    ] = None,
    store: Annotated[
        StoreKind | None, typer.Option(help="the same, by the name of the vector store")
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="return when all is ready; stop: ragline down")
    ] = False,
    kafka_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, envvar="RAGLINE_PORT_KAFKA", help=_PORT)
    ] = None,
    redis_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, envvar="RAGLINE_PORT_REDIS", help=_PORT)
    ] = None,
    store_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, envvar="RAGLINE_PORT_STORE", help=_PORT)
    ] = None,
    store_grpc_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, envvar="RAGLINE_PORT_STORE_GRPC", help=_PORT)
    ] = None,
    gateway_port: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, envvar="RAGLINE_PORT_GATEWAY", help=_GATEWAY_PORT),
    ] = None,
    llm: WithModel = False,
    llm_model: ModelSize = ChatModelSize.SMALL,
) -> None:
    """Start Kafka, a vector store, Redis and the services with the console; Ctrl-C stops them.

    Documents and answers are kept for the next start.
    """
    kind = wanted(stack, store)
    ports = Ports(
        kafka=kafka_port,
        redis=redis_port,
        store=store_port,
        store_grpc=store_grpc_port,
        gateway=gateway_port,
    )
    model = llm_model if llm else None
    folder = state_folder(DEFAULT_NAME)
    if (running := read_state(folder)) is not None:
        _already_running(running, kind, model)
        return
    with stop_signals() as signals:
        if detach:
            state = start_detached(
                folder, _arguments(kind, ports, model), cancel=signals.requested, on_line=out.print
            )
            out.print(summary(state))
            return
        _foreground(kind, ports, model, signals)


def _foreground(
    stack: StackKind, ports: Ports, llm: ChatModelSize | None, signals: StopSignals
) -> None:
    view = StartView(out)
    folder = state_folder(DEFAULT_NAME)
    launcher = Launcher(
        stack,
        folder,
        ports=replace(ports, gateway=console_port(ports.gateway)),
        cancel=signals.requested,
        on_change=view.on_change,
        llm=llm,
    )
    signals.on_repeat(launcher.kill)
    with ExitStack() as exits:
        with view.live(launcher):
            exits.enter_context(launcher)
        if (state := read_state(folder)) is not None:
            out.print(summary(state))
        out.print("Ctrl-C stops everything.")
        launcher.wait()
        out.print("stopping…")


def wanted(stack: StackKind | None, store: StoreKind | None) -> StackKind:
    """Return the stack that the two options ask for."""
    if store is None:
        return stack or StackKind.EMBEDDED
    kind = _STACKS.get(store)
    if kind is None:
        known = ", ".join(_STACKS)
        raise StackError(f"`ragline up` cannot start {store} itself; --store may be {known}")
    if stack not in (None, kind):
        raise StackError(f"--stack {stack} has another store than --store {store}: give one")
    return kind


def summary(state: StackState) -> Table:
    """Return the addresses of a running stack as a table."""
    table = Table.grid(padding=(0, 2))
    table.add_row("stack", state.stack.value)
    table.add_row("kafka", state.addresses.kafka.bootstrap_servers)
    table.add_row("vector store", state.addresses.vector_store.kind.value)
    if (model := state.addresses.language_model) is not None:
        table.add_row("language model", f"{model.model} at {model.url}")
    table.add_row("logs", str(state.logs))
    table.add_row("console", state.addresses.gateway.url)
    return table


def _already_running(state: StackState, wanted: StackKind, llm: ChatModelSize | None) -> None:
    if state.stack is not wanted:
        raise StackError(
            f"the {state.stack} stack is running: stop it with `ragline down` before starting "
            f"the {wanted} one"
        )
    if llm is not None:
        require_model(state)
    out.print(f"the stack is {state.phase} already")
    out.print(summary(state))


def _arguments(stack: StackKind, ports: Ports, llm: ChatModelSize | None) -> list[str]:
    wanted = {
        "--kafka-port": ports.kafka,
        "--redis-port": ports.redis,
        "--store-port": ports.store,
        "--store-grpc-port": ports.store_grpc,
        "--gateway-port": ports.gateway,
    }
    options = [part for name, port in wanted.items() if port for part in (name, str(port))]
    model = ["--llm", "--llm-model", llm.value] if llm else []
    return ["--stack", stack.value, *options, *model]
