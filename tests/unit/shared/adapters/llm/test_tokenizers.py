"""Counting tokens with and without a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragline.adapters.llm.tokenizers import ApproximateTokenizer, cached_table, open_tokenizer
from ragline.model_settings import LlmSettings

# Counts by tiktoken's o200k_base
KNOWN = [
    ("The quick brown fox jumps over the lazy dog.", 10),
    ("A durable queue survives a restart of the broker.", 10),
    ("def add(a: int, b: int) -> int:\n    return a + b\n", 19),
]


@pytest.mark.parametrize(("text", "tokens"), KNOWN)
def test_the_estimate_is_near_the_real_count(text: str, tokens: int) -> None:
    assert ApproximateTokenizer().count(text) == pytest.approx(tokens, rel=0.2)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "🐇", "队列", "очередь", "___", "1234567"])
def test_any_text_has_a_count(text: str) -> None:
    assert ApproximateTokenizer().count(text) >= (1 if text.strip() else 0)


def test_without_a_table_on_the_machine_the_network_is_not_asked(tmp_path: Path) -> None:
    environ = {"TIKTOKEN_CACHE_DIR": str(tmp_path)}

    assert isinstance(open_tokenizer(LlmSettings(), environ), ApproximateTokenizer)


@pytest.mark.parametrize("name", ["TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"])
def test_a_table_is_found_where_tiktoken_keeps_it(tmp_path: Path, name: str) -> None:
    table = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    table.touch()

    assert cached_table("o200k_base", {name: str(tmp_path)}) == table
    assert cached_table("cl100k_base", {name: str(tmp_path)}) is None
    assert cached_table("no_such_encoding", {name: str(tmp_path)}) is None


def test_a_model_nobody_knows_is_counted_like_the_current_ones(tmp_path: Path) -> None:
    settings = LlmSettings(model="my-own-model")

    assert open_tokenizer(settings, {"TIKTOKEN_CACHE_DIR": str(tmp_path)}).count("a b") == 2
