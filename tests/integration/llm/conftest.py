"""Language model servers on loopback: real ones, and a double for failures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.integration.llm.base_model import cached_base_model

from ragline.model_settings import LlmSettings
from ragline.testing.openai_double import LanguageModelDouble, serve_double
from ragline_cli.stack.chat_model_server import ChatModelServer
from ragline_cli.stack.chat_models import ChatModelSize, chat_model
from ragline_cli.stack.server import running

_CONTEXT_TOKENS = 4_096


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A llama.cpp server with a small base model: completions work, chat makes no sense."""
    model = cached_base_model()
    with running(_server(tmp_path_factory.mktemp("gemma"), model, "gemma")) as server:
        yield server.url


@pytest.fixture(scope="session")
def chat_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlmSettings]:
    """The settings of a real chat model, which `make llm` fetches; no test does."""
    model = chat_model(ChatModelSize.SMALL)
    if not model.path.is_file():
        pytest.skip(f"no chat model on this machine: `make llm` fetches it to {model.path}")
    with running(_server(tmp_path_factory.mktemp("chat"), model.path, model.title)) as server:
        yield LlmSettings(base_url=server.url, model=server.title, tokenizer="server")


def _server(folder: Path, file: Path, title: str) -> ChatModelServer:
    return ChatModelServer(
        folder, file=file, title=title, context_tokens=_CONTEXT_TOKENS, threads=1
    )


@pytest.fixture
async def double() -> AsyncIterator[LanguageModelDouble]:
    """A server that fails on demand."""
    async with serve_double() as double:
        yield double
