"""A Kubernetes control plane that knows the custom resources, and nodes in three zones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import yaml
from tests.patience import eventually

from ragline_cli.generated.manifests.metadata import manifest
from ragline_cli.stack.server import running

from . import gateway_api
from .api_client import ApiClient
from .api_server import ApiServer, Controllers
from .etcd import EtcdServer

DEPLOY = Path(__file__).resolve().parents[2] / "deploy/k8s"
ZONES = ("a", "b", "c")
_NODES_PER_ZONE = 2
_VOLUMES = 8


@contextmanager
def control_plane(folder: Path, *, autoscaling_s: int = 15) -> Iterator[ApiServer]:
    """Run an API server that knows the custom resources, its controllers and its scheduler.

    `autoscaling_s` is how often the HPA looks; the default is Kubernetes' own.
    """
    with ExitStack() as stack:
        etcd = stack.enter_context(running(EtcdServer(folder / "etcd")))
        server = ApiServer(folder / "api", etcd_url=etcd.url)
        stack.enter_context(running(server))
        client = server.client()
        stack.callback(client.close)
        define(client, (*sorted((DEPLOY / "crds").glob("*.yaml")), gateway_api.crd()))
        _add_machines(client)
        looks = {"--horizontal-pod-autoscaler-sync-period": f"{autoscaling_s}s"}
        for program, options in (("kube-controller-manager", looks), ("kube-scheduler", {})):
            controllers = Controllers(program, folder / program, server=server, options=options)
            stack.enter_context(running(controllers))
        yield server


def define(client: ApiClient, files: Iterable[Path]) -> None:
    """Apply definitions of custom resources, and return when all are served."""
    for path in files:
        crd = yaml.safe_load(path.read_text(encoding="utf-8"))
        done = client.apply(crd)
        assert done.refused is None, done
        spec = crd["spec"]
        for version in spec["versions"]:
            if version["served"]:
                name = f"{spec['group']}/{version['name']}"
                eventually(partial(client.knows, name, spec["names"]["kind"]))


def _add_machines(client: ApiClient) -> None:
    for zone in ZONES:
        for number in range(_NODES_PER_ZONE):
            _add_node(client, zone, f"{zone}{number}")
    for number in range(_VOLUMES):
        _add_volume(client, f"volume-{number}")


def _add_node(client: ApiClient, zone: str, name: str) -> None:
    """Add a node that is ready and has room; nothing runs there."""
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
    node = manifest("v1", "Node", name, labels=labels)
    room = {
        "cpu": "64",
        "memory": "256Gi",
        "pods": "200",
        "ephemeral-storage": "500Gi",
        "nvidia.com/gpu": "8",
    }
    ready = {"type": "Ready", "status": "True", "reason": "Test", "message": ""}
    status = {"capacity": room, "allocatable": room, "conditions": [ready]}
    for done in (client.apply(node), client.apply(node | {"status": status}, part="/status")):
        assert done.refused is None, done


def _add_volume(client: ApiClient, name: str) -> None:
    """Add a volume for whoever claims one; nothing is stored there."""
    spec = {
        "capacity": {"storage": "100Gi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": f"/volumes/{name}"},
    }
    volume = manifest("v1", "PersistentVolume", name, spec)
    done = client.apply(volume)
    assert done.refused is None, done
