"""What the demo does once a stack runs: ingest, ask the questions, take more at a prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console

from ragline.contracts.answers import AnswerStatus
from ragline.contracts.documents import DocumentChanged
from ragline.errors import RaglineError
from ragline_cli.ask.asker import Asker, open_asker
from ragline_cli.console import report_error
from ragline_cli.demo.question import PATIENCE_S, ask_and_show
from ragline_cli.demo.timeline import ANSWERING, INGESTING, Timeline
from ragline_cli.ingest.report import IngestReport
from ragline_cli.ingest.run import ingest_documents
from ragline_cli.ingest.view import failures_table, progress_bar, summary_text
from ragline_cli.stack.cancellation import unless_cancelled
from ragline_cli.stack.current import ClientSettings
from ragline_cli.stack.signals import StopSignals

_GOOD = frozenset({AnswerStatus.ANSWERED, AnswerStatus.REFUSED})
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Session:
    """A demo session on a running stack.

    `first_answer_s` is the time from the command to the first answer, once there is one.
    """

    clients: ClientSettings
    console: Console
    timeline: Timeline
    signals: StopSignals
    first_answer_s: float | None = field(default=None, init=False)

    def ingest(self, events: Sequence[DocumentChanged]) -> IngestReport:
        """Publish `events` and show progress until each has its status.

        Raises:
            Cancelled: a signal asked to stop.
            RaglineError: Kafka cannot be reached.
        """
        with self.timeline.span(INGESTING):
            report = self._run(self._ingest(events))
        if report.failures:
            self.console.print(failures_table(report))
        self.console.print(summary_text(report), highlight=False)
        return report

    def ask(self, questions: Sequence[str]) -> bool:
        """Show and ask one question after the other; return True if none failed.

        Raises as `ingest`.
        """
        return self._run(self._ask(questions, shown=True))

    def prompt(self, *, end: str) -> None:
        """Read questions from the terminal until Ctrl-D or Ctrl-C; `end` says what that ends.

        An empty line does not end it: that could stop the console while somebody is using it.
        """
        self.console.print(f"\nYour questions, here or in the console. {end}")
        while (question := self._read_question()) is not None:
            if question:
                self._run(self._ask((question,), shown=False))

    async def _ingest(self, events: Sequence[DocumentChanged]) -> IngestReport:
        with progress_bar(self.console, len(events)) as advance:
            return await ingest_documents(
                self.clients.kafka, events, on_progress=advance, timeout=PATIENCE_S
            )

    async def _ask(self, questions: Sequence[str], *, shown: bool) -> bool:
        good = True
        async with open_asker(self.clients.kafka, self.clients.redis) as asker:
            for question in questions:
                if shown:
                    self.console.print(f"\n? {question}", style="bold cyan", markup=False)
                good &= await self._ask_one(asker, question)
        return good

    async def _ask_one(self, asker: Asker, question: str) -> bool:
        with self.timeline.span(ANSWERING):
            try:
                answer = await ask_and_show(asker, question, self.console)
            except RaglineError as error:
                report_error(error)
                return False
        if self.first_answer_s is None:
            self.first_answer_s = self.timeline.elapsed
        return answer.status in _GOOD

    def _read_question(self) -> str | None:
        try:
            with self.signals.interrupting():
                return self.console.input("\n[bold cyan]?[/] ").strip()
        except (EOFError, KeyboardInterrupt):
            return None

    def _run(self, work: Coroutine[None, None, T]) -> T:
        return asyncio.run(unless_cancelled(work, self.signals.requested))
