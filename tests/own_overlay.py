"""An overlay of somebody's own: one of ours and components more."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.metadata import Object

K8S = Path(__file__).resolve().parents[1] / "deploy/k8s"


def own_overlay(
    folder: Path, *components: str, base: str, namespace: str, **more: object
) -> list[Object]:
    """Write the overlay, with `more` of what a kustomization has, and return what it makes.

    Raises:
        Misconfigured: kustomize is not available, or the overlay does not build.
    """
    k8s = Path(os.path.relpath(K8S, folder))
    own = {
        "resources": [str(k8s / "overlays" / base)],
        "components": [str(k8s / "components" / name) for name in components],
        "namespace": namespace,
        **more,
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    return kustomize.build(folder)
