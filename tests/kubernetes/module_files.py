"""Files of Go modules, as a `go.mod` locks them."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ragline_cli.errors import StackError
from ragline_cli.stack.weaviate_build import go

from .programs import AUTOSCALING, place


def module_folder(module: str, *, locked_in: Path) -> Path:
    """Fetch a module, which Go checks against the lock, and return where it lies.

    Raises:
        StackError: there is no Go, or the module cannot be had.
    """
    tool = go()
    if tool is None:
        raise StackError(f"{module} must be fetched and Go is missing: install Go 1.26 or newer")
    done = subprocess.run(
        [tool, "mod", "download", "-json", module],
        cwd=locked_in,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"{module} cannot be fetched: {done.stderr or done.stdout}")
    return Path(json.loads(done.stdout)["Dir"])


@dataclass(frozen=True, slots=True)
class ModuleFiles:
    """Files that a program of a module comes with, kept beside it in the cache.

    Attributes:
        program: a name in `programs.AUTOSCALING`.
        name: of the folder.
        patterns: of the files, in the module.
    """

    program: str
    name: str
    patterns: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where they lie, once they are fetched."""
        return place(self.program).with_name(self.name)

    def paths(self) -> list[Path]:
        """Return those that were fetched; none before."""
        return sorted(self.folder.glob("*"))

    def fetch(self) -> None:
        """Fetch the module and keep the files. Raises as `module_folder`."""
        program = AUTOSCALING[self.program]
        module = module_folder(program.module, locked_in=program.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for pattern in self.patterns:
            for path in module.glob(pattern):
                shutil.copyfile(path, self.folder / path.name)


KEDA_CRDS = ModuleFiles("keda-operator", "crds", ("config/crd/bases/*.yaml",))
# what becomes of pods and nodes that nobody runs
KWOK_STAGES = ModuleFiles(
    "kwok",
    "stages",
    ("kustomize/stage/pod/fast/pod-*.yaml", "kustomize/stage/node/fast/node-*.yaml"),
)
