"""`ragline manifests`: generate the deployment files, and check that they are current and valid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ragline.errors import Misconfigured

app = typer.Typer(no_args_is_help=True, help="Kubernetes manifests and documentation tables.")

Root = Annotated[Path, typer.Option(help="Root of the repository.", file_okay=False)]


@app.command()
def render(root: Root = Path()) -> None:
    """Write every generated file that is stale."""
    from ragline_cli.generated.manifests import render as generated

    _require(root)
    changed = generated.write(root, generated.render())
    for path in changed:
        typer.echo(f"changed {path}")
    typer.echo(f"{len(changed)} files changed")


@app.command()
def check(root: Root = Path()) -> None:
    """Fail when a generated file is stale or an overlay is not valid; needs no cluster."""
    from ragline_cli.generated.manifests.check import ALONE, OVERLAYS, find_problems
    from ragline_cli.generated.manifests.render import render as generate

    _require(root)
    files = generate()
    found = list(find_problems(root, files))
    for line in found:
        typer.echo(line, err=True)
    if found:
        raise typer.Exit(1)
    valid = ", ".join((*OVERLAYS, *ALONE))
    typer.echo(f"{len(files)} generated files are current; {valid} are valid")


def _require(root: Path) -> None:
    if not (root / "deploy" / "k8s").is_dir():
        raise Misconfigured(f"{root.resolve()} has no deploy/k8s; name the repository with --root")
