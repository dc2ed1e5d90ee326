"""A chat model on this machine: who is told of it, and what is said where its server is missing."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from ragline_cli.errors import StackError
from ragline_cli.stack import chat_model_server, chat_models
from ragline_cli.stack.chat_model_server import ChatModelServer
from ragline_cli.stack.chat_models import ChatModelSize, chat_model
from ragline_cli.stack.plan import Ports, make_plan
from ragline_cli.stack.state import StackKind


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model's file in the cache."""
    monkeypatch.setattr(chat_models, "cache_folder", lambda: tmp_path / "cache")
    path = chat_model(ChatModelSize.SMALL).path
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def server(folder: Path) -> ChatModelServer:
    return ChatModelServer(
        folder, file=folder / "model.gguf", title="qwen", context_tokens=4_096, threads=1
    )


def test_a_server_without_a_key_listens_on_the_loopback_interface(tmp_path: Path) -> None:
    made = server(tmp_path)

    argv = made.command().argv
    assert argv[3:] == (
        tmp_path / "model.gguf", "qwen", "127.0.0.1", str(made.port), "4096", "1", "1.0"
    )  # fmt: skip
    assert made.url == f"http://127.0.0.1:{made.port}/v1"


def test_without_the_wheel_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_model_server, "find_spec", lambda name: None)

    with pytest.raises(StackError, match=r"ragline-cli\[llm\]"):
        server(tmp_path).prepare(Event())


def test_a_stack_with_a_chat_model_starts_it_and_tells_the_services(
    tmp_path: Path, model: Path
) -> None:
    made = make_plan(StackKind.EMBEDDED, tmp_path, Ports(), llm=ChatModelSize.SMALL)

    assert made.language_model is not None
    assert made.language_model in made.servers
    variables = made.addresses.environment()
    assert variables["RAGLINE_LLM__BASE_URL"] == made.language_model.url
    assert variables["RAGLINE_LLM__MODEL"] == "qwen2.5-coder-0.5b-instruct"
    assert model in made.language_model.command().argv


def test_a_stack_without_one_leaves_the_settings_alone(tmp_path: Path) -> None:
    made = make_plan(StackKind.EMBEDDED, tmp_path, Ports())

    assert made.language_model is None
    assert not [name for name in made.addresses.environment() if "LLM" in name]


def test_a_missing_model_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_models, "cache_folder", lambda: tmp_path)

    with pytest.raises(StackError, match="make llm"):
        make_plan(StackKind.EMBEDDED, tmp_path, Ports(), llm=ChatModelSize.SMALL)
