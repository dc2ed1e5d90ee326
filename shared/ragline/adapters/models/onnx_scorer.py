"""Runs a cross-encoder's ONNX file with onnxruntime, without torch.

Quantised to 8-bit integers, it is about twice as fast on a CPU: `docs/quality/reranking.md`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ragline.adapters.models.files import ModelFiles
from ragline.adapters.models.onnx_network import OnnxNetwork
from ragline.errors import Misconfigured

_MOST_TOKENS = 512


class OnnxScorer:
    """Relevances in [0, 1] of (question, passage) pairs.

    Args:
        files: the model's folder, with `tokenizer.json` and `config.json`.
        onnx_file: the network's file, relative to the folder.
        threads: threads of onnxruntime.
        batch_size: pairs run together; pairs of similar length are grouped to save padding.

    Raises:
        Misconfigured: a file is missing or is not a cross-encoder with one score.
    """

    def __init__(self, files: ModelFiles, onnx_file: str, *, threads: int, batch_size: int) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(files.folder / "tokenizer.json"))
            config = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))
            self._network = OnnxNetwork(files.folder / onnx_file, threads=threads)
            self._check()
        except Exception as error:
            # onnxruntime and tokenizers raise classes of their own, and plain `Exception`
            raise Misconfigured(
                f"{onnx_file} of {files.folder} cannot be used as cross-encoder: {error}; name "
                "another file (RAGLINE_RERANKER__ONNX_FILE), or leave it empty to use torch"
            ) from error
        most = min(_MOST_TOKENS, int(config.get("max_position_embeddings", _MOST_TOKENS)))
        self._tokenizer.enable_truncation(max_length=most)
        self._tokenizer.enable_padding()
        self._batch_size = batch_size

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return one relevance per pair, in order."""
        longest_first = sorted(range(len(pairs)), key=lambda at: -len(pairs[at][1]))
        logits = np.zeros(len(pairs))
        for start in range(0, len(pairs), self._batch_size):
            places = longest_first[start : start + self._batch_size]
            logits[places] = self._logits([pairs[place] for place in places])
        # the logistic function, in a form that cannot overflow for any logit
        relevances: list[float] = ((1 + np.tanh(logits / 2)) / 2).tolist()
        return relevances

    def _logits(self, pairs: list[tuple[str, str]]) -> NDArray[np.float64]:
        scores = self._network(self._tokenizer.encode_batch(pairs))
        return np.asarray(scores, np.float64).reshape(len(pairs))

    def _check(self) -> None:
        shape = self._network.shape
        if len(shape) > 1 and shape[-1] != 1:
            raise ValueError(f"it gives {shape}, not one score a pair")
