"""Kubernetes' own programs, KEDA's, kwok and a collector, built once by Go's tools and cached.

They are published as containers and binaries on servers of their own; the source of each is a Go
module, as locked in a `go.mod` and `go.sum`: Kubernetes' beside this file, the others in a folder
each, because they need other versions of the same modules. Of the collector only the parts are
modules, so what puts them together is here, too: who changes that deletes what was built of it. A
build that was stopped goes on from Go's cache.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import MappingProxyType

from ragline.cache_folder import cache_folder
from ragline.file_lock import one_at_a_time
from ragline_cli.errors import StackError
from ragline_cli.stack.processes import Command, run
from ragline_cli.stack.weaviate_build import go

HERE = Path(__file__).parent
_STAMPED = "k8s.io/component-base/version"
_TOLD_S = 15.0


@dataclass(frozen=True, slots=True)
class Program:
    """One program.

    Attributes:
        package: what Go builds.
        module: that is locked in `folder`, and whose version it has.
        folder: with `go.mod` and `go.sum`.
        packages: how many are compiled for it, after those of the programs before it.
    """

    package: str
    module: str
    folder: Path
    packages: int

    @property
    def folder_name(self) -> str:
        """The name of its folder in the cache: `v1.37.2`, `keda-v2.21.0`."""
        return version() if self.folder == HERE else f"{self.folder.name}-{self.version}"

    @property
    def version(self) -> str:
        """The locked version: `v1.37.2`."""
        lock = (self.folder / "go.mod").read_text()
        found = re.search(rf"^(?:require)?\s+{re.escape(self.module)} (v\S+)", lock, re.M)
        if found is None:
            raise StackError(f"{self.folder / 'go.mod'} names no version of {self.module}")
        return found[1]


def _kubernetes(name: str, packages: int) -> Program:
    return Program(f"k8s.io/kubernetes/cmd/{name}", "k8s.io/kubernetes", HERE, packages)


def _keda(name: str, packages: int) -> Program:
    module = "github.com/kedacore/keda/v2"
    return Program(f"{module}/cmd/{name}", module, HERE / "keda", packages)


# in the order in which they are built, as the later ones share packages with those before them
CONTROL_PLANE: Mapping[str, Program] = MappingProxyType(
    {
        "kube-apiserver": _kubernetes("kube-apiserver", 2_078),
        "kube-controller-manager": _kubernetes("kube-controller-manager", 366),
        "kube-scheduler": _kubernetes("kube-scheduler", 6),
        # Debian's is too old for lists as streams, by which some clients read
        "etcd": Program("go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", HERE, 100),
    }
)
# What scales Deployments, and what makes their pods ready where no kubelet is
AUTOSCALING: Mapping[str, Program] = MappingProxyType(
    {
        "keda-operator": _keda("operator", 3_350),
        "keda-adapter": _keda("adapter", 100),
        "kwok": Program("sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok", HERE / "kwok", 900),
    }
)
# What takes traces: it needs no cluster
COLLECTOR: Mapping[str, Program] = MappingProxyType(
    {
        "otel-collector": Program(
            ".", "go.opentelemetry.io/collector/otelcol", HERE / "collector", 704
        ),
    }
)
PROGRAMS: Mapping[str, Program] = MappingProxyType({**CONTROL_PLANE, **AUTOSCALING, **COLLECTOR})


def version() -> str:
    """Return the locked version of Kubernetes: `v1.37.2`."""
    return PROGRAMS["kube-apiserver"].version


def place(name: str) -> Path:
    """Return where a built program, or another file of Kubernetes' version, lies."""
    program = PROGRAMS.get(name, PROGRAMS["kube-apiserver"])
    return cache_folder() / "kubernetes" / program.folder_name / name


def missing(programs: Iterable[str] = CONTROL_PLANE) -> list[str]:
    """Return which of them are not built yet."""
    return [program for program in programs if not place(program).exists()]


def build(program: str, *, tell: Callable[[str], None]) -> None:
    """Build a program, if another process has not done so meanwhile.

    Raises:
        StackError: there is no Go, or the build failed.
    """
    tool = go()
    if tool is None:
        raise StackError(f"{program} must be built and Go is missing: install Go 1.26 or newer")
    target = place(program)
    with one_at_a_time(target.with_name("lock")):
        if target.exists():
            return
        log = target.with_name(f"{program}.log")
        log.unlink(missing_ok=True)
        done = Event()
        telling = Thread(target=_tell_progress, args=(program, log, done, tell))
        telling.start()
        try:
            run(_command(tool, program), log, cancel=Event(), what=f"building {program}")
        finally:
            done.set()
            telling.join()
        _unfinished(program).replace(target)


def _command(tool: Path, name: str) -> Command:
    program = PROGRAMS[name]
    major, minor, _ = version().removeprefix("v").split(".")
    stamps = {"gitVersion": version(), "gitMajor": major, "gitMinor": minor}
    flags = ["-s", "-w", *(f"-X={_STAMPED}.{key}={value}" for key, value in stamps.items())]
    options = ("-v", "-trimpath", "-ldflags", " ".join(flags), "-o", _unfinished(name))
    return Command(
        argv=(tool, "build", *options, program.package),
        env={"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"},
        cwd=program.folder,
    )


def _unfinished(program: str) -> Path:
    return place(program).with_name(f"{program}.unfinished")


def _tell_progress(program: str, log: Path, done: Event, tell: Callable[[str], None]) -> None:
    while not done.wait(_TOLD_S):
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        lines = [line for line in text.splitlines() if not line.startswith("go: ")]
        tell(f"building {program}: {len(lines)} of about {PROGRAMS[program].packages} packages")
