"""Builds an overlay with whatever kustomize is available on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from ragline.cache_folder import cache_folder
from ragline.errors import Misconfigured
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.stack.weaviate_build import go

VERSION = "v5.8.1"
_MODULE = f"sigs.k8s.io/kustomize/kustomize/v5@{VERSION}"
_TIMEOUT_S = 600


def build(folder: Path) -> list[Object]:
    """Return the objects of the overlay in `folder`.

    Raises:
        Misconfigured: kustomize is not available, or the overlay is wrong.
    """
    text = _run([*command(), str(folder)], failed=f"{folder} does not build")
    return [document for document in yaml.safe_load_all(text) if document]


def command() -> list[str]:
    """Return the command for kustomize: the system's, kubectl's, or one built by Go and cached.

    Raises:
        Misconfigured: none of the three is available.
    """
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    return [str(_built()), "build"]


def _built() -> Path:
    home = cache_folder() / "tools" / "kustomize" / VERSION
    program = home / "kustomize"
    if program.exists():
        return program
    tool = go()
    if tool is None:
        raise Misconfigured("kustomize is missing: install kustomize, kubectl or Go")
    _run(
        [str(tool), "install", _MODULE],
        failed=f"kustomize {VERSION} could not be built",
        environment={"GOBIN": str(home), "GOFLAGS": "-buildvcs=false -trimpath"},
    )
    return program


def _run(argv: Sequence[str], *, failed: str, environment: Mapping[str, str] | None = None) -> str:
    variables = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell, no foreign input
            argv, env=variables, capture_output=True, text=True, timeout=_TIMEOUT_S, check=True
        )
    except subprocess.CalledProcessError as error:
        raise Misconfigured(f"{failed}: {error.stderr.strip()}") from error
    except subprocess.TimeoutExpired as error:
        raise Misconfigured(f"{failed}: still running after {_TIMEOUT_S} s") from error
    return done.stdout
