"""A network that embeds texts, with what its ONNX file does not say by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ragline.adapters.models.embedding_identity import Prefixes, SimilarityScale
from ragline.adapters.models.files import ModelFiles
from ragline.errors import Misconfigured

Pooling = Literal["cls", "mean"]
_MOST_TOKENS = 512
# The names that sentence-transformers gives them in its pooling configuration
_POOLINGS: dict[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceNetwork:
    """An ONNX file and how it is used; `tokenizer.json` lies in the model's folder.

    `max_tokens` counts the tokenizer's marks; what is longer is cut. The prefixes are those that
    the model was trained with; `similarity` makes its cosines those of all-MiniLM-L6-v2.
    """

    files: ModelFiles
    onnx_file: str
    pooling: Pooling
    max_tokens: int
    prefixes: Prefixes = field(default_factory=Prefixes)
    similarity: SimilarityScale = field(default_factory=SimilarityScale)

    @property
    def name(self) -> str:
        """The model with its revision and its file, of which a folder may have several."""
        return f"{self.files.name}/{self.onnx_file}"


def network_of(files: ModelFiles, onnx_file: str) -> SentenceNetwork:
    """Return the network of a model in the layout of sentence-transformers.

    Raises:
        Misconfigured: it does not say how it makes one vector of a text's tokens, or in a way that
            is not known here.
    """
    pooling = _read(files.folder / "1_Pooling" / "config.json")
    chosen = [name for name, value in pooling.items() if name.startswith("pooling_mode") and value]
    if len(chosen) != 1 or chosen[0] not in _POOLINGS:
        raise Misconfigured(
            f"{files.model_id} in {files.folder} states the pooling {chosen or 'nowhere'}; known "
            f"are {', '.join(_POOLINGS)}: leave RAGLINE_EMBEDDING__ONNX_FILE empty to use torch"
        )
    limits = _read(files.folder / "sentence_bert_config.json")
    return SentenceNetwork(
        files=files,
        onnx_file=onnx_file,
        pooling=_POOLINGS[chosen[0]],
        max_tokens=min(_MOST_TOKENS, int(limits.get("max_seq_length") or _MOST_TOKENS)),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
