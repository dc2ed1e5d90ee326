"""A network of the BERT family on onnxruntime, without torch: encodings in, one tensor out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding

# input tensors of BERT-like models, with the tokenizer's names for them
_INPUTS = {
    "input_ids": "ids",
    "attention_mask": "attention_mask",
    "token_type_ids": "type_ids",
}


class OnnxNetwork:
    """Runs an ONNX file; encodings of one call have the same length.

    Args:
        path: the file.
        threads: threads of onnxruntime.

    Raises:
        ValueError: it wants other inputs, or gives more than one output.
        Exception: the file is missing or is no network (classes of onnxruntime's own).
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]
        unknown = [name for name in self._inputs if name not in _INPUTS]
        if unknown:
            raise ValueError(f"it wants {', '.join(unknown)}")
        shapes = [output.shape for output in self._session.get_outputs()]
        if len(shapes) != 1:
            raise ValueError(f"it gives {shapes}, not one tensor")
        self.shape: Sequence[Any] = shapes[0]

    def __call__(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        """Return the network's output, of shape (encodings, ...)."""
        tensors = {
            name: np.array([getattr(each, _INPUTS[name]) for each in encodings], np.int64)
            for name in self._inputs
        }
        (output,) = self._session.run(None, tensors)
        return np.asarray(output, np.float32)
