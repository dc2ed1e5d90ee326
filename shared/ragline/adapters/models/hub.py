"""Model files from the Hugging Face hub: the local cache first, then the hub if it answers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ragline.errors import Misconfigured, Unavailable

_PROBE_SECONDS = 3.0
# Weights as safetensors only: unpickling a foreign `pytorch_model.bin` can execute code
_WANTED = ("*.safetensors", "*.json", "*.txt", "*.model")
_UNWANTED = ("onnx/*", "openvino/*")
# What an ONNX file needs beside it: how texts become tokens, and tokens one vector
_BESIDE_ONNX = ("config.json", "tokenizer*.json", "sentence_bert_config.json", "1_Pooling/*.json")
_snapshot = partial(snapshot_download, etag_timeout=_PROBE_SECONDS)


def fetch(model: str, revision: str | None, *, also: str | None = None) -> Path:
    """Return the folder with the files of hub model `model` and with file `also`.

    The folder is named by the model's commit.

    Raises:
        Misconfigured: the hub has no such model or revision, or denies access to it.
        Unavailable: it is not in the cache and the hub does not answer within some seconds.
    """
    files = _files(also)
    try:
        cached = Path(_snapshot(model, revision=revision, local_files_only=True, **files))
    except HFValidationError as error:
        raise Misconfigured(f"`{model}` is neither a folder nor a hub id: {error}") from error
    except LocalEntryNotFoundError:
        return _download(model, revision, files)
    complete = also is None or (cached / also).exists()
    return cached if complete else _download(model, revision, files)


def _files(also: str | None) -> dict[str, list[str]]:
    if also is None:
        return {"allow_patterns": list(_WANTED), "ignore_patterns": list(_UNWANTED)}
    # an exclusion pattern would also exclude the file that is asked for
    return {"allow_patterns": [*_BESIDE_ONNX, also]}


def _download(model: str, revision: str | None, files: dict[str, list[str]]) -> Path:
    try:
        # Probe the hub first with a short time limit: a download's own limits add up to minutes
        commit = HfApi().model_info(model, revision=revision, timeout=_PROBE_SECONDS).sha
        return Path(_snapshot(model, revision=commit, **files))
    except (GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise Misconfigured(
            f"the hub has no model `{model}` for us (revision {revision or 'main'}): correct the "
            "name, or give a token (HF_TOKEN) that may read it"
        ) from error
    except Exception as error:
        raise Unavailable(
            f"the model `{model}` (revision {revision or 'main'}) is not on this machine and the "
            f"hub does not give it ({type(error).__name__}): restore the network, fill the hub's "
            "cache, or set the model to a folder"
        ) from error
