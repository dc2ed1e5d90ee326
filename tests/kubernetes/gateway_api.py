"""The Gateway API's custom resources, from its Go module, as locked beside Kubernetes' own.

They are kept in the cache and not in `deploy/k8s/crds`: one kind has 340 KB.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from .module_files import module_folder
from .programs import HERE, place

_FILE = "gateway.networking.k8s.io_httproutes.yaml"


def crd() -> Path:
    """Return where the definition of `HTTPRoute` lies, once it is fetched."""
    return place(_FILE)


def fetch() -> None:
    """Fetch the module and keep the definition. Raises as `module_folder`."""
    folder = module_folder("sigs.k8s.io/gateway-api", locked_in=HERE) / "config/crd/standard"
    crd().parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / _FILE, crd())
