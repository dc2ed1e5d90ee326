"""Writes a folder atomically: it exists either completely or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragline.errors import Misconfigured

MARK = "export.json"
"""The file that marks a folder as an export."""


def require_free(target: Path, *, force: bool) -> None:
    """Make sure that `target` may be written: it does not exist, is empty, or may be replaced.

    Raises:
        Misconfigured: `target` may not be written; says what to do.
    """
    if target.exists() and not target.is_dir():
        raise Misconfigured(f"{target} is a file; name a folder")
    if not target.exists() or not any(target.iterdir()):
        return
    if not (target / MARK).is_file():
        raise Misconfigured(f"{target} holds something else; name a new or an empty folder")
    if not force:
        raise Misconfigured(f"{target} holds an export; --force replaces it with all that is in it")


@contextmanager
def whole_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """Yield a folder next to `target`, which replaces it at the end or is removed on an error.

    Only its owner may read it. Raises as `require_free`.
    """
    target = target.resolve()
    require_free(target, force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as made:
        fresh, old = Path(made, "new"), Path(made, "old")
        fresh.mkdir(mode=0o700)
        yield fresh
        require_free(target, force=force)
        _take_place(fresh, target, old)


def _take_place(fresh: Path, target: Path, old: Path) -> None:
    replaces = target.exists() and any(target.iterdir())
    if replaces:
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if replaces:
            old.rename(target)
        raise
