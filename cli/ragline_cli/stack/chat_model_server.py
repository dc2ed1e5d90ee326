"""A chat model on this machine behind OpenAI's API, served by llama.cpp from the wheel `xllamacpp`.

The server has no key, so it listens on the loopback interface only.
"""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from ragline_cli.errors import StackError
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

_LIBRARY = "xllamacpp"
# Repeats are looked for among so many tokens
_REPEAT_TOKENS = 256
# The server's threads serve the port; the process ends with the signal of `Server.stop`
_RUN = f"""
import signal, sys, {_LIBRARY}
model, name, host, port, context, threads, penalty = sys.argv[1:]
params = {_LIBRARY}.CommonParams()
params.model.path, params.model_alias = model, {{name}}
params.hostnames, params.port = [host], int(port)
params.n_ctx, params.n_parallel, params.warmup = int(context), 1, False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(threads)
params.cache_ram_mib = 0
params.sampling.penalty_repeat, params.sampling.penalty_last_n = float(penalty), {_REPEAT_TOKENS}
server = {_LIBRARY}.Server(params)
signal.pause()
"""
_PROBE_TIMEOUT_S = 5.0


class ChatModelServer(Server):
    """One llama.cpp server with one model, which answers one request at a time.

    Args:
        folder: the working directory.
        file: the model, in GGUF.
        title: what the API calls the model.
        context_tokens: of a prompt with its answer.
        repeat_penalty: what repeated tokens lose in likelihood; 1 is nothing. Small models say a
            line again and again without it.
        threads: that compute; all cores by default.
        port: a free one by default.
        log: the file for its output.
    """

    name = "llm"

    def __init__(
        self,
        folder: Path,
        *,
        file: Path,
        title: str,
        context_tokens: int,
        repeat_penalty: float = 1.0,
        threads: int | None = None,
        port: int | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(folder, log=log)
        self.title = title
        self.context_tokens = context_tokens
        self._file = file
        self._repeat_penalty = repeat_penalty
        self._threads = threads or os.cpu_count() or 1
        self.port = choose_port(port)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>/v1`, the base URL for OpenAI clients."""
        return f"http://{LOOPBACK}:{self.port}/v1"

    def prepare(self, cancel: Event) -> None:
        """Check that the server is installed."""
        if find_spec(_LIBRARY) is None:
            raise StackError(
                "the language model's server is missing: install `ragline-cli[llm]`, or use "
                "`make demo LLM=1`"
            )

    def command(self) -> Command:
        """Return the server's command line."""
        numbers = map(str, (self.port, self.context_tokens, self._threads, self._repeat_penalty))
        return Command(
            argv=(sys.executable, "-c", _RUN, self._file, self.title, LOOPBACK, *numbers),
            cwd=self.folder,
        )

    def probe(self) -> str | None:
        """Return what the server lacks: it loads the model first."""
        answer = http_get(f"http://{LOOPBACK}:{self.port}/health", timeout_s=_PROBE_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"its health check says {answer.status}"
