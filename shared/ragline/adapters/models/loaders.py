"""Loads models through sentence-transformers.

This is the only module that imports torch, which takes seconds: import it and call its functions on
the model's thread.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from transformers.utils import logging

from ragline.adapters.models.files import ModelFiles
from ragline.errors import Misconfigured

Encode = Callable[[list[str]], list[list[float]]]
Pair = tuple[str, str]
Score = Callable[[list[Pair]], list[float]]

_RANKER, _NLI, _ENTAILMENT = "cross-encoder", "entailment model", "entailment"
_WITH_SCORES = ("ForSequenceClassification", "ForCausalLM")


def load_encoder(files: ModelFiles, *, threads: int, batch_size: int) -> tuple[Encode, int]:
    """Return a function from texts to unit vectors, and the vectors' length.

    Raises:
        Misconfigured: the files are not an embedding model.
    """
    _prepare(threads)
    try:
        model = SentenceTransformer(
            str(files.folder), local_files_only=True, model_kwargs={"use_safetensors": True}
        )
    except (OSError, ValueError, KeyError) as error:
        raise _unusable(files, "embedding model", error) from error

    def encode(texts: list[str]) -> list[list[float]]:
        with torch.inference_mode():
            vectors = model.encode(
                texts, batch_size=batch_size, normalize_embeddings=True, show_progress_bar=False
            )
        return [[float(x) for x in vector] for vector in vectors.tolist()]

    dimensions = model.get_embedding_dimension()
    if dimensions is None:
        raise _unusable(files, "embedding model", "it does not state its dimensions")
    return encode, dimensions


def load_scorer(files: ModelFiles, *, threads: int, batch_size: int) -> Score:
    """Return a function from pairs of question and passage to relevances in [0, 1].

    The logistic function is always applied to the model's logit, whatever activation its files
    name: some revisions of the same model name the identity, others the logistic function.

    Raises:
        Misconfigured: the files are not a cross-encoder with one score.
    """
    _prepare(threads)
    model = _cross_encoder(files, _RANKER)
    if model.num_labels != 1:
        raise _unusable(files, _RANKER, f"it gives {model.num_labels} scores, not one")
    sigmoid = torch.nn.Sigmoid()

    def score(pairs: list[Pair]) -> list[float]:
        scores = model.predict(
            pairs, batch_size=batch_size, activation_fn=sigmoid, show_progress_bar=False
        )
        return [float(x) for x in scores]

    return score


def load_entailment(files: ModelFiles, *, threads: int, batch_size: int) -> Score:
    """Return a function from pairs of premise and hypothesis to probabilities of entailment.

    Raises:
        Misconfigured: the files are not a classifier with a label called entailment.
    """
    _prepare(threads)
    model = _cross_encoder(files, _NLI)
    named = (model.config.id2label if model.config else None) or {}
    labels = {str(name).casefold(): int(at) for at, name in named.items()}
    if _ENTAILMENT not in labels:
        raise _unusable(files, _NLI, f"none of its labels ({', '.join(labels)}) is {_ENTAILMENT}")
    place = labels[_ENTAILMENT]

    def entailed(pairs: list[Pair]) -> list[float]:
        chances = model.predict(
            pairs, batch_size=batch_size, apply_softmax=True, show_progress_bar=False
        )
        return [float(each[place]) for each in chances]

    return entailed


def _cross_encoder(files: ModelFiles, kind: str) -> CrossEncoder:
    try:
        model: CrossEncoder = CrossEncoder(
            str(files.folder), local_files_only=True, model_kwargs={"use_safetensors": True}
        )
    except (OSError, ValueError, KeyError) as error:
        raise _unusable(files, kind, error) from error
    # An embedding model also loads, but with a randomly initialised head and only a log line
    architectures = (model.config.architectures if model.config else None) or ()
    if not any(str(name).endswith(_WITH_SCORES) for name in architectures):
        raise _unusable(files, kind, "its weights have no scoring head")
    return model


def _prepare(threads: int) -> None:
    torch.set_num_threads(threads)
    # Progress bars spoil line-oriented logs
    logging.disable_progress_bar()


def _unusable(files: ModelFiles, kind: str, reason: object) -> Misconfigured:
    return Misconfigured(
        f"{files.model_id} in {files.folder} cannot be used as {kind}: {reason}; choose another "
        "model, or fetch its files (config, tokenizer, *.safetensors) again"
    )
