"""Where downloads and builds are kept, outside of every checkout."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Return the folder for downloads and builds (`~/.cache/ragline` on Linux; respects XDG)."""
    return platformdirs.user_cache_path("ragline")
