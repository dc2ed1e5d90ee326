"""`ragline demo`: a whole pipeline, a corpus and cited answers; stops everything at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from ragline.contracts.documents import DocumentChanged
from ragline_cli.console import ExitCode, out
from ragline_cli.demo.corpus import TENANT, DemoRound, python_reference, reference_rounds
from ragline_cli.demo.timeline import STARTING, Timeline, timeline_table
from ragline_cli.stack.chat_models import ChatModelSize
from ragline_cli.stack.current import DEFAULT_NAME, settings_of
from ragline_cli.stack.gateway import console_port
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.llm import ModelSize, WithModel, require_model
from ragline_cli.stack.parts import StackPart
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.plan import Ports
from ragline_cli.stack.signals import StopSignals, stop_signals
from ragline_cli.stack.state import Phase, StackKind, StackState, read_state
from ragline_cli.stack.view import StartView

_NAME = "demo"
_END_OF_OWN = "Ctrl-D ends both."
_END = "Ctrl-D ends the demo, not the stack."


def demo(
    docs: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="your own files, folders or globs; repeatable"),
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option("--question", "-q", help="your own question; repeatable")
    ] = None,
    stack: Annotated[
        StackKind, typer.Option(help="embedded: PostgreSQL + pgvector; real: Weaviate")
    ] = StackKind.EMBEDDED,
    llm: WithModel = False,
    llm_model: ModelSize = ChatModelSize.SMALL,
) -> None:
    """Start everything, ingest the Python language reference, ask questions, take yours.

    Uses the running stack if there is one (with its own tenant), else starts one with fresh data
    and stops it at the end. On a terminal you decide when it ends, and can use the console until
    then; without a terminal it ends after the questions.
    """
    timeline = Timeline()
    rounds = _rounds(docs or [], question or [])
    with (
        stop_signals() as signals,
        _stack(stack, llm_model if llm else None, signals, timeline) as (state, parts),
    ):
        good = _converse(state, parts, rounds, signals, timeline)
    raise typer.Exit(ExitCode.OK if good else ExitCode.FAILURE)


def _rounds(paths: Sequence[str], questions: Sequence[str]) -> Sequence[DemoRound]:
    """Return the user's documents and questions, or those of the language reference."""
    if not paths and not questions:
        return reference_rounds()
    return (DemoRound(_documents(paths), questions),)


def _documents(paths: Sequence[str]) -> list[DocumentChanged]:
    if not paths:
        return python_reference()
    from ragline_cli.ingest.events import FileEvents, Labels, version_of_mtime
    from ragline_cli.ingest.files import require_files

    events = FileEvents(Labels(tenant=TENANT), version_of_mtime)
    return list(events.upserts(require_files(paths).files))


@contextmanager
def _stack(
    kind: StackKind, llm: ChatModelSize | None, signals: StopSignals, timeline: Timeline
) -> Iterator[tuple[StackState, Sequence[StackPart]]]:
    """Yield the running stack, or one that lives as long as the `with` block."""
    running = read_state(state_folder(DEFAULT_NAME))
    if running is not None and running.phase is Phase.RUNNING:
        if llm is not None:
            require_model(running)
        out.print(f"using the {running.stack} stack that runs already")
        yield running, ()
        return
    view = StartView(out)
    launcher = Launcher(
        kind,
        state_folder(_NAME),
        ports=Ports(gateway=console_port(None)),
        cancel=signals.requested,
        on_change=view.on_change,
        fresh=True,
        tenant=TENANT,
        llm=llm,
    )
    signals.on_repeat(launcher.kill)
    with ExitStack() as exits:
        with timeline.span(STARTING), view.live(launcher):
            exits.enter_context(launcher)
        yield launcher.state, tuple(launcher.parts.values())
        out.print("\nstopping everything…")


def _converse(
    state: StackState,
    parts: Sequence[StackPart],
    rounds: Sequence[DemoRound],
    signals: StopSignals,
    timeline: Timeline,
) -> bool:
    from ragline_cli.demo.session import Session

    session = Session(clients=settings_of(state), console=out, timeline=timeline, signals=signals)
    good = True
    for number, part in enumerate(rounds, start=1):
        if len(rounds) > 1:
            out.print(f"\npart {number} of {len(rounds)}: {len(part.documents)} documents")
        good &= not session.ingest(part.documents).failures
        good &= session.ask(part.questions)
    if session.first_answer_s is not None:
        out.print(timeline_table(timeline, parts, session.first_answer_s))
    out.print(f"\nconsole  {state.addresses.gateway.console(TENANT)}", soft_wrap=True)
    if sys.stdin.isatty():
        session.prompt(end=_END_OF_OWN if parts else _END)
    return good
