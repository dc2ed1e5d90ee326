"""The embedding model in fastembed, the ONNX back end that all three peers have a class for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

from peers.protocol import Task

NAME = "compared-model"
_TOKENS = 512


def register(task: Task) -> Path:
    """Make the model known to fastembed, by `NAME`; return the folder from which it is loaded.

    fastembed wants files beside the ONNX file that say what its tokenizer's own file says, too.
    """
    folder = task.index / "model"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("model.onnx", "tokenizer.json"):
        link = folder / name
        if not link.exists():
            link.symlink_to(task.model / name)
    special = {
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "mask_token": "[MASK]",
    }
    _write(folder / "config.json", {"pad_token_id": 0})
    _write(folder / "tokenizer_config.json", {"model_max_length": _TOKENS, **special})
    _write(folder / "special_tokens_map.json", special)
    TextEmbedding.add_custom_model(
        model=NAME,
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(hf=NAME),
        dim=int(task.read_vectors().shape[1]),
        model_file="model.onnx",
    )
    return folder


def _write(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
