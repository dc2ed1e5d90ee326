"""A cross-encoder small enough for tests, made here without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WORDS = [
    "a",
    "an",
    "are",
    "ask",
    "does",
    "expires",
    "gives",
    "how",
    "is",
    "live",
    "long",
    "lazily",
    "number",
    "of",
    "one",
    "passage",
    "question",
    "queue",
    "queues",
    "the",
    "that",
    "to",
    "unused",
    "up",
    "waits",
    "when",
    "with",
    "word",
    "words",
    ":",
    ".",
    "?",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
]


def save_tokenizer(folder: Path) -> int:
    """Save a tokenizer of some words, with the marks of the BERT family; return how many tokens."""
    tokens = (*MARKS, *WORDS)
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(tokens)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(tokens)


def save_cross_encoder(folder: Path, *, labels: int = 1, seed: int = 7) -> Path:
    """Save a network whose logits are the sum of its tokens' weights, a set for each segment.

    The weights are by chance and large, so that logits differ clearly and are outside of [0, 1].
    """
    count = save_tokenizer(folder)
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 512}))
    weights = np.random.default_rng(seed).normal(size=(2, count, labels)).astype(np.float32)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", labels])
    nodes = [
        helper.make_node("Mul", ["token_type_ids", "words"], ["shifted"]),
        helper.make_node("Add", ["input_ids", "shifted"], ["places"]),
        helper.make_node("Gather", ["weights", "places"], ["each"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["masks"]),
        helper.make_node("Mul", ["each", "masks"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "second"], ["logits"], keepdims=0),
    ]
    constants: dict[str, np.ndarray[Any, Any]] = {
        "weights": weights.reshape(2 * count, labels),
        "words": np.array(count, np.int64),
        "last": np.array([-1], np.int64),
        "second": np.array([1], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "sum",
        inputs,
        [output],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / "onnx").mkdir()
    onnx.save(model, folder / "onnx" / "model.onnx")
    return folder


@pytest.fixture(scope="session")
def cross_encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-cross-encoder"
    folder.mkdir()
    return save_cross_encoder(folder)


@pytest.fixture(scope="session")
def two_label_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "two-labels"
    folder.mkdir()
    return save_cross_encoder(folder, labels=2)
