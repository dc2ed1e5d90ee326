"""Fetching a chat model, and using a stack that may have none."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragline.settings import StoreKind
from ragline_cli.errors import StackError
from ragline_cli.main import app
from ragline_cli.stack import chat_models
from ragline_cli.stack.addresses import (
    Addresses,
    GatewayAddress,
    KafkaAddress,
    ModelAddress,
    RedisAddress,
    StoreAddress,
)
from ragline_cli.stack.chat_models import ChatModelSize, chat_model
from ragline_cli.stack.llm import require_model
from ragline_cli.stack.state import Phase, ProcessId, StackKind, StackState
from ragline_cli.stack.up import summary

MODEL = ModelAddress(url="http://127.0.0.1:20007/v1", model="qwen", context_tokens=4_096)


def state(folder: Path, model: ModelAddress | None) -> StackState:
    return StackState(
        stack=StackKind.EMBEDDED,
        phase=Phase.RUNNING,
        launcher=ProcessId.own(),
        processes={},
        addresses=Addresses(
            kafka=KafkaAddress(bootstrap_servers="127.0.0.1:9092"),
            vector_store=StoreAddress(kind=StoreKind.PGVECTOR, url="postgresql://u:p@h/d"),
            redis=RedisAddress(url="redis://:secret@127.0.0.1:6379/0"),
            gateway=GatewayAddress(url="http://127.0.0.1:8080/", tenant="default"),
            language_model=model,
        ),
        services={},
        logs=folder,
    )


def test_a_running_stack_without_a_model_is_not_used_for_one(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="ragline up --llm"):
        require_model(state(tmp_path, None))

    require_model(state(tmp_path, MODEL))


def test_a_stack_says_which_model_it_has(tmp_path: Path) -> None:
    with_model, without = (summary(state(tmp_path, model)) for model in (MODEL, None))

    assert with_model.row_count == without.row_count + 1


def test_a_model_that_is_there_is_only_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_models, "cache_folder", lambda: tmp_path)
    path = chat_model(ChatModelSize.LARGE).path
    path.parent.mkdir(parents=True)
    path.touch()

    done = CliRunner().invoke(app, ["llm", "--model", "1.5b"])

    assert done.exit_code == 0
    assert path.name in done.stdout.replace("\n", "")
