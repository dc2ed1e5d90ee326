"""The launcher's folders: a state folder per running stack, and secrets in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import platformdirs


def state_folder(name: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the stack called `name`: `$RAGLINE_HOME/<name>` or the user's state."""
    if home := environment.get("RAGLINE_HOME"):
        return Path(home).expanduser().resolve() / name
    return platformdirs.user_state_path("ragline") / name


def secret_file(path: Path) -> str:
    """Return the secret stored in `path`, readable only by its owner; create it if missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16), encoding="ascii")
    return path.read_text(encoding="ascii")
