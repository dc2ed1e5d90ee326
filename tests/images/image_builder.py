"""Builds images as root with Debian's `buildah`, which needs no engine, and looks into them.

`python -m tests.images.image_builder` builds all of them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console

from ragline.cache_folder import cache_folder
from ragline.contracts.topics import Service
from ragline_cli.errors import StackError

ROOT = Path(__file__).resolve().parents[2]
IMAGES = (*map(str, Service), "cli")
TRACED = "classifier-traces"
# Images that are built with more than their service's name
_ARGUMENTS = {TRACED: {"SERVICE": Service.CLASSIFIER, "TRACES": "1"}}
_PYTHON_IMAGE = "localhost/ragline-python:bookworm-slim"
_PACKAGES = ("ca-certificates", "python3", "python3-pip", "python3-venv", "python-is-python3")
# What `python:3.11-slim` does not have either
_NEEDLESS = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
)
# Certificates of the machine that builds: it may reach the registries through a proxy of its own
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# buildah 1.28 loses the files of a step that mounts a cache, which only saves downloads
_CACHE_MOUNT = re.compile(r"--mount=type=cache,\S+\s*")


class ImageBuilder:
    """The images of one folder; `python:3.11-slim` is stood in for by Debian's own Python 3.11.

    Args:
        folder: the images and the base, kept for the next time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, name: str) -> None:
        """Build the image of a service, `cli` or `TRACED`, from the Dockerfile of this checkout.

        Raises:
            StackError: a program is missing, this is not root, or a step failed.
        """
        self._require_base()
        text = (ROOT / "deploy/docker/Dockerfile").read_text(encoding="utf-8")
        dockerfile = self._folder / "Dockerfile"
        dockerfile.write_text(_CACHE_MOUNT.sub("", text), encoding="utf-8")
        arguments = {"PYTHON_IMAGE": _PYTHON_IMAGE, "SERVICE": name, **_ARGUMENTS.get(name, {})}
        self._buildah(
            "bud",
            "--pull-never",
            "--isolation=chroot",
            "--network=host",
            *([f"--volume={_CERTIFICATES}:{_CERTIFICATES}:ro"] if _CERTIFICATES.exists() else []),
            *(f"--build-arg={key}={value}" for key, value in arguments.items()),
            f"--file={dockerfile}",
            f"--ignorefile={ROOT / 'deploy/docker/Dockerfile.dockerignore'}",
            f"--target={'cli' if name == 'cli' else 'service'}",
            f"--tag={_tag(name)}",
            str(ROOT),
        )

    def image(self, name: str) -> Image:
        """Return a built image, with its files below a folder of this machine."""
        container = self._buildah("from", "--pull-never", _tag(name)).strip()
        root = Path(self._buildah("mount", container).strip())
        described = json.loads(self._buildah("inspect", "--type=image", _tag(name)))
        return Image(name, root, described["OCIv1"])

    def close(self) -> None:
        """Unmount the images."""
        self._buildah("rm", "--all")

    def _require_base(self) -> None:
        if os.geteuid() != 0:
            raise StackError("images are built as root only: no container engine is used")
        for program in ("buildah", "debootstrap"):
            if shutil.which(program) is None:
                raise StackError(f"{program} is missing: install it (Debian has it)")
        if _PYTHON_IMAGE in self._buildah("images", "--format={{.Name}}:{{.Tag}}"):
            return
        root = self._folder / "base"
        shutil.rmtree(root, ignore_errors=True)
        include = f"--include={','.join(_PACKAGES)}"
        _run("debootstrap", "--variant=minbase", include, "bookworm", str(root))
        for needless in _NEEDLESS:
            shutil.rmtree(root / needless, ignore_errors=True)  # dpkg may leave some out itself
        container = self._buildah("from", "scratch").strip()
        self._buildah("copy", "--quiet", container, str(root), "/")
        self._buildah("commit", "--quiet", "--rm", container, _PYTHON_IMAGE)
        shutil.rmtree(root)

    def _buildah(self, *arguments: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        places = ("--root", str(self._folder / "storage"), "--runroot", str(self._folder / "run"))
        return _run("buildah", *places, *arguments)


class Image:
    """A built image, whose files lie below `root`."""

    def __init__(self, name: str, root: Path, described: dict[str, Any]) -> None:
        self.name = name
        self.root = root
        self.config: dict[str, Any] = described["config"]

    @property
    def labels(self) -> dict[str, str]:
        """The OCI labels."""
        found: dict[str, str] = self.config["Labels"]
        return found

    @property
    def environment(self) -> dict[str, str]:
        """The variables that it sets."""
        return dict(each.split("=", 1) for each in self.config["Env"])

    @cached_property
    def megabytes(self) -> int:
        """The size of all its files, in MB of a million bytes."""
        return self.megabytes_below(".")

    def megabytes_below(self, folder: str) -> int:
        """Return the size of the files below a folder, in MB of a million bytes."""
        files = (path.lstat() for path in (self.root / folder).rglob("*") if not path.is_dir())
        return sum(each.st_size for each in files) // 1_000_000


def default_folder() -> Path:
    """Return where images are kept."""
    return cache_folder() / "images"


def _tag(name: str) -> str:
    return f"localhost/ragline/{name}:dev"


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise StackError(f"{' '.join(command[:6])} … failed with {done.returncode}\n{last}")
    return done.stdout


def main() -> None:
    """Build every image."""
    console = Console(highlight=False)
    builder = ImageBuilder(default_folder())
    for name in (*IMAGES, TRACED):
        console.print(f"building ragline/{name}")
        try:
            builder.build(name)
        except StackError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
