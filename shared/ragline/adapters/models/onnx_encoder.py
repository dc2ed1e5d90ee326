"""Embeds texts with an ONNX file on onnxruntime: no torch, and a start in less than a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ragline.adapters.models.onnx_network import OnnxNetwork
from ragline.adapters.models.sentence_network import SentenceNetwork
from ragline.errors import Misconfigured

_TOKEN_VECTORS = 3  # axes: texts, tokens, dimensions


class OnnxEncoder:
    """Unit vectors of texts.

    Each text runs alone. An 8-bit network scales its activations by all that is in a batch, so that
    a text's vector would depend on its company (a cosine of 0.993 was seen), and on one thread a
    batch of passages of 150 tokens is no faster: 31 ms a passage in a batch, 28 ms alone.

    Args:
        network: the model.
        threads: threads of onnxruntime.

    Raises:
        Misconfigured: a file is missing or is no embedding model.
    """

    def __init__(self, network: SentenceNetwork, *, threads: int) -> None:
        folder = network.files.folder
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._network = OnnxNetwork(folder / network.onnx_file, threads=threads)
            self._check()
        except Exception as error:
            # onnxruntime and tokenizers raise classes of their own, and plain `Exception`
            raise Misconfigured(
                f"{network.onnx_file} of {folder} cannot be used as embedding model: {error}; name "
                "another file (RAGLINE_EMBEDDING__ONNX_FILE), or leave it empty to use torch"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=network.max_tokens)
        self._pooling = network.pooling
        self.dimensions = len(self._vector("x"))

    def __call__(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector per text, in order."""
        return [self._vector(text).tolist() for text in texts]

    def _vector(self, text: str) -> NDArray[np.float32]:
        tokens = self._network([self._tokenizer.encode(text)])[0]
        vector = tokens[0] if self._pooling == "cls" else tokens.mean(axis=0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def _check(self) -> None:
        if len(self._network.shape) != _TOKEN_VECTORS:
            raise ValueError(f"it gives {self._network.shape}, not a vector per token")
